"""Interviews go from Redis into the database whole, once, and whatever happens in between."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from brain.application.archiving import Archiving
from brain.application.jobs import Jobs
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fakes.world import IDENTITY, SCREENING
from fixtures.brains import TextRoom, build_worker, nothing_is_left, now, working
from fixtures.over import abandoned
from viva_shared.archive import Archive, Database, Status
from viva_shared.broker import Closing, Mailboxes, NotOpen
from viva_shared.events import CandidateReplaced, CandidateSilent, EndRequested
from viva_shared.report import InterviewReport

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database, now)


def build_archiving(mailboxes: Mailboxes, archive: Archive, tmp_path: Path) -> Archiving:
    return Archiving(
        mailboxes,
        archive,
        Closing(mailboxes, 1_000),
        model="scripted",
        ttl_s=100,
        retention=timedelta(),
        interviews_dir=tmp_path / "interviews",
        now=now,
    )


@pytest.fixture
def archiving(mailboxes: Mailboxes, archive: Archive, tmp_path: Path) -> Archiving:
    return build_archiving(mailboxes, archive, tmp_path)


async def sweep(mailboxes: Mailboxes, *, later: timedelta) -> set[str]:
    """What is to be archived, so much later."""
    queue = RecordingQueue()
    await Jobs(mailboxes, queue, "scripted", lambda: now() + later).sweep()
    return queue.archives


async def settle(mailboxes: Mailboxes, room: TextRoom) -> None:
    """Its report is written, and it has been quiet."""
    await Jobs(mailboxes, RecordingQueue(), "scripted", now).write_report(room.interview_id)
    assert room.interview_id in await sweep(mailboxes, later=DAY)


async def logged(mailboxes: Mailboxes, interview_id: str) -> list[tuple[str, str, str]]:
    """Both streams as they are in Redis."""
    redis, k = mailboxes.redis, mailboxes.keys
    streams = {"in": k.inputs(interview_id), "out": k.outputs(interview_id)}
    return [
        (name, entry_id.decode(), fields[b"event"].decode())
        for name, key in streams.items()
        for entry_id, fields in await redis.xrange(key)
    ]


async def archived_log(archive: Archive, interview_id: str) -> list[tuple[str, str, str]]:
    return [(e.stream, e.entry_id, e.body) for e in await archive.events(interview_id)]


async def test_an_interview_is_archived_whole(
    mailboxes: Mailboxes, archive: Archive, archiving: Archiving
) -> None:
    room = await abandoned(mailboxes, said="I said \0 – “ä”.")
    await settle(mailboxes, room)
    before = await logged(mailboxes, room.interview_id)
    report = await mailboxes.report(room.interview_id)
    assert report
    await archiving.archive(room.interview_id)
    assert await archived_log(archive, room.interview_id) == before
    assert await archive.report(room.interview_id) == InterviewReport.model_validate_json(report)
    assert await archive.scenario(room.interview_id) == SCREENING.model_dump_json()
    found = await archive.get(room.interview_id)
    assert found is not None
    assert (found.status, found.end_reason) == (Status.ENDED, "abandoned")
    assert (found.scenario, found.scenario_hash) == (SCREENING.name, SCREENING.content_hash)
    assert (found.scenario_title, found.language) == (SCREENING.title, "en")
    assert (found.candidate_identity, found.model) == (IDENTITY, "scripted")
    assert found.started_at
    assert found.ended_at
    assert found.archived_at
    assert found.created_at <= found.started_at < found.ended_at <= found.archived_at
    turns = await archive.turns(room.interview_id)
    assert [(turn.speaker, turn.text) for turn in turns[1:3]] == [
        ("candidate", "I said \ufffd – “ä”."),
        ("interviewer", "I see."),
    ]
    closed = await mailboxes.snapshot(room.interview_id)
    assert closed is not None
    assert closed.status == "archived"
    assert not await mailboxes.redis.exists(mailboxes.keys.settled)
    with pytest.raises(NotOpen):
        await room.send(CandidateSilent())
    await archiving.archive(room.interview_id)
    assert await archive.get(room.interview_id) == found


async def test_what_is_not_over_is_listed_and_stays(
    mailboxes: Mailboxes, archive: Archive, archiving: Archiving
) -> None:
    room = TextRoom(mailboxes)
    listed = []
    worker = build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())
    jobs = Jobs(mailboxes, queue := RecordingQueue(), "scripted", now)
    async with working(worker):
        await room.open()
        await room.hear()
        await nothing_is_left(mailboxes)
        for _ in range(3):
            queue.archives.clear()
            await jobs.sweep()
            listed.append(queue.archives == {room.interview_id})
    assert listed == [True, False, False], "once for each phase"
    await archiving.archive(room.interview_id)
    found = await archive.get(room.interview_id)
    assert found is not None
    assert (found.status, found.archived_at) == (Status.RUNNING, None)
    assert await archive.events(room.interview_id) == []
    snapshot = await mailboxes.snapshot(room.interview_id)
    assert snapshot is not None
    assert snapshot.status == "open"


async def test_what_is_over_is_recorded_at_once_and_closed_later(
    mailboxes: Mailboxes, archive: Archive, archiving: Archiving
) -> None:
    room = await abandoned(mailboxes)
    queue = RecordingQueue()
    await Jobs(mailboxes, queue, "scripted", now).write_report(room.interview_id)
    assert queue.archives == {room.interview_id}
    await archiving.archive(room.interview_id)
    assert await archive.report(room.interview_id)
    found = await archive.get(room.interview_id)
    assert found is not None
    assert (found.status, found.archived_at) == (Status.ENDED, None)
    await room.send(CandidateSilent())
    async with working(build_worker(mailboxes, ScriptedModel([""]), RecordingQueue())):
        await nothing_is_left(mailboxes)
    await settle(mailboxes, room)
    await archiving.archive(room.interview_id)
    assert len(await archive.events(room.interview_id)) == len(await logged(mailboxes, room.interview_id))


async def test_what_came_after_it_was_settled_is_not_lost(
    mailboxes: Mailboxes, archive: Archive, archiving: Archiving
) -> None:
    room = await abandoned(mailboxes)
    await settle(mailboxes, room)
    await room.send(CandidateSilent())
    await archiving.archive(room.interview_id)
    assert await mailboxes.open_interviews() == [room.interview_id], "it is looked at again"
    async with working(build_worker(mailboxes, ScriptedModel([""]), RecordingQueue())):
        await nothing_is_left(mailboxes)
    assert room.interview_id in await sweep(mailboxes, later=DAY)
    before = await logged(mailboxes, room.interview_id)
    await archiving.archive(room.interview_id)
    assert await archived_log(archive, room.interview_id) == before
    assert await mailboxes.open_interviews() == []


async def test_what_came_while_it_was_recorded_is_not_lost(
    mailboxes: Mailboxes, archive: Archive, archiving: Archiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker has applied it, and is gone again, by the time the mailbox is to be closed."""
    room = await abandoned(mailboxes)
    await settle(mailboxes, room)
    record = archive.record

    async def slow(*args: object) -> None:
        await record(*args)  # type: ignore[arg-type]
        await room.send(CandidateSilent())
        async with working(build_worker(mailboxes, ScriptedModel([""]), RecordingQueue())):
            await nothing_is_left(mailboxes)

    with monkeypatch.context() as patched:
        patched.setattr(archive, "record", slow)
        await archiving.archive(room.interview_id)
    assert await mailboxes.open_interviews() == [room.interview_id]
    assert room.interview_id in await sweep(mailboxes, later=DAY)
    await archiving.archive(room.interview_id)
    assert await archived_log(archive, room.interview_id) == await logged(mailboxes, room.interview_id)


