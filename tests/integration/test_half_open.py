"""A Redis that hangs, resets or refuses is noticed within 5 s by whoever uses it, and found again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fixtures.toxiproxy import Proxy
from redis.asyncio import Redis
from viva_shared.broker import UNAVAILABLE, Doorbell, Keys, connect

pytestmark = pytest.mark.integration

NOTICED_S = 5.0

TROUBLES: dict[str, Callable[[Proxy], None]] = {
    "half-open": lambda proxy: proxy.hang(),
    "reset": Proxy.reset,
    "cut": Proxy.cut,
}
trouble = pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))


@pytest.fixture
async def through(redis_proxy: Proxy) -> AsyncIterator[Redis]:
    """A client whose way to Redis the test may break."""
    client = connect(f"redis://127.0.0.1:{redis_proxy.port}/0")
    yield client
    await client.aclose()


async def fails(call: Awaitable[object]) -> None:
    """The call ends in time, with an error that says that Redis is away."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(UNAVAILABLE):
        await call
    assert loop.time() - began < NOTICED_S


@trouble
async def test_a_command_fails_in_time(
    through: Redis, redis_proxy: Proxy, trouble: Callable[[Proxy], None]
) -> None:
    await through.ping()
    for _ in range(2):  # on a connection that was there, and on a new one
        trouble(redis_proxy)
        await fails(through.ping())
    redis_proxy.mend()
    assert await through.ping()


@trouble
async def test_a_command_on_a_connection_that_was_idle_fails_in_time(
    through: Redis, redis_proxy: Proxy, trouble: Callable[[Proxy], None]
) -> None:
    """redis-py's health checks, if there are any, are due."""
    options = through.connection_pool.connection_kwargs
    options["health_check_interval"] = options.get("health_check_interval", 0) / 1000
    await through.ping()
    trouble(redis_proxy)
    await asyncio.sleep(0.02)
    await fails(through.ping())


async def test_many_commands_fail_in_time_together(through: Redis, redis_proxy: Proxy) -> None:
    await through.ping()
    redis_proxy.hang()
    await asyncio.gather(*(fails(through.ping()) for _ in range(20)))


@trouble
async def test_a_blocking_read_fails_in_time(
    through: Redis, redis_proxy: Proxy, key_prefix: str, trouble: Callable[[Proxy], None]
) -> None:
    doorbell = Doorbell(through, "w", Keys(key_prefix))
    await doorbell.ensure_group()
    reading = asyncio.create_task(doorbell.read(1))
    await asyncio.sleep(0.1)  # it blocks
    trouble(redis_proxy)
    if trouble is Proxy.reset:  # which comes with the next thing that is sent
        assert await reading == []
        reading = asyncio.create_task(doorbell.read(1))
    await fails(reading)
