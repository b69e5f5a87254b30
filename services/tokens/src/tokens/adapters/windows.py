"""Moving windows in Redis, by the library ``limits``; here many are counted in one round trip."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any, cast

from limits import RateLimitItem
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import NoScriptError
from viva_shared.broker import GatheringRedis


class MovingWindows:
    """Counters under one prefix.

    Each count is a run of the library's script, so that all replicas together let through no more than the
    limit.
    """

    def __init__(self, redis: GatheringRedis, prefix: str) -> None:
        self._redis = redis
        storage = RedisStorage(
            "async+redis://",  # not used: the connections are those of everything else, with their time-outs
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]
            key_prefix=prefix,
        )
        self._bridge = cast(RedispyBridge, storage.bridge)
        self._script = self._bridge.lua_acquire_moving_window
        self._limiter = MovingWindowRateLimiter(storage)

    async def hit(self, limit: RateLimitItem, *names: tuple[str, ...]) -> list[bool]:
        """Count once for each name; False where that would be more than the limit, and is not counted.

        Raises:
            RedisError, OSError: Redis is away; what was counted is not known.
        """
        answers = await self._count(limit, names)
        if any(isinstance(answer, NoScriptError) for answer in answers):  # a new Redis
            await self._redis.script_load(self._script.script)
            missed = [n for n, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
            again = await self._count(limit, [names[n] for n in missed])
            for n, answer in zip(missed, again, strict=True):
                answers[n] = answer
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return [bool(answer) for answer in answers]

    async def _count(self, limit: RateLimitItem, names: Sequence[tuple[str, ...]]) -> list[Any]:
        """Together, so that whoever is let through by one name's window is by the other's."""
        now = time.time()
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                key = self._bridge.prefixed_key(limit.key_for(*name))
                pipe.evalsha(self._script.sha, 1, key, now, limit.amount, limit.get_expiry(), 1)  # type: ignore[arg-type]
            return await pipe.execute(raise_on_error=False)

    async def wait_s(self, limit: RateLimitItem, *name: str) -> int:
        """Seconds until there is room again, 1 at least."""
        window = await self._limiter.get_window_stats(limit, *name)
        return max(1, math.ceil(window.reset_time - time.time()))
