"""How every Viva process connects to Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.connection import HiredisRespSerializer
from redis.exceptions import (
    BusyLoadingError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    WatchError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from viva_shared.metrics import REDIS_OUTAGES

log = structlog.get_logger(__name__)

T = TypeVar("T")
_PACKER = HiredisRespSerializer()

BLOCK_MS = 2_000
"""How long a blocking read waits; shorter than the socket's timeout, or an idle stream would look dead."""
CONNECT_TIMEOUT_S = 2.0
SOCKET_TIMEOUT_S = 4.0
"""After this long without an answer a connection counts as dead (a half-open one is noticed within 5 s)."""

LONGEST_WAIT_S = 1.0
"""Between two tries while Redis is away."""

UNAVAILABLE = (
    *(RedisConnectionError, RedisTimeoutError, OSError),
    *(BusyLoadingError, ReadOnlyError, OutOfMemoryError),
    WatchError,  # a connection that broke during a transaction with WATCH, as arq's are
)
"""What redis-py raises while Redis is away, loading its log, full, or new as the master. All of it passes."""

PASSING = ("UNBLOCKED", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "MISCONF", "NOREPLICAS")
"""Errors that a Redis answers while another becomes the master, or while it cannot write; they pass, too."""


class _Mended(AbstractConnection):
    """redis-py sends under ``asyncio.wait_for``, which may swallow a cancellation on CPython 3.11.

    And it takes uvloop's error for a transport that has closed meanwhile for a defect, not for an outage; and
    under asyncio it packs commands in Python, at several times the cost of hiredis, which it has at hand.
    """

    def pack_command(self, *args: Any) -> list[bytes]:
        packed: list[bytes] = _PACKER.pack(*args)
        return packed

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        try:
            await super().send_packed_command(command, check_health)
        except RuntimeError as error:
            await self.disconnect(nowait=True)
            raise RedisConnectionError(f"the connection has closed: {error}") from error
        if task and task.cancelling() > before:
            await self.disconnect(nowait=True)  # nobody will read the answer
            raise asyncio.CancelledError


class _Connection(_Mended, Connection):
    pass


class _SSLConnection(_Mended, SSLConnection):
    pass


class _Pool(ConnectionPool):
    """redis-py 5.3.1 connects under a lock: while Redis hangs, all wait for their time-outs in a row."""

    async def get_connection(
        self, command_name: Any = None, *keys: Any, **options: Any
    ) -> AbstractConnection:
        connection: AbstractConnection = self.get_available_connection()  # type: ignore[no-untyped-call]
        try:
            await self.ensure_connection(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection


def connection_pool(url: str) -> ConnectionPool:
    """Connections with a time-out on whatever they wait for.

    One silent retry covers a connection that was closed while idle; time-outs and everything longer are the
    caller's to wait out. There is no health check: in redis-py 5.3.1 one that fails connects, which checks
    the health first, and so on for ever; and a command that is not answered in time says as much.
    """
    pool: ConnectionPool = _Pool.from_url(
        url,
        socket_timeout=SOCKET_TIMEOUT_S,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        retry_on_error=[RedisConnectionError],
    )
    pool.connection_class = (
        _SSLConnection if issubclass(pool.connection_class, SSLConnection) else _Connection
    )
    return pool


def connect(url: str) -> Redis:
    """A client on connections that notice when Redis is away. Answers are bytes: streams may hold garbage."""
    return Redis.from_pool(connection_pool(url))


def passes(error: Exception) -> bool:
    """Whether it says that Redis is away for the moment: the same call may succeed later."""
    if isinstance(error, ResponseError) and str(error).startswith(PASSING):
        return True
    return isinstance(error, UNAVAILABLE)


async def until_available(what: str, call: Callable[[], Awaitable[T]]) -> T:
    """Repeat a call while Redis is away, with back-off from 50 ms up to LONGEST_WAIT_S; logs both ends."""
    delay, waiting = 0.05, False
    while True:
        try:
            result = await call()
        except (RedisError, OSError) as error:
            if not passes(error):
                raise
            if not waiting:
                log.warning("redis.unavailable", what=what, error=str(error))
                REDIS_OUTAGES.inc()
                waiting = True
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_WAIT_S)
        else:
            if waiting:
                log.info("redis.available", what=what)
            return result
