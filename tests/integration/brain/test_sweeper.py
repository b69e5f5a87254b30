"""The sweeper mends what a process that died, or a Redis that forgot, left undone; and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from brain.application.jobs import OVERDUE, REPORT_OVERDUE, SETTLED, Jobs
from brain.domain.state import Phase
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fakes.world import IDENTITY
from fixtures.brains import TextRoom, build_worker, nothing_is_left, now, working
from viva_shared.broker import Doorbell, Mailboxes
from viva_shared.events import CandidateLeft, CandidateSilent, DeadlinePassed, decode

pytestmark = pytest.mark.integration

SECOND = timedelta(seconds=1)


def sweeper(mailboxes: Mailboxes, *, later: timedelta = timedelta()) -> tuple[Jobs, RecordingQueue]:
    """The jobs, so much later."""
    queue = RecordingQueue()
    return Jobs(mailboxes, queue, "scripted", lambda: now() + later), queue


async def greeted(mailboxes: Mailboxes) -> TextRoom:
    """An interview at rest, whose worker is gone, as are the jobs of its deadlines."""
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        await nothing_is_left(mailboxes)
    return room


async def ended(mailboxes: Mailboxes) -> TextRoom:
    """An interview whose candidate left, and did not come back."""
    room = await greeted(mailboxes)
    await room.send(CandidateLeft(identity=IDENTITY))
    async with working(build_worker(mailboxes, ScriptedModel([""]), RecordingQueue())):
        await nothing_is_left(mailboxes)
        await sweeper(mailboxes, later=timedelta(hours=1))[0].sweep()
        await nothing_is_left(mailboxes)
    assert (await room.state()).phase is Phase.ENDED
    return room


async def doorbells(mailboxes: Mailboxes) -> int:
    return int(await mailboxes.redis.xlen(mailboxes.keys.ready))


async def test_it_rings_once_for_a_producer_that_died(mailboxes: Mailboxes) -> None:
    room = await greeted(mailboxes)
    await room.send(CandidateSilent())
    await mailboxes.redis.delete(mailboxes.keys.ready)  # as if nobody had ever rung
    jobs, _ = sweeper(mailboxes)
    assert [await jobs.sweep() for _ in range(3)] == [1, 0, 0]
    reader = Doorbell(mailboxes.redis, "reader", mailboxes.keys)
    await reader.ensure_group()
    assert len(await reader.read(10)) == 1
    assert await jobs.sweep() == 0, "somebody has come for it"
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await nothing_is_left(mailboxes)
    assert await jobs.sweep() == 0


async def test_it_leaves_an_interview_to_its_holder(mailboxes: Mailboxes) -> None:
    room = await greeted(mailboxes)
    await room.send(CandidateSilent())
    await mailboxes.acquire(room.interview_id, "somebody", 60_000)
    await mailboxes.redis.delete(mailboxes.keys.ready)
    assert await sweeper(mailboxes)[0].sweep() == 0


async def test_a_deadline_whose_job_was_lost_passes_all_the_same(mailboxes: Mailboxes) -> None:
    room = await greeted(mailboxes)
    due = min(timer.at for timer in (await room.state()).timers.values())

    async def passed() -> list[str]:
        events = [decode(entry.raw).data async for entry in mailboxes.every_input(room.interview_id)]
        return [data.deadline_id for data in events if isinstance(data, DeadlinePassed)]

    await sweeper(mailboxes, later=due + OVERDUE - SECOND - now())[0].sweep()
    assert await passed() == []
    for _ in range(3):
        await sweeper(mailboxes, later=timedelta(seconds=90))[0].sweep()
    assert [deadline.partition("-")[0] for deadline in await passed()] == ["stage", "silence"]
    assert await doorbells(mailboxes) == 2, "it does not ring again for what nobody has read yet"


async def test_a_report_whose_job_was_lost_is_asked_for_again(mailboxes: Mailboxes) -> None:
    room = await ended(mailboxes)
    jobs, queue = sweeper(mailboxes, later=REPORT_OVERDUE - 10 * SECOND)
    await jobs.sweep()
    assert not queue.reports
    jobs, queue = sweeper(mailboxes, later=REPORT_OVERDUE + SECOND)
    await jobs.sweep()
    assert queue.reports == {room.interview_id}
    await jobs.write_report(room.interview_id)
    queue.reports.clear()
    await jobs.sweep()
    assert not queue.reports


async def test_it_looks_no_more_at_what_is_over(mailboxes: Mailboxes) -> None:
    over, unreported, running = [await make(mailboxes) for make in (ended, ended, greeted)]
    await sweeper(mailboxes)[0].write_report(over.interview_id)
    await sweeper(mailboxes, later=SETTLED - 10 * SECOND)[0].sweep()
    assert over.interview_id in await mailboxes.open_interviews()
    await sweeper(mailboxes, later=SETTLED + SECOND)[0].sweep()
    assert set(await mailboxes.open_interviews()) == {running.interview_id, unreported.interview_id}
    assert await mailboxes.redis.zrange(mailboxes.keys.settled, 0, -1) == [over.interview_id.encode()]


async def test_what_was_never_made_or_is_archived_leaves_the_list(mailboxes: Mailboxes) -> None:
    room = await greeted(mailboxes)
    await mailboxes.redis.hset(mailboxes.keys.state(room.interview_id), "status", "archived")  # type: ignore[misc]
    await mailboxes.redis.zadd(mailboxes.keys.open, {"never": now().timestamp()})
    await sweeper(mailboxes, later=SETTLED - 10 * SECOND)[0].sweep()
    assert "never" in await mailboxes.open_interviews(), "it may be being made"
    await sweeper(mailboxes, later=SETTLED + SECOND)[0].sweep()
    assert await mailboxes.open_interviews() == []
    assert not await mailboxes.redis.exists(mailboxes.keys.settled)


async def test_a_damaged_interview_does_not_hide_the_others(mailboxes: Mailboxes) -> None:
    redis, keys = mailboxes.redis, mailboxes.keys
    garbage, wrong_type, whole = [await greeted(mailboxes) for _ in range(3)]
    await redis.hset(keys.state(garbage.interview_id), "state", "{")  # type: ignore[misc]
    await redis.delete(keys.inputs(wrong_type.interview_id))
    await redis.set(keys.inputs(wrong_type.interview_id), "not a stream")
    await whole.send(CandidateSilent())
    await redis.delete(keys.ready)
    assert await sweeper(mailboxes)[0].sweep() == 1


async def test_many_interviews_are_a_few_round_trips(mailboxes: Mailboxes) -> None:
    redis, keys = mailboxes.redis, mailboxes.keys
    room = await greeted(mailboxes)
    kept = [(key, await redis.dump(key(room.interview_id))) for key in (keys.state, keys.inputs)]
    async with redis.pipeline(transaction=False) as pipe:
        for number in range(1_000):
            pipe.zadd(keys.open, {f"c{number}": number})
            for key, value in kept:
                pipe.restore(key(f"c{number}"), 0, value)
        await pipe.execute()
    jobs, _ = sweeper(mailboxes)
    before = (await redis.info("stats"))["total_reads_processed"]
    assert await jobs.sweep() == 0
    assert (await redis.info("stats"))["total_reads_processed"] - before < 100
