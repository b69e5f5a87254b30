"""Two job workers, real processes; one is killed over jobs that it has taken."""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from arq.connections import ArqRedis
from brain.adapters.arq_queue import ArqQueue, connect_pool
from brain.domain.state import TimerKind
from fakes.model import ScriptedModel
from fakes.world import SCREENING
from faults.process import Process
from fixtures.brains import TextRoom, build_worker, eventually, working
from fixtures.processes import wait_for
from fixtures.redis_server import RedisServer
from fixtures.toxiproxy import Proxy
from viva_shared.broker import Mailboxes
from viva_shared.events import DeadlinePassed, decode

pytestmark = pytest.mark.integration

START_S = 60.0
FIRED = timedelta(seconds=16)
"""A deadline is an input by then, whatever died over it."""
REPORT_MS = 70_000
"""After so long another worker takes a report that was taken; it takes less than the other 20 s of its 90."""
DEADLINE_S = 2.0


@pytest.fixture
def jobs_url(redis_server: RedisServer) -> str:
    """A database that no other test has jobs in."""
    return f"redis://127.0.0.1:{redis_server.port}/2"


@pytest.fixture
async def pool(jobs_url: str) -> AsyncIterator[ArqRedis]:
    pool = await connect_pool(jobs_url)
    yield pool
    await pool.aclose(close_connection_pool=True)


@pytest.fixture
def job_workers(
    redis_server: RedisServer, redis_proxy: Proxy, jobs_url: str, key_prefix: str, tmp_path: Path
) -> Iterator[tuple[Process, Process]]:
    """The one that will die, whose way to the mailboxes can be broken, and the other one."""
    ports = {"dying": redis_proxy.port, "living": redis_server.port}
    workers = [
        Process(
            name,
            [sys.executable, "-m", "brain", "jobs"],
            tmp_path,
            REDIS_URL=f"redis://127.0.0.1:{port}/0",
            JOBS_REDIS_URL=jobs_url,
            VIVA_KEY_PREFIX=key_prefix,
        )
        for name, port in ports.items()
    ]
    for worker in workers:
        worker.start()
    try:
        for worker in workers:
            wait_for(partial(worker.says, "jobs.ready"), f"{worker.name} is ready", START_S)
        yield workers[0], workers[1]
    finally:
        for worker in workers:
            worker.stop()


async def test_what_a_killed_job_worker_had_taken_is_done_in_time_and_once(
    job_workers: tuple[Process, Process], redis_proxy: Proxy, mailboxes: Mailboxes, pool: ArqRedis
) -> None:
    dying, living = job_workers
    queue = ArqQueue(pool)
    first, *others = SCREENING.stages
    stages = (first.model_copy(update={"deadline_s": DEADLINE_S}), *others)
    rooms = [TextRoom(mailboxes, SCREENING.model_copy(update={"stages": stages})) for _ in range(3)]
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), queue)):
        living.signal(signal.SIGSTOP)  # the other one takes every job
        redis_proxy.hang()
        for room in rooms:
            await room.open()
            await room.hear()
        due = {room: (await room.state()).timers[TimerKind.STAGE].at for room in rooms}
        await queue.report(rooms[0].interview_id, "end")
        report = f"arq:in-progress:{rooms[0].interview_id}:report:end"
        deadlines = [f"arq:in-progress:{room.interview_id}:stage-1" for room in rooms]
        await eventually(lambda: pool.exists(report, *deadlines), lambda taken: taken == len(rooms) + 1)
        dying.signal(signal.SIGKILL)
        living.signal(signal.SIGCONT)
        for room in rooms:
            [at] = await eventually(partial(passed, mailboxes, room), bool, 2 * FIRED.total_seconds())
            assert at - due[room] < FIRED

        assert 0 < await pool.pttl(report) <= REPORT_MS
        assert await mailboxes.report(rooms[0].interview_id) is None
        for key in (report, *deadlines):  # as if that time had passed
            await pool.pexpire(key, 1)
        await eventually(lambda: mailboxes.report(rooms[0].interview_id), bool)
        for room in rooms:
            wait_for(partial(living.says, f"{room.interview_id}:stage-1:deadline_passed"), "the second run")
            assert len(await passed(mailboxes, room)) == 1


async def passed(mailboxes: Mailboxes, room: TextRoom) -> list[datetime]:
    """When the first stage's deadline passed: once is enough."""
    events = [decode(entry.raw) async for entry in mailboxes.every_input(room.interview_id)]
    return [
        event.occurred_at
        for event in events
        if isinstance(event.data, DeadlinePassed) and event.data.deadline_id == "stage-1"
    ]
