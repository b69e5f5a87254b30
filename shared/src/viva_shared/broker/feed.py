"""One multiplexed XREAD per process over the outputs of every interview that somebody here follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from redis.asyncio import Redis

from viva_shared.broker.connection import BLOCK_MS, until_available
from viva_shared.broker.entries import FIRST, read_entry
from viva_shared.broker.graveyard import Graveyard
from viva_shared.broker.keys import Keys
from viva_shared.events import MAX_EVENT_BYTES, Envelope


class OutputFeed:
    """Delivers outputs to followers, each from the entry id it asked for, in order, without gaps or repeats.

    A new follower does not wait for the blocking read under way: it is woken by an entry on our own stream.
    """

    def __init__(
        self, redis: Redis, name: str, keys: Keys | None = None, max_event_bytes: int = MAX_EVENT_BYTES
    ) -> None:
        self._redis = redis
        self._keys = keys or Keys()
        self._graveyard = Graveyard(redis, self._keys, max_event_bytes)
        self._wake_key = f"{self._keys.prefix}:feed:{name}"
        self._wake_cursor = FIRST
        self._followers: dict[asyncio.Queue[tuple[str, Envelope]], tuple[str, str]] = {}

    @asynccontextmanager
    async def follow(
        self, interview_id: str, after: str = FIRST
    ) -> AsyncIterator[AsyncIterator[tuple[str, Envelope]]]:
        """Follow one interview's outputs after an entry id: yields (entry id, event) as they come."""
        queue: asyncio.Queue[tuple[str, Envelope]] = asyncio.Queue()
        self._followers[queue] = (interview_id, after)
        try:
            await until_available("feed", self._wake)
            yield self._events(queue)
        finally:
            del self._followers[queue]

    async def _events(
        self, queue: asyncio.Queue[tuple[str, Envelope]]
    ) -> AsyncIterator[tuple[str, Envelope]]:
        while True:
            yield await queue.get()

    async def _wake(self) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.xadd(self._wake_key, {"w": 1}, maxlen=1, approximate=False)
            pipe.expire(self._wake_key, 3600)
            await pipe.execute()

    async def run(self) -> None:
        """Read until cancelled, through outages of Redis."""
        while True:
            await until_available("feed", self._read_once)

    async def _read_once(self) -> None:
        positions: dict[str, str] = {self._wake_key: self._wake_cursor}
        followed: dict[str, str] = {}
        for interview_id, after in self._followers.values():
            key = self._keys.outputs(interview_id)
            followed[key] = interview_id
            positions[key] = min(after, positions.get(key, after), key=_order)
        answer = await self._redis.xread(cast("dict[Any, Any]", positions), block=BLOCK_MS, count=500)
        for raw_key, entries in answer:
            key, last = raw_key.decode(), entries[-1][0].decode()
            if key == self._wake_key:
                self._wake_cursor = last
                continue
            outputs = await self._graveyard.outputs(followed[key], [read_entry(*entry) for entry in entries])
            self._deliver(followed[key], positions[key], outputs, last)

    def _deliver(
        self, interview_id: str, read_from: str, outputs: list[tuple[str, Envelope]], read_to: str
    ) -> None:
        for queue, (followed, after) in self._followers.items():
            if followed != interview_id or _order(after) < _order(read_from):
                continue  # who began to follow during this read gets what came before it by the next one
            for output in outputs:
                if _order(after) < _order(output[0]):
                    queue.put_nowait(output)
            self._followers[queue] = (interview_id, max(after, read_to, key=_order))


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)
