"""Who may want an interview's room: bots and calls of the front door, by the real code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from typing import Any

from model.room import Call
from schedules.processes import INTERVIEW, NOW, Process
from schedules.still_loop import StillLoop
from viva_shared.broker import BotFenced, Handover, Keys, NotOpen, RoomBusy
from viva_shared.events import CandidateJoined, CandidateSilent, Envelope, new_event

TTL_MS = 900_000
"""Longer than any schedule: the scheduler says when a lease expires."""


class Actor(Process):
    """A bot, or a call of the front door; what it does next is chosen, and how it goes on is the code's."""

    def __init__(self, loop: StillLoop, name: str, keys: Keys) -> None:
        super().__init__(loop, name, keys)
        self._handover = Handover(self.mailboxes)
        self.work: asyncio.Task[None] | None = None
        self.epoch: int | None = None
        """Of the room, by what it was told."""

    @property
    def is_at_work(self) -> bool:
        return self.work is not None and not self.work.done()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        self.start(self._do(work))
        self.work = self.main

    async def _do(self, work: Awaitable[None]) -> None:
        with suppress(BotFenced, NotOpen, RoomBusy):  # which the model knows, too
            await work

    async def acquire(self) -> None:
        self.epoch = await self.mailboxes.bot_acquire(INTERVIEW, self.name, TTL_MS)

    async def renew(self) -> None:
        await self.mailboxes.bot_renew(INTERVIEW, self.name, self.epoch or 0, TTL_MS)

    async def release(self) -> None:
        await self.mailboxes.bot_release(INTERVIEW, self.name, self.epoch or 0)

    async def append(self, event_id: str) -> None:
        event = new_event(INTERVIEW, CandidateSilent(), NOW, event_id=event_id)
        await self.mailboxes.append(event, bot_epoch=self.epoch)

    async def to_writing(self, call: Call) -> None:
        coming = joined(call.number) if call.number else None
        self.epoch = await self._handover.to_writing(INTERVIEW, coming, fence=call.fences)

    async def to_voice(self) -> None:
        await self._handover.to_voice(INTERVIEW)


def joined(number: int) -> Envelope:
    """The candidate comes in writing, once under each number."""
    data = CandidateJoined(identity="candidate", via="text")
    return new_event(INTERVIEW, data, NOW, event_id=f"joined:{number}")
