"""What calls about an interview have chosen, so that they may be repeated: kept with it, and gone with it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from viva_shared.broker.errors import NotOpen
from viva_shared.broker.functions import call_function
from viva_shared.broker.mailboxes import Mailboxes

MAX_CALLS = 1_000
"""Of one interview: many times the answers that there are to give."""


class Calls:
    """The records of calls, by whatever names them within their interview."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    async def kept(self, interview_id: str, call: str) -> bytes | None:
        """The record of a call; None: it is new, or its interview is gone."""
        key = self._mailboxes.keys.calls(interview_id)
        return await cast(Awaitable["bytes | None"], self._mailboxes.redis.hget(key, call))

    async def keep(self, interview_id: str, call: str, record: str) -> bytes | None:
        """Keep the record of a new call; the one that is kept, which another may have been quicker to write.

        Returns None, without any effect, where there are ``MAX_CALLS`` already. Raises NotOpen.
        """
        keys = self._mailboxes.keys
        answer = await call_function(
            self._mailboxes.redis,
            "keep_call",
            [keys.state(interview_id), keys.calls(interview_id)],
            call,
            record,
            MAX_CALLS,
        )
        match answer[0]:
            case b"kept":
                return bytes(answer[1])
            case b"full":
                return None
            case _:
                raise NotOpen(interview_id, answer[1].decode())
