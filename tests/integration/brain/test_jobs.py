"""The jobs on real arq: deadlines become inputs, reports are written, forgotten interviews rung for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest
from brain.adapters.arq_jobs import run_jobs
from brain.adapters.arq_queue import connect_queue
from brain.application.jobs import Jobs
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fixtures.brains import TextRoom, build_worker, eventually, nothing_is_left, now, working
from fixtures.redis_server import RedisServer
from viva_shared.broker import Mailboxes, Snapshot
from viva_shared.events import DeadlinePassed, decode
from viva_shared.report import InterviewReport

pytestmark = pytest.mark.integration


@pytest.fixture
async def jobs(mailboxes: Mailboxes, redis_server: RedisServer) -> AsyncIterator[Jobs]:
    """Both arq workers, running, on database 1 of the same Redis (arq's keys have no prefix)."""
    jobs = Jobs(mailboxes, RecordingQueue(), "scripted", now)
    task = asyncio.create_task(run_jobs(jobs, f"redis://127.0.0.1:{redis_server.port}/1"))
    yield jobs
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_deadline_that_is_set_becomes_an_input(
    mailboxes: Mailboxes, redis_server: RedisServer, jobs: Jobs
) -> None:
    queue = await connect_queue(f"redis://127.0.0.1:{redis_server.port}/1")
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
    at = now() + timedelta(seconds=0.3)
    for _ in range(2):  # enqueued twice, as after a crash
        await queue.deadline(room.interview_id, "stage-1", at)
    await queue.deadline(room.interview_id, "stage-99", at)

    async def passed() -> list[tuple[str, bool]]:
        events = [decode(e.raw) async for e in mailboxes.every_input(room.interview_id)]
        return [
            (e.data.deadline_id, e.occurred_at >= at) for e in events if isinstance(e.data, DeadlinePassed)
        ]

    assert await eventually(passed, bool) == [("stage-1", True)]
    await queue.aclose()


async def test_the_report_is_written_from_the_log(
    mailboxes: Mailboxes, redis_server: RedisServer, jobs: Jobs
) -> None:
    queue = await connect_queue(f"redis://127.0.0.1:{redis_server.port}/1")
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), queue)):
        await room.open()
        await room.hear()
        await room.say("I am Alice")
        await room.hear()
        await nothing_is_left(mailboxes)
    await queue.report(room.interview_id, "end")
    raw = await eventually(lambda: mailboxes.report(room.interview_id), lambda report: report is not None)
    report = InterviewReport.model_validate_json(raw or b"")
    assert [(turn.speaker, turn.source) for turn in report.turns] == [
        ("interviewer", "model"),
        ("candidate", None),
        ("interviewer", "model"),
    ]
    assert [stage.name for stage in report.stages] == ["self_intro"]
    await queue.aclose()


async def test_a_deadline_survives_an_outage_of_redis(
    mailboxes: Mailboxes, redis_server: RedisServer, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
    tries = 0
    real = mailboxes.snapshot

    async def away(interview_id: str) -> Snapshot | None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ConnectionError("Redis is away")
        return await real(interview_id)

    monkeypatch.setattr(mailboxes, "snapshot", away)
    queue = await connect_queue(f"redis://127.0.0.1:{redis_server.port}/1")
    await queue.deadline(room.interview_id, "stage-1", now())

    async def passed() -> int:
        events = [decode(e.raw) async for e in mailboxes.every_input(room.interview_id)]
        return sum(isinstance(e.data, DeadlinePassed) for e in events)

    assert await eventually(passed, bool) == 1
    assert tries >= 3
    await queue.aclose()
