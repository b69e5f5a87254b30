"""Rate limits: how often who may call, counted in Redis."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from limits import RateLimitItem, parse

from tokens.adapters.redis_errors import redis_answers
from tokens.adapters.windows import MovingWindows
from tokens.domain.errors import NotAuthenticated, TooManyRequests

Budget = Literal["tokens", "calls"]
WHAT: dict[Budget, str] = {"tokens": "calls for LiveKit tokens", "calls": "calls"}
BLOCKED = 10_000
"""Clients remembered, before those are forgotten whose time is over."""


class RateLimits:
    """Counts calls, and credentials that are not valid; all replicas together let through no more."""

    def __init__(self, windows: MovingWindows, *, tokens: str, calls: str, failures: str) -> None:
        """Args: limits in the library's notation, for one client address and for one credential each."""
        self._windows = windows
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
        counted = [(budget, "address", client)]
        if credential:
            counted.append((budget, "credential", credential))
        with redis_answers():
            for name, is_left in zip(counted, await self._windows.hit(limit, *counted), strict=True):
                if not is_left:
                    wait_s = await self._windows.wait_s(limit, *name)
                    raise TooManyRequests(f"too many {WHAT[budget]} for this {name[1]} ({limit})", wait_s)

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
            with redis_answers():
                [is_left] = await self._windows.hit(self._failures, ("failures", client))
                if is_left:
                    raise
                wait_s = await self._windows.wait_s(self._failures, "failures", client)
            self._block(client, wait_s)
            raise self._too_many_failures(wait_s) from error

    def _block(self, client: str, wait_s: int) -> None:
        now = time.monotonic()
        if len(self._blocked) >= BLOCKED:
            self._blocked = {client: until for client, until in self._blocked.items() if until > now}
        self._blocked[client] = now + wait_s

    def _too_many_failures(self, wait_s: int) -> TooManyRequests:
        return TooManyRequests(f"too many invalid credentials from this address ({self._failures})", wait_s)
