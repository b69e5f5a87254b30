"""Who is the candidate: one an interview, and whoever comes under another identity takes the place."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from viva_shared.broker.errors import NotOpen
from viva_shared.broker.functions import call_function
from viva_shared.broker.mailboxes import Mailboxes
from viva_shared.events import CandidateReplaced, Envelope


class Seats:
    """The candidates' places.

    ``first`` is the identity for which the interview was created, None if it was for nobody in particular.
    """

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    async def holder(self, interview_id: str, first: str | None) -> str | None:
        """Identity of the candidate as it is now; None before anybody was named."""
        state = self._mailboxes.keys.state(interview_id)
        found = await cast(Awaitable["bytes | None"], self._mailboxes.redis.hget(state, "candidate"))
        return found.decode() if found is not None else first

    async def replace(self, replaced: Envelope, *, first: str | None, old: str | None) -> bool:
        """Append ``candidate.replaced`` and ring; False, without any effect, if ``old`` is not the candidate.

        Raises NotOpen: the interview is missing or archived.
        """
        if not isinstance(replaced.data, CandidateReplaced):
            raise TypeError(f"{replaced.type} replaces nobody")
        keys, interview_id = self._mailboxes.keys, replaced.interview_id
        answer = await call_function(
            self._mailboxes.redis,
            "replace",
            [keys.state(interview_id), keys.inputs(interview_id)],
            first or "",
            old or "",
            replaced.data.identity,
            replaced.encode(self._mailboxes.max_event_bytes),
        )
        if answer[0] == b"refused":
            raise NotOpen(interview_id, answer[1].decode())
        if answer[0] == b"other":
            return False
        await self._mailboxes.ring(interview_id)
        return True
