"""Deleting an interview that is held: whoever is at it leaves, and nothing of it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from brain.application.archiving import Archiving
from brain.application.jobs import Jobs
from brain.application.speaking import Budget
from fakes.model import SILENCE, ScriptedModel
from fakes.queue import RecordingQueue
from fixtures.brains import TextRoom, build_worker, eventually, nothing_is_left, now, working
from fixtures.over import abandoned
from structlog.testing import capture_logs
from viva_shared.archive import Archive, Database, erase
from viva_shared.broker import Closing, Mailboxes, NotOpen, Producer, Survey
from viva_shared.events import CandidateSilent, new_event

pytestmark = pytest.mark.integration

Delete = Callable[[str], Awaitable[None]]


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database, now)


@pytest.fixture
def delete(mailboxes: Mailboxes, archive: Archive, tmp_path: Path) -> Delete:
    async def call(interview_id: str) -> None:
        assert await erase(
            interview_id, "me", closing=Closing(mailboxes, 1_000), archive=archive, interviews_dir=tmp_path
        )

    return call


def build(mailboxes: Mailboxes, archive: Archive, closing: Closing, tmp_path: Path) -> Archiving:
    return Archiving(
        mailboxes,
        archive,
        closing,
        model="scripted",
        ttl_s=100,
        retention=timedelta(),
        interviews_dir=tmp_path,
        now=now,
    )


async def assert_it_is_gone(mailboxes: Mailboxes, archive: Archive, interview_id: str) -> None:
    k = mailboxes.keys
    left = [key.decode() async for key in mailboxes.redis.scan_iter(f"{k.prefix}:{{{interview_id}}}:*")]
    assert left == [k.state(interview_id)]
    assert await archive.get(interview_id) is None
    assert await archive.events(interview_id) == []


async def test_a_worker_leaves_in_the_middle_of_a_reply(
    mailboxes: Mailboxes, archive: Archive, delete: Delete
) -> None:
    room, model = TextRoom(mailboxes), ScriptedModel(["Hello, ", SILENCE])
    worker = build_worker(mailboxes, model, queue := RecordingQueue(), budget=Budget(60, 60))
    with capture_logs() as logs:
        async with working(worker):
            await room.open()
            await eventually(lambda: room.chunks("t1"), bool)
            await delete(room.interview_id)
            await nothing_is_left(mailboxes)
            jobs = Jobs(mailboxes, queue, "scripted", now)
            for interview_id, deadline_id in queue.deadlines:
                await jobs.deadline_passed(interview_id, deadline_id)
            await jobs.write_report(room.interview_id)
            await mailboxes.ring(room.interview_id)
            await nothing_is_left(mailboxes)
            assert await jobs.sweep() == 0
    assert model.cancelled == 1
    assert [line for line in logs if line["log_level"] in ("error", "critical")] == []
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["lease.lost"]
    assert queue.reports == queue.archives == set()
    await assert_it_is_gone(mailboxes, archive, room.interview_id)


async def test_a_producer_is_told(mailboxes: Mailboxes, archive: Archive, delete: Delete) -> None:
    room = TextRoom(mailboxes)
    await room.open()
    producer = Producer(mailboxes)
    sending = asyncio.create_task(producer.run())
    await delete(room.interview_id)
    producer.put(new_event(room.interview_id, CandidateSilent(), now()))
    with pytest.raises(NotOpen, match="is deleted"):
        await asyncio.wait_for(sending, 5)
    await assert_it_is_gone(mailboxes, archive, room.interview_id)


@pytest.mark.parametrize(
    "when", ["before it is read", "after it was looked at", "before it is written", "before it is closed"]
)
async def test_an_archive_job_does_not_bring_it_back(
    when: str,
    mailboxes: Mailboxes,
    archive: Archive,
    delete: Delete,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = await abandoned(mailboxes)
    jobs = Jobs(mailboxes, RecordingQueue(), "scripted", now)
    await jobs.write_report(room.interview_id)
    await mailboxes.redis.zadd(mailboxes.keys.settled, {room.interview_id: 1})
    closing = Closing(mailboxes, 1_000)
    owner, name = {
        "before it is read": (mailboxes, "snapshot"),
        "after it was looked at": (Survey, "is_settled"),
        "before it is written": (archive, "record"),
        "before it is closed": (closing, "archive"),
    }[when]
    called = getattr(owner, name)

    async def late(*args: object, **options: object) -> object:
        monkeypatch.undo()
        await delete(room.interview_id)
        return await called(*args, **options)

    monkeypatch.setattr(owner, name, late)
    archiving = build(mailboxes, archive, closing, tmp_path)
    await archiving.archive(room.interview_id)
    await archiving.archive(room.interview_id)
    await assert_it_is_gone(mailboxes, archive, room.interview_id)
    assert not await mailboxes.redis.exists(mailboxes.keys.settled, mailboxes.keys.open)


async def test_a_redis_that_has_forgotten_the_deletion_is_told_again(
    mailboxes: Mailboxes, archive: Archive, tmp_path: Path
) -> None:
    room = await abandoned(mailboxes)
    await archive.delete(room.interview_id, "me")
    archiving = build(mailboxes, archive, Closing(mailboxes, 1_000), tmp_path)
    await archiving.archive(room.interview_id)
    await assert_it_is_gone(mailboxes, archive, room.interview_id)
