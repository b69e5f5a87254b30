"""Moving windows in Redis, by the library ``limits``; here many are counted in one round trip."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import Any, cast

from limits import RateLimitItem
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import NoScriptError


@dataclass(slots=True)
class _Batch:
    """What goes to Redis together: keys with their limits, and the task of its answers, in this order."""

    hits: list[tuple[str, RateLimitItem]] = field(default_factory=list)
    answered: asyncio.Task[list[Any]] | None = None


class MovingWindows:
    """Counters under one prefix.

    Each count is a run of the library's script, so that all replicas together let through no more than the
    limit. What is to be counted while a round trip is under way goes together in the next one: under load a
    count costs a third of what a command of its own would.
    """

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        storage = RedisStorage(
            "async+redis://",  # not used: the connections are those of everything else, with their time-outs
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]
            key_prefix=prefix,
        )
        self._bridge = cast(RedispyBridge, storage.bridge)
        self._limiter = MovingWindowRateLimiter(storage)
        self._next: _Batch | None = None
        self._under_way: asyncio.Task[list[Any]] | None = None

    async def hit(self, limit: RateLimitItem, *names: tuple[str, ...]) -> list[bool]:
        """Count once for each name; False where that would be more than the limit, and is not counted.

        Raises:
            RedisError, OSError: Redis is away; what was counted is not known.
        """
        batch = self._open_batch()
        begin = len(batch.hits)
        batch.hits += [(self._bridge.prefixed_key(limit.key_for(*name)), limit) for name in names]
        assert batch.answered is not None
        answers = await asyncio.shield(batch.answered)  # others wait for it, too
        left = []
        for name, answer in zip(names, answers[begin:], strict=False):
            if isinstance(answer, NoScriptError):  # a new Redis: this loads it
                answer = await self._limiter.hit(limit, *name)
            elif isinstance(answer, Exception):
                raise answer
            left.append(bool(answer))
        return left

    async def wait_s(self, limit: RateLimitItem, *name: str) -> int:
        """Seconds until there is room again, 1 at least."""
        window = await self._limiter.get_window_stats(limit, *name)
        return max(1, math.ceil(window.reset_time - time.time()))

    def _open_batch(self) -> _Batch:
        if self._next is None:
            before = self._under_way if self._under_way and not self._under_way.done() else None
            self._next = _Batch()
            self._next.answered = asyncio.create_task(self._sent(self._next, before))
        return self._next

    async def _sent(self, batch: _Batch, before: asyncio.Task[list[Any]] | None) -> list[Any]:
        try:
            if before:  # if it fails, so does this: whoever waits has waited for long enough
                await before
        finally:
            self._next, self._under_way = None, batch.answered
        now, sha = time.time(), self._bridge.lua_acquire_moving_window.sha
        async with self._redis.pipeline(transaction=False) as pipe:
            for key, limit in batch.hits:
                pipe.evalsha(sha, 1, key, now, limit.amount, limit.get_expiry(), 1)  # type: ignore[arg-type]
            return await pipe.execute(raise_on_error=False)
