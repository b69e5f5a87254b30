"""The archive's arq worker: killed between two steps, without its database, and what it erases."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from brain.adapters.arq_archive import run_archive
from brain.adapters.arq_queue import ArqQueue, connect_pool
from brain.application.archiving import Archiving
from brain.application.finding import Finder, Patience
from brain.application.jobs import Jobs
from brain.application.ports import Model
from brain.application.rescoring import Rescoring
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fakes.world import GIVEN
from faults.process import Process
from fixtures.brains import TextRoom, build_worker, eventually, now
from fixtures.brains import working as serving
from fixtures.over import abandoned
from fixtures.processes import wait_for
from fixtures.records import STARTED, an_interview, whole_record
from fixtures.redis_server import RedisServer
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from viva_shared.archive import Archive, Database, Record, Rescorings, Status, migrate
from viva_shared.broker import Closing, Mailboxes
from viva_shared.events import EndRequested
from viva_shared.report import InterviewReport, ReportScore

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
START_S = 60.0


@pytest.fixture
def jobs_url(redis_server: RedisServer) -> str:
    """A database that no other test has jobs in."""
    return f"redis://127.0.0.1:{redis_server.port}/3"


@pytest.fixture
async def queue(jobs_url: str) -> AsyncIterator[ArqQueue]:
    queue = ArqQueue(await connect_pool(jobs_url))
    yield queue
    await queue.aclose()


def build(mailboxes: Mailboxes, database: Database, tmp_path: Path, retention: timedelta = DAY) -> Archiving:
    return Archiving(
        mailboxes,
        Archive(database, now),
        Closing(mailboxes, 1_000),
        model="scripted",
        ttl_s=100,
        retention=retention,
        interviews_dir=tmp_path,
        now=now,
    )


def rescoring(mailboxes: Mailboxes, database: Database, model: Model | None = None) -> Rescoring:
    finder = Finder(model or ScriptedModel(["-"]), Patience(0.5, 0.5))
    archive, rescorings = Archive(database, now), Rescorings(database, now)
    return Rescoring(mailboxes, archive, rescorings, finder, model="new model")


@asynccontextmanager
async def working(archiving: Archiving, rescoring: Rescoring, jobs_url: str) -> AsyncIterator[None]:
    """The arq worker, for the length of a block."""
    task = asyncio.create_task(run_archive(archiving, rescoring, jobs_url))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def settled(mailboxes: Mailboxes) -> TextRoom:
    """An interview that waits to be archived."""
    room = await abandoned(mailboxes)
    await Jobs(mailboxes, RecordingQueue(), "scripted", now).write_report(room.interview_id)
    await mailboxes.redis.zadd(mailboxes.keys.settled, {room.interview_id: 1})
    await mailboxes.redis.zrem(mailboxes.keys.open, room.interview_id)
    return room


async def is_archived(mailboxes: Mailboxes, archive: Archive, room: TextRoom) -> bool:
    """In both, and nobody waits for it any more."""
    found, snapshot = await archive.get(room.interview_id), await mailboxes.snapshot(room.interview_id)
    is_listed = await mailboxes.redis.exists(mailboxes.keys.settled)
    return bool(found and found.archived_at and snapshot and snapshot.status == "archived" and not is_listed)


# -- a worker that is killed --

DYING = """
import asyncio
from datetime import UTC, datetime
from brain.main_archive import archive_interviews
from brain.settings import BrainSettings
from fakes.model import ScriptedModel
from viva_shared.archive import Archive
from viva_shared.broker import Closing, Keys, Mailboxes, connect

async def never(*_, **__):
    print("is there now", flush=True)
    await asyncio.Event().wait()

async def main():
    settings = BrainSettings()
    mailboxes = Mailboxes(connect(settings.redis_url), Keys(settings.key_prefix))
    await archive_interviews(mailboxes, settings, ScriptedModel(), lambda: datetime.now(UTC))

{owner}.{name} = never
asyncio.run(main())
"""
"""The archive's jobs as they are, but for one step that they come to and do not take."""


