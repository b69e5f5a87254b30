"""A Redis that comes back with less than it had acknowledged, under a worker that goes on."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from brain.application.jobs import Jobs
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from faults.stack import RedisServer
from fixtures.brains import TextRoom, build_worker, nothing_is_left, now, working
from viva_shared.broker import Keys, Mailboxes, connect

pytestmark = pytest.mark.integration


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own, which writes all to its disk before it answers."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.process.stop()
    server.client.close()


@pytest.fixture
async def mailboxes(redis_process: RedisServer) -> AsyncIterator[Mailboxes]:
    redis = connect(f"redis://127.0.0.1:{redis_process.port}/0")
    boxes = Mailboxes(redis, Keys())
    await boxes.load_functions()
    yield boxes
    await redis.aclose()


async def candidate_lines(room: TextRoom) -> list[str]:
    return [line.text for line in (await room.state()).lines if line.speaker == "candidate"]


async def test_an_interview_goes_on_from_where_redis_remembers_it(
    redis_process: RedisServer, mailboxes: Mailboxes, tmp_path: Path
) -> None:
    room, remembered = TextRoom(mailboxes), tmp_path / "remembered"
    model = ScriptedModel(["Go ", "on."])
    async with working(build_worker(mailboxes, model, RecordingQueue())) as worker:
        await room.open()
        await room.hear()
        await room.say("kept")
        await room.hear()
        await nothing_is_left(mailboxes)
        shutil.copytree(tmp_path / "redis", remembered)
        lost = await mailboxes.snapshot(room.interview_id)
        assert lost
        await room.say("lost, with its answer")
        await room.hear()
        redis_process.process.signal(signal.SIGKILL)
        redis_process.process.wait(10)
        shutil.rmtree(tmp_path / "redis")
        shutil.copytree(remembered, tmp_path / "redis")
        await asyncio.to_thread(redis_process.start)
        found = await mailboxes.snapshot(room.interview_id)
        assert found
        assert replace(found, epoch=0) == replace(lost, epoch=0)  # a worker may have taken it again already
        room._heard.discard("t3")  # the number of the reply that was lost is given again
        await room.say("said again")
        assert await room.hear() == "Go on."
        await nothing_is_left(mailboxes)
        assert not worker.done()
    assert await candidate_lines(room) == ["kept", "said again"]


async def test_a_lost_doorbell_is_rung_again(mailboxes: Mailboxes) -> None:
    room, jobs = TextRoom(mailboxes), Jobs(mailboxes, RecordingQueue(), "scripted", now)
    async with working(build_worker(mailboxes, ScriptedModel(["Go ", "on."]), RecordingQueue())):
        await room.open()
        await room.hear()
        await nothing_is_left(mailboxes)
    await room.say("is anybody there")
    await mailboxes.redis.delete(mailboxes.keys.ready)  # with its group
    async with working(build_worker(mailboxes, ScriptedModel(["Go ", "on."]), RecordingQueue())) as worker:
        assert await jobs.sweep() == 1
        assert await room.hear() == "Go on."
        await mailboxes.redis.delete(mailboxes.keys.ready)
        await room.say("and now")
        assert await room.hear() == "Go on."
        assert not worker.done()


async def test_a_redis_that_has_forgotten_everything_is_served(mailboxes: Mailboxes) -> None:
    before, after = TextRoom(mailboxes), TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Go ", "on."]), RecordingQueue())) as worker:
        await before.open()
        await before.hear()
        for _ in range(20):  # at whatever the worker is about
            await mailboxes.redis.flushall()
            await mailboxes.redis.execute_command("FUNCTION FLUSH")  # type: ignore[no-untyped-call]
            await asyncio.sleep(0.02)
        await after.open()
        await after.hear()
        await nothing_is_left(mailboxes)
        assert not worker.done()
