"""How every Viva process connects to Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from redis.asyncio import Connection, Redis, SSLConnection
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, ReadOnlyError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from viva_shared.metrics import REDIS_OUTAGES

log = structlog.get_logger(__name__)

T = TypeVar("T")

BLOCK_MS = 2_000
"""How long a blocking read waits; shorter than the socket's timeout, or an idle stream would look dead."""
SOCKET_TIMEOUT_S = 4.0
"""After this long without an answer a connection counts as dead (a half-open one is noticed within 5 s)."""

UNAVAILABLE = (RedisConnectionError, RedisTimeoutError, BusyLoadingError, ReadOnlyError, OSError)
"""What redis-py raises while Redis is away, loading its log, or has just failed over. All of them pass."""


PASSING = ("UNBLOCKED", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "LOADING", "READONLY")
"""Errors that a Redis answers while another becomes the master; they pass, too."""


class _KeepsCancellation(AbstractConnection):
    """redis-py sends under ``asyncio.wait_for``, which may swallow a cancellation on CPython 3.11."""

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        await super().send_packed_command(command, check_health)
        if task and task.cancelling() > before:
            await self.disconnect(nowait=True)  # nobody will read the answer
            raise asyncio.CancelledError


class _Connection(_KeepsCancellation, Connection):
    pass


class _SSLConnection(_KeepsCancellation, SSLConnection):
    pass


def connect(url: str) -> Redis:
    """A client with timeouts and health checks on every connection.

    Answers are bytes, for streams may hold garbage. One silent retry covers a connection that was closed
    while idle; everything longer is the caller's to wait out.
    """
    client: Redis = Redis.from_url(
        url,
        socket_timeout=SOCKET_TIMEOUT_S,
        socket_connect_timeout=2.0,
        health_check_interval=10,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[RedisConnectionError],
    )
    pool = client.connection_pool
    pool.connection_class = (
        _SSLConnection if issubclass(pool.connection_class, SSLConnection) else _Connection
    )
    return client


async def until_available(what: str, call: Callable[[], Awaitable[T]], *, longest_s: float = 2.0) -> T:
    """Repeat a call while Redis is away, with back-off from 50 ms up to ``longest_s``; logs both ends."""
    delay, waiting = 0.05, False
    while True:
        try:
            result = await call()
        except (*UNAVAILABLE, ResponseError) as error:
            if isinstance(error, ResponseError) and not str(error).startswith(PASSING):
                raise
            if not waiting:
                log.warning("redis.unavailable", what=what, error=str(error))
                REDIS_OUTAGES.inc()
                waiting = True
            await asyncio.sleep(delay)
            delay = min(delay * 2, longest_s)
        else:
            if waiting:
                log.info("redis.available", what=what)
            return result