@pytest.fixture
def dying(
    redis_server: RedisServer, jobs_url: str, key_prefix: str, database_url: str, tmp_path: Path
) -> Iterator[list[Process]]:
    """Two workers that get as far as the database, and as far as the mailbox."""
    steps = {"recorded": ("Closing", "archive"), "closed": ("Archive", "mark_archived")}
    workers = [
        Process(
            name,
            [sys.executable, "-c", DYING.format(owner=owner, name=step)],
            tmp_path,
            REDIS_URL=redis_server.url,
            JOBS_REDIS_URL=jobs_url,
            VIVA_KEY_PREFIX=key_prefix,
            DATABASE_URL=database_url,
        )
        for name, (owner, step) in steps.items()
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        wait_for(partial(worker.says, "jobs.ready"), f"{worker.name} is ready", START_S)
        worker.signal(signal.SIGSTOP)
    yield workers
    for worker in workers:
        worker.stop()


async def test_a_worker_that_is_killed_between_the_two_is_made_good(
    mailboxes: Mailboxes,
    database: Database,
    queue: ArqQueue,
    jobs_url: str,
    dying: list[Process],
    tmp_path: Path,
) -> None:
    room, archive = await settled(mailboxes), Archive(database, now)
    pool = await connect_pool(jobs_url)
    await queue.archive(room.interview_id)
    for worker in dying:
        worker.signal(signal.SIGCONT)
        wait_for(partial(worker.says, "is there now"), f"{worker.name} has come so far", START_S)
        worker.signal(signal.SIGKILL)
        worker.wait(5)
        assert await archive.report(room.interview_id)
        assert not await is_archived(mailboxes, archive, room)
        await pool.delete(f"arq:in-progress:{room.interview_id}:archive")  # as if a minute had passed
    async with working(build(mailboxes, database, tmp_path), rescoring(mailboxes, database), jobs_url):
        await eventually(lambda: is_archived(mailboxes, archive, room), bool)
    await pool.aclose(close_connection_pool=True)


@pytest.mark.parametrize("engine_name", ["sqlite"])
async def test_an_interview_that_ends_goes_all_the_way_by_itself(
    mailboxes: Mailboxes, database: Database, queue: ArqQueue, redis_server: RedisServer, tmp_path: Path
) -> None:
    """The jobs as they are run: report, record, settle, close."""
    process = Process(
        "jobs",
        [sys.executable, "-m", "brain", "jobs"],
        tmp_path,
        REDIS_URL=redis_server.url,
        JOBS_REDIS_URL=f"redis://127.0.0.1:{redis_server.port}/3",
        VIVA_KEY_PREFIX=mailboxes.keys.prefix,
        DATABASE_URL=database.engine.url.render_as_string(),
        VIVA_SETTLED_S="0",
    )
    process.start()
    room = TextRoom(mailboxes)
    try:
        async with serving(build_worker(mailboxes, ScriptedModel(["Hello."]), queue)):
            await room.open()
            await room.hear()
            await room.send(EndRequested(by="recruiter"))
            await eventually(lambda: is_archived(mailboxes, Archive(database, now), room), bool, START_S)
    finally:
        process.stop()
    found = await Archive(database, now).get(room.interview_id)
    assert found
    assert (found.status, found.end_reason) == (Status.ENDED, "finished")


@pytest.mark.parametrize("engine_name", ["sqlite"])
async def test_what_is_to_be_scored_again_is_found_in_the_database(
    mailboxes: Mailboxes, database: Database, jobs_url: str, tmp_path: Path
) -> None:
    archive, rescorings = Archive(database, now), Rescorings(database, now)
    score = ReportScore(index=0, question="Why?", answer="I had to.", score=40, reason="old")
    report = InterviewReport(
        interview_id="i1", scenario="question_set@0", started_at=STARTED, scores=(score,)
    )
    interview, scenario = an_interview("i1", created_at=now()), GIVEN.model_dump_json()
    await archive.record(Record(interview=interview, report=report, scenario=scenario))
    await rescorings.ask("i1", "key:1")
    model = ScriptedModel(["-"])
    model.found = {"score": 80, "reason": "new", "evidence": ["I had to."]}
    async with working(build(mailboxes, database, tmp_path), rescoring(mailboxes, database, model), jobs_url):
        await eventually(lambda: rescorings.asked(10), lambda waiting: not waiting)
    rescored = await archive.report("i1")
    assert rescored
    assert (rescored.scored_by, rescored.overall_score, len(rescored.scorings)) == ("new model", 80.0, 1)


# -- a database that is away --


async def test_without_its_database_a_job_is_put_off(
    mailboxes: Mailboxes, queue: ArqQueue, jobs_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    room, database = await settled(mailboxes), Database(empty_database_url)
    before = REGISTRY.get_sample_value("viva_archive_outages_total") or 0
    with capture_logs() as logs:
        async with working(build(mailboxes, database, tmp_path), rescoring(mailboxes, database), jobs_url):
            await queue.archive(room.interview_id)
            await eventually(_outages, lambda count: count >= before + 2)
            snapshot = await mailboxes.snapshot(room.interview_id)
            assert snapshot
            assert (snapshot.status, bool(snapshot.state)) == ("open", True), "Redis keeps it"
            await migrate(empty_database_url)
            await eventually(lambda: is_archived(mailboxes, Archive(database, now), room), bool)
    assert "archive.put_off" in [line["event"] for line in logs]
    await database.aclose()


async def _outages() -> float:
    return REGISTRY.get_sample_value("viva_archive_outages_total") or 0


async def test_a_defect_in_one_keeps_no_other_waiting(
    mailboxes: Mailboxes, queue: ArqQueue, jobs_url: str, database: Database, tmp_path: Path
) -> None:
    broken, well = [await settled(mailboxes) for _ in range(2)]
    redis, k = mailboxes.redis, mailboxes.keys
    await redis.zadd(k.settled, {broken.interview_id: 0})
    await redis.hset(k.state(broken.interview_id), "scenario", "{")  # type: ignore[misc]
    async with working(build(mailboxes, database, tmp_path), rescoring(mailboxes, database), jobs_url):
        for room in (broken, well):
            await queue.archive(room.interview_id)
        [(interview_id, _)] = await eventually(
            lambda: redis.zrange(k.settled, 0, -1, withscores=True), lambda waiting: len(waiting) == 1
        )
        assert interview_id.decode() == broken.interview_id
        await eventually(lambda: redis.zscore(k.settled, broken.interview_id), lambda until: until > 1)


# -- retention --


async def test_what_was_kept_for_long_enough_is_erased(
    mailboxes: Mailboxes, database: Database, tmp_path: Path
) -> None:
    archive = Archive(database, now)
    open_one = TextRoom(mailboxes)
    await open_one.open()
    long_ago, lately = now() - 2 * DAY, now() - DAY / 2
    for interview_id, ended_at in (("old", long_ago), ("young", lately), ("in_redis", long_ago)):
        record = whole_record(interview_id)
        record.interview.ended_at = ended_at
        await archive.record(record)
    for interview_id, status in ((open_one.interview_id, Status.CREATED), ("never_came", Status.CREATED)):
        await archive.register(
            an_interview(interview_id, status=status, created_at=STARTED - 99 * DAY, ended_at=None)
        )
    (tmp_path / "old").mkdir()
    assert await build(mailboxes, database, tmp_path, timedelta()).erase_old() == 0, "for ever"
    assert await build(mailboxes, database, tmp_path).erase_old() == 3
    left = {interview.id for interview in (await archive.interviews()).interviews}
    assert left == {"young", open_one.interview_id}
    assert not (tmp_path / "old").is_dir()
    lines = await archive.audit_log()
    assert {(line.actor, line.action, line.interview_id) for line in lines} == {
        ("retention", "interview.deleted", interview_id) for interview_id in ("old", "in_redis", "never_came")
    }
    assert await build(mailboxes, database, tmp_path).erase_old() == 0
