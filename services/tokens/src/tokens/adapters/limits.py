"""Rate limits: how often who may call, counted in Redis."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Literal, cast

from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError
from viva_shared.broker import Keys, passes

from tokens.domain.errors import NotAuthenticated, TooManyRequests, Unavailable

Budget = Literal["tokens", "calls"]
WHAT: dict[Budget, str] = {"tokens": "calls for LiveKit tokens", "calls": "calls"}
BLOCKED = 10_000
"""Clients remembered, before those are forgotten whose time is over."""


class RateLimits:
    """Moving windows, each counted by a script in Redis: all replicas together let through no more."""

    def __init__(self, redis: Redis, keys: Keys, *, tokens: str, calls: str, failures: str) -> None:
        """Args: limits in the library's notation, for one client address and for one credential each."""
        self._redis = redis
        self._storage = RedisStorage(
            "async+redis://",  # not used: the connections are those of everything else, with their time-outs
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]
            key_prefix=keys.limits,
        )
        self._window = MovingWindowRateLimiter(self._storage)
        self._budgets: dict[Budget, RateLimitItem] = {"tokens": parse(tokens), "calls": parse(calls)}
        self._failures = parse(failures)
        self._blocked: dict[str, float] = {}

    async def spend(self, budget: Budget, client: str, credential: str | None) -> None:
        """Count a call, for the client's address and for what it has proved to be.

        Raises:
            TooManyRequests: either has no call left; the other's is spent all the same.
            Unavailable: Redis is away.
        """
        limit = self._budgets[budget]
        counted = [("address", client), ("credential", credential)] if credential else [("address", client)]
        with _redis_answers():
            for who, is_left in zip(counted, await self._hit(limit, budget, counted), strict=True):
                if not is_left:
                    wait_s = await self._wait_s(limit, budget, *who)
                    raise TooManyRequests(f"too many {WHAT[budget]} for this {who[0]} ({limit})", wait_s)

    @asynccontextmanager
    async def attempt(self, client: str) -> AsyncIterator[None]:
        """Around the verification of credentials: a client whose own fail too often is not heard for a while.

        Good ones are refused then, too: who guesses must not learn which they are.

        Raises:
            TooManyRequests: before anything is verified, or in place of NotAuthenticated.
            Unavailable: Redis is away.
        """
        if (wait_s := self._blocked.get(client, 0.0) - time.monotonic()) > 0:
            raise self._too_many_failures(math.ceil(wait_s))
        try:
            yield
        except NotAuthenticated as error:
            with _redis_answers():
                if await self._window.hit(self._failures, "failures", client):
                    raise
                wait_s = await self._wait_s(self._failures, "failures", client)
            self._block(client, wait_s)
            raise self._too_many_failures(wait_s) from error

    async def _hit(
        self, limit: RateLimitItem, budget: Budget, counted: Sequence[tuple[str, str]]
    ) -> list[bool]:
        """What the library's ``hit`` does, by its script, for all in one round trip: a third of the cost."""
        bridge, now = cast(RedispyBridge, self._storage.bridge), time.time()
        sha = bridge.lua_acquire_moving_window.sha
        async with self._redis.pipeline(transaction=False) as pipe:
            for who in counted:
                key = bridge.prefixed_key(limit.key_for(budget, *who))
                pipe.evalsha(sha, 1, key, now, limit.amount, limit.get_expiry(), 1)  # type: ignore[arg-type]
            answers = await pipe.execute(raise_on_error=False)
        left = []
        for who, answer in zip(counted, answers, strict=True):
            if isinstance(answer, NoScriptError):  # a new Redis: this loads it
                answer = await self._window.hit(limit, budget, *who)
            elif isinstance(answer, Exception):
                raise answer
            left.append(bool(answer))
        return left

    def _block(self, client: str, wait_s: int) -> None:
        now = time.monotonic()
        if len(self._blocked) >= BLOCKED:
            self._blocked = {client: until for client, until in self._blocked.items() if until > now}
        self._blocked[client] = now + wait_s

    def _too_many_failures(self, wait_s: int) -> TooManyRequests:
        return TooManyRequests(f"too many invalid credentials from this address ({self._failures})", wait_s)

    async def _wait_s(self, limit: RateLimitItem, *who: str) -> int:
        stats = await self._window.get_window_stats(limit, *who)
        return max(1, math.ceil(stats.reset_time - time.time()))


@contextmanager
def _redis_answers() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        if not passes(error):
            raise
        raise Unavailable("Redis") from error
