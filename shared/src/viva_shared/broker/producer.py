"""A producer outside the brain: sends in order, one at a time, and keeps an event until acknowledged."""

from __future__ import annotations

import asyncio
from functools import partial

from viva_shared.broker.connection import until_available
from viva_shared.broker.graveyard import Letter
from viva_shared.broker.mailboxes import Mailboxes
from viva_shared.events import Envelope, OversizedEvent


class Producer:
    """Appends one interview's events in the order they were put, through outages of Redis.

    ``run`` ends with BotFenced or NotOpen when the mailbox refuses: the owner must then stop its work.
    An event over the limit is not sent but becomes a dead letter; the next one is.
    """

    def __init__(self, mailboxes: Mailboxes, *, bot_epoch: int | None = None) -> None:
        self._mailboxes = mailboxes
        self._bot_epoch = bot_epoch
        self._queue: asyncio.Queue[Envelope] = asyncio.Queue()

    def put(self, event: Envelope) -> None:
        """Take an event; returns at once."""
        self._queue.put_nowait(event)

    async def run(self) -> None:
        """Send until cancelled. Raises BotFenced or NotOpen."""
        while True:
            event = await self._queue.get()
            try:
                await until_available(
                    event.type, partial(self._mailboxes.append, event, bot_epoch=self._bot_epoch)
                )
            except OversizedEvent as error:
                letter = Letter("in", "", event.encode().encode(), str(error), "oversized", event.event_id)
                await until_available(
                    event.type, partial(self._mailboxes.graveyard.bury, [letter], event.interview_id)
                )
            finally:
                self._queue.task_done()

    async def flush(self) -> None:
        """Wait until all that was put is acknowledged. Bound it with a timeout: Redis may stay away."""
        await self._queue.join()
