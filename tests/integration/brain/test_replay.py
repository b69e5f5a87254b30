"""Replaying a log: the same state from the same inputs, and a difference is shown."""

from __future__ import annotations

import json

import pytest
from brain.application.replaying import replay
from brain.application.reporting import NoSuchInterview
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fixtures.brains import TextRoom, build_worker, nothing_is_left, working
from viva_shared.broker import Mailboxes

pytestmark = pytest.mark.integration


async def an_interview(mailboxes: Mailboxes) -> TextRoom:
    """Three turns, with garbage and a duplicate among the inputs."""
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        await mailboxes.redis.xadd(mailboxes.keys.inputs(room.interview_id), {b"event": b"\xff"})
        for text in ("I am Alice", "a nurse"):
            await room.say(text)
            await room.hear()
        await nothing_is_left(mailboxes)
    return room


async def test_the_log_leads_to_the_stored_state(mailboxes: Mailboxes) -> None:
    room = await an_interview(mailboxes)
    result = await replay(mailboxes, room.interview_id)
    assert result.same
    assert result.hashes[0] == result.hashes[1]
    assert result.inputs == 11


async def test_a_difference_is_shown(mailboxes: Mailboxes) -> None:
    room = await an_interview(mailboxes)
    key = mailboxes.keys.state(room.interview_id)
    state = json.loads(await mailboxes.redis.hget(key, "state"))  # type: ignore[misc]
    await mailboxes.redis.hset(key, "state", json.dumps(state | {"turns": 99}))  # type: ignore[misc]
    result = await replay(mailboxes, room.interview_id)
    assert not result.same
    assert '-  "turns": 99,\n+  "turns": 3,' in result.diff()


async def test_nothing_to_replay_says_so(mailboxes: Mailboxes) -> None:
    with pytest.raises(NoSuchInterview):
        await replay(mailboxes, "nobody")