async def test_two_at_once(mailboxes: Mailboxes, archive: Archive, tmp_path: Path) -> None:
    room = await abandoned(mailboxes)
    await settle(mailboxes, room)
    jobs = [build_archiving(mailboxes, archive, tmp_path) for _ in range(4)]
    await asyncio.gather(*(each.archive(room.interview_id) for each in jobs))
    assert await archived_log(archive, room.interview_id) == await logged(mailboxes, room.interview_id)
    assert not await mailboxes.redis.exists(mailboxes.keys.settled)


async def test_garbage_is_archived_with_the_rest(
    mailboxes: Mailboxes, archive: Archive, archiving: Archiving
) -> None:
    room = await abandoned(mailboxes)
    redis, k = mailboxes.redis, mailboxes.keys
    await redis.xadd(k.inputs(room.interview_id), {"event": b"\xff\x00 no event"})
    await redis.xadd(k.outputs(room.interview_id), {"odd": b"\xfe"})
    await mailboxes.ring(room.interview_id)
    async with working(build_worker(mailboxes, ScriptedModel([""]), RecordingQueue())):
        await nothing_is_left(mailboxes)
    await settle(mailboxes, room)
    await archiving.archive(room.interview_id)
    bodies = {event.body: event.type for event in await archive.events(room.interview_id)}
    assert bodies["\\xff\ufffd no event"] is None
    assert bodies["odd=\\xfe"] is None
    found = await archive.get(room.interview_id)
    assert found is not None
    assert found.archived_at


async def test_nothing_that_was_said_without_consent_is_archived(
    mailboxes: Mailboxes, archive: Archive, archiving: Archiving
) -> None:
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."], ["I see."]), RecordingQueue())):
        await room.open("text", consent_required=True)
        for text in ("A secret.", "I agree.", "I am Alice."):
            await room.hear()
            await room.say(text, via="text")
        await room.hear()
        await room.send(CandidateReplaced(identity="bob-i1"))
        await room.say("I am Bob.", via="text")
        await room.send(EndRequested(by="recruiter"))
        await nothing_is_left(mailboxes)
    await settle(mailboxes, room)
    await archiving.archive(room.interview_id)
    heard = [event for event in await archive.events(room.interview_id) if event.type == "utterance.heard"]
    texts = [json.loads(event.body)["data"]["text"] for event in heard]
    assert texts == ["", "I agree.", "I am Alice.", ""]
    turns = await archive.turns(room.interview_id)
    assert [turn.text for turn in turns if turn.speaker == "candidate"] == ["I am Alice."]
    found = await archive.get(room.interview_id)
    assert found is not None
    assert found.consent_via == "chat", "what Alice said rests on it"


async def test_what_could_never_begin_is_archived_too(
    mailboxes: Mailboxes, archive: Archive, archiving: Archiving
) -> None:
    """Nothing of it can be read, and there is no state."""
    room = TextRoom(mailboxes)
    await room.open()
    inputs = mailboxes.keys.inputs(room.interview_id)
    await mailboxes.redis.delete(inputs)
    await mailboxes.redis.xadd(inputs, {"event": b"garbage"})
    async with working(build_worker(mailboxes, ScriptedModel([""]), RecordingQueue())):
        await nothing_is_left(mailboxes)
    assert room.interview_id in await sweep(mailboxes, later=DAY)
    await archiving.archive(room.interview_id)
    found = await archive.get(room.interview_id)
    assert found is not None
    assert (found.status, bool(found.archived_at)) == (Status.CREATED, True)
    assert abs(found.created_at - now()) < timedelta(minutes=1)
