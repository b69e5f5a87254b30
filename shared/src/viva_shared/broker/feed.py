"""One multiplexed XREAD per process over the outputs of every interview that somebody here follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from viva_shared.broker.connection import BLOCK_MS, until_available
from viva_shared.broker.entries import FIRST, read_entry
from viva_shared.broker.errors import Damaged
from viva_shared.broker.graveyard import Graveyard
from viva_shared.broker.keys import Keys
from viva_shared.events import MAX_EVENT_BYTES, Envelope

Output = tuple[str, Envelope]
"""With its entry id."""


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
        self._followers: dict[asyncio.Queue[Output | Damaged], tuple[str, str]] = {}
        self._full: set[asyncio.Queue[Output | Damaged]] = set()
        """Of followers who have not taken what they have: nothing more is read for them until they have."""

    @asynccontextmanager
    async def follow(
        self, interview_id: str, after: str = FIRST, *, limit: int = 0
    ) -> AsyncIterator[AsyncIterator[Output]]:
        """Follow one interview's outputs after an entry id: yields (entry id, event) as they come.

        At most ``limit`` of them wait here to be taken (0: any number), the others in Redis. The iterator
        raises Damaged if the stream is none.
        """
        queue: asyncio.Queue[Output | Damaged] = asyncio.Queue(limit)
        self._followers[queue] = (interview_id, after)
        try:
            await until_available("feed", self._wake)
            async with aclosing(self._events(queue)) as events:
                yield events
        finally:
            self._followers.pop(queue, None)
            self._full.discard(queue)

    async def _events(self, queue: asyncio.Queue[Output | Damaged]) -> AsyncGenerator[Output, None]:
        while True:
            match await queue.get():
                case Damaged() as error:
                    raise error
                case output:
                    yield output
            if queue in self._full and queue.empty():
                self._full.discard(queue)
                await until_available("feed", self._wake)

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
        for queue, (interview_id, after) in self._followers.items():
            if queue in self._full:
                continue
            key = self._keys.outputs(interview_id)
            followed[key] = interview_id
            positions[key] = min(after, positions.get(key, after), key=_order)
        try:
            answer = await self._redis.xread(cast("dict[Any, Any]", positions), block=BLOCK_MS, count=500)
        except ResponseError as error:
            if "WRONGTYPE" not in str(error):
                raise
            await self._let_go_of_damaged(followed)
            return
        for raw_key, entries in answer:
            key, last = raw_key.decode(), entries[-1][0].decode()
            if key == self._wake_key:
                self._wake_cursor = last
                continue
            outputs = await self._graveyard.outputs(followed[key], [read_entry(*entry) for entry in entries])
            self._deliver(followed[key], positions[key], outputs, last)

    def _deliver(self, interview_id: str, read_from: str, outputs: list[Output], read_to: str) -> None:
        for queue, (followed, after) in self._followers.items():
            if followed != interview_id or queue in self._full or _order(after) < _order(read_from):
                continue  # who began to follow during this read gets what came before it by the next one
            for output in outputs:
                if _order(after) < _order(output[0]):
                    queue.put_nowait(output)
                    self._followers[queue] = (interview_id, output[0])
                if queue.full():
                    self._full.add(queue)
                    break
            else:
                self._followers[queue] = (interview_id, max(after, read_to, key=_order))

    async def _let_go_of_damaged(self, followed: dict[str, str]) -> None:
        """One key of another type must not keep the feed from all the others."""
        for key, interview_id in followed.items():
            if await self._redis.type(key) not in (b"stream", b"none"):
                error = Damaged(f"{key} is of another type: rename or delete it")
                for queue, (of, _) in list(self._followers.items()):
                    if of == interview_id and queue not in self._full:
                        del self._followers[queue]
                        queue.put_nowait(error)


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)
