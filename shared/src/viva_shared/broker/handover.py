"""Between voice and writing: who has an interview's room, a bot or whoever writes for its candidate."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from viva_shared.broker.errors import NotOpen, RoomBusy
from viva_shared.broker.functions import call_function
from viva_shared.broker.mailboxes import Mailboxes
from viva_shared.events import Envelope

WRITER = "writing"
"""Holds the room of who goes on in writing, under an epoch of its own: no bot is sent there, or gets in."""


class Handover:
    """The room's lease, on one Redis; a bot has it as ``Mailboxes.bot_acquire`` gives it."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    async def to_writing(
        self, interview_id: str, joined: Envelope | None = None, *, fence: bool = False
    ) -> int | None:
        """Take the room until it is given back, append ``joined`` and ring: its new epoch. Safe to repeat.

        With ``fence`` from a bot, too, which from then on cannot write a byte, and leaves without a word.
        None, without any effect, if ``joined`` was there already.

        Raises:
            RoomBusy: a bot has the room, and ``fence`` is not given.
            NotOpen: the interview is missing, archived or deleted.
        """
        keys = self._mailboxes.keys
        names = (keys.state, keys.inputs, keys.seen, keys.bot, keys.bot_epoch)
        answer = await call_function(
            self._mailboxes.redis,
            "take_room",
            [name(interview_id) for name in names],
            WRITER,
            "1" if fence else "",
            joined.event_id if joined else "",
            joined.encode(self._mailboxes.max_event_bytes) if joined else "",
        )
        match answer[0]:
            case b"held":
                await self._mailboxes.ring(interview_id)
                return int(answer[1])
            case b"duplicate":
                await self._mailboxes.ring(interview_id)
                return None
            case b"busy":
                raise RoomBusy(f"interview {interview_id}: a bot has the room")
            case _:
                raise NotOpen(interview_id, answer[1].decode())

    async def to_voice(self, interview_id: str) -> bool:
        """Give the room back; a bot is sent once the candidate is in it. False: it was not taken."""
        held = await self._holder(interview_id)
        if not is_writer(held):
            return False
        await cast(Awaitable[int], self._mailboxes.redis.sadd(self._mailboxes.keys.bots, interview_id))
        holder, _, epoch = cast(bytes, held).decode().rpartition("|")
        await self._mailboxes.bot_release(interview_id, holder, int(epoch))
        return True

    async def is_in_writing(self, interview_id: str) -> bool:
        """Whether it is somebody in writing who has the room now."""
        return is_writer(await self._holder(interview_id))

    async def _holder(self, interview_id: str) -> bytes | None:
        key = self._mailboxes.keys.bot(interview_id)
        return await cast(Awaitable["bytes | None"], self._mailboxes.redis.get(key))


def is_writer(held: bytes | None) -> bool:
    """Whether it is somebody in writing who has the room."""
    return held is not None and held.startswith(f"{WRITER}|".encode())
