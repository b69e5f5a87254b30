"""Brain workers and jobs while a Redis is away: nothing is lost, and they go on by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from arq.connections import ArqRedis
from brain.adapters.arq_jobs import run_jobs
from brain.adapters.arq_queue import DEADLINES, connect_pool, connect_queue
from brain.application.jobs import Jobs
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fixtures.brains import TextRoom, build_worker, eventually, nothing_is_left, now, working
from fixtures.outages import outage
from fixtures.redis_server import RedisServer
from fixtures.toxiproxy import TROUBLES, Proxy
from redis.asyncio import Redis
from viva_shared.broker import Mailboxes
from viva_shared.events import DeadlinePassed, decode

pytestmark = pytest.mark.integration

trouble = pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))


@trouble
async def test_an_interview_goes_on_after_an_outage_under_its_worker(
    proxied_redis: Redis, mailboxes: Mailboxes, redis_proxy: Proxy, trouble: Callable[[Proxy], None]
) -> None:
    room = TextRoom(mailboxes)
    worker = build_worker(
        Mailboxes(proxied_redis, mailboxes.keys), ScriptedModel(["Go ", "on."]), RecordingQueue()
    )
    async with working(worker) as task:
        await room.open()
        await room.hear()
        async with outage(redis_proxy, trouble, "read", "read_passed", "claim"):
            await room.say("I am Alice")
        assert await room.hear() == "Go on."
        await room.say("a nurse")
        assert await room.hear() == "Go on."
        await nothing_is_left(mailboxes)
        assert not task.done()
    lines = [line.text for line in (await room.state()).lines if line.speaker == "candidate"]
    assert lines == ["I am Alice", "a nurse"]


@pytest.fixture
def jobs_url(redis_proxy: Proxy) -> str:
    """arq's own Redis, behind a way that may be broken; the mailboxes are reached directly."""
    return f"redis://127.0.0.1:{redis_proxy.port}/1"


@pytest.fixture
async def jobs(mailboxes: Mailboxes, jobs_url: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(run_jobs(Jobs(mailboxes, RecordingQueue(), "scripted", now), jobs_url))
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@trouble
async def test_jobs_go_on_after_an_outage_of_their_queue(
    mailboxes: Mailboxes,
    redis_proxy: Proxy,
    redis_server: RedisServer,
    jobs: asyncio.Task[None],
    trouble: Callable[[Proxy], None],
) -> None:
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
    queue = await connect_queue(f"redis://127.0.0.1:{redis_server.port}/1")
    await queue.deadline(room.interview_id, "stage-1", now() + timedelta(seconds=1))

    async def passed() -> list[str]:
        events = [decode(entry.raw).data async for entry in mailboxes.every_input(room.interview_id)]
        return [data.deadline_id for data in events if isinstance(data, DeadlinePassed)]

    async with outage(redis_proxy, trouble, "deadlines", "reports"):
        pass
    assert await eventually(passed, bool, 5) == ["stage-1"]
    assert not jobs.done()
    await queue.aclose()


@pytest.mark.parametrize("direction", ["upstream", "downstream"])
async def test_a_job_is_enqueued_wherever_the_connection_breaks(
    redis_proxy: Proxy,
    redis_server: RedisServer,
    key_prefix: str,
    jobs_url: str,
    direction: str,
) -> None:
    """After so many bytes to Redis, or from it, in the middle of arq's transaction."""
    queue = await connect_queue(jobs_url)
    direct = await connect_pool(f"redis://127.0.0.1:{redis_server.port}/1")
    later = now() + timedelta(hours=1)
    names = [f"d{number}" for number in range(0, 480, 20)]
    for name in names:
        redis_proxy.add("limit_data", direction, bytes=int(name[1:]))  # type: ignore[arg-type]
        enqueueing = asyncio.create_task(queue.deadline(key_prefix, name, later))
        await asyncio.wait({enqueueing}, timeout=0.05)
        redis_proxy.mend()
        await enqueueing
    assert await enqueued(direct, key_prefix) == sorted(names)
    await queue.aclose()
    await direct.aclose(close_connection_pool=True)


async def enqueued(pool: ArqRedis, prefix: str) -> list[str]:
    jobs = [raw.decode() for raw in await pool.zrange(DEADLINES, 0, -1)]
    return sorted(job.removeprefix(f"{prefix}:") for job in jobs if job.startswith(prefix))
