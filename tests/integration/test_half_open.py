"""A Redis that hangs, resets or refuses is noticed within 5 s by whoever uses it, and found again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from fixtures.brains import TextRoom, eventually, now
from fixtures.outages import NOTICED_S, outage
from fixtures.toxiproxy import TROUBLES, Proxy
from redis.asyncio import Redis
from viva_shared.broker import FIRST, UNAVAILABLE, Doorbell, Mailboxes, OutputFeed, Producer
from viva_shared.events import CandidateSilent, ReplyStarted, decode, new_event

pytestmark = pytest.mark.integration

Trouble = Callable[[Proxy], None]
trouble = pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))


async def fails(call: Awaitable[object]) -> None:
    """The call ends in time, with an error that says that Redis is away."""
    began = time.monotonic()
    with pytest.raises(UNAVAILABLE):
        await call
    assert time.monotonic() - began < NOTICED_S


@trouble
async def test_many_commands_fail_in_time_together(
    proxied_redis: Redis, redis_proxy: Proxy, trouble: Trouble
) -> None:
    """On the one connection that was there, and on new ones."""
    await proxied_redis.ping()
    trouble(redis_proxy)
    await asyncio.gather(*(fails(proxied_redis.ping()) for _ in range(20)))
    redis_proxy.mend()
    assert await proxied_redis.ping()


@trouble
async def test_a_command_on_a_connection_that_was_idle_fails_in_time(
    proxied_redis: Redis, redis_proxy: Proxy, trouble: Trouble
) -> None:
    """redis-py's health checks, if there are any, are due."""
    options = proxied_redis.connection_pool.connection_kwargs
    options["health_check_interval"] = options.get("health_check_interval", 0) / 1000
    await proxied_redis.ping()
    trouble(redis_proxy)
    await asyncio.sleep(0.02)
    await fails(proxied_redis.ping())


@trouble
async def test_a_blocking_read_fails_in_time(
    proxied_redis: Redis, mailboxes: Mailboxes, redis_proxy: Proxy, trouble: Trouble
) -> None:
    doorbell = Doorbell(proxied_redis, "w", mailboxes.keys)
    await doorbell.ensure_group()
    reading = asyncio.create_task(doorbell.read(1))
    await asyncio.sleep(0.1)  # it blocks
    trouble(redis_proxy)
    if trouble is Proxy.reset:  # which comes with the next thing that is sent
        assert await reading == []
        reading = asyncio.create_task(doorbell.read(1))
    await fails(reading)


@pytest.mark.parametrize(
    "trouble",
    [*TROUBLES.values(), lambda proxy: proxy.hang("downstream")],
    ids=[*TROUBLES, "answers lost"],
)
async def test_a_producer_sends_again_what_was_not_acknowledged(
    proxied_redis: Redis, mailboxes: Mailboxes, redis_proxy: Proxy, trouble: Trouble
) -> None:
    room = TextRoom(mailboxes)
    await room.open()
    before = len(await mailboxes.inputs_after(room.interview_id, FIRST))
    producer = Producer(Mailboxes(proxied_redis, mailboxes.keys))
    sending = asyncio.create_task(producer.run())
    for n in range(100):
        producer.put(new_event(room.interview_id, CandidateSilent(), now(), event_id=f"e{n}"))
        if n == 50:
            await producer.flush()
    async with outage(redis_proxy, trouble, "candidate.silent"):
        pass
    await asyncio.wait_for(producer.flush(), 5)
    inputs = await mailboxes.inputs_after(room.interview_id, FIRST, 200)
    assert [decode(entry.raw).event_id for entry in inputs[before:]] == [f"e{n}" for n in range(100)]
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


@trouble
async def test_a_feed_goes_on_where_it_was(
    proxied_redis: Redis, mailboxes: Mailboxes, redis_proxy: Proxy, trouble: Trouble
) -> None:
    feed = OutputFeed(proxied_redis, "feed", mailboxes.keys)
    reading = asyncio.create_task(feed.run())
    got: list[str] = []

    async def write(turn: str) -> None:
        event = new_event("i1", ReplyStarted(turn_id=turn), now())
        await mailboxes.redis.xadd(mailboxes.keys.outputs("i1"), {"event": event.encode()})

    async def follow() -> None:
        async with feed.follow("i1") as events:
            async for _, event in events:
                got.append(getattr(event.data, "turn_id", ""))

    async def heard() -> list[str]:
        return got

    following = asyncio.create_task(follow())
    await write("t1")
    await eventually(heard, bool)
    async with outage(redis_proxy, trouble, "feed"):
        await write("t2")
    assert await eventually(heard, lambda turns: len(turns) > 1, 5) == ["t1", "t2"]
    for task in (reading, following):
        task.cancel()
    await asyncio.gather(reading, following, return_exceptions=True)
