"""An interview under way as a recruiter follows it: both sides as they come, by voice and in writing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from brain.application.speaking import Budget
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fakes.world import IDENTITY
from fixtures.brains import TextRoom, build_worker, eventually, working
from fixtures.writing import ANSWERS, Examiner, brain, said, start
from viva_shared.broker import Mailboxes
from viva_shared.events import CandidateConsented, CandidateLeft

pytestmark = pytest.mark.integration


async def read(http: httpx.AsyncClient, interview_id: str) -> dict[str, Any]:
    got = await http.get(f"/interviews/{interview_id}")
    assert got.status_code == 200, got.text
    details: dict[str, Any] = got.json()
    return details


def turns(details: dict[str, Any]) -> list[tuple[str, str]]:
    return [(turn["speaker"], turn["text"]) for turn in details["turns"]]


async def test_what_is_understood_and_what_is_heard_shows_at_once_by_voice(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    room = TextRoom(mailboxes)
    model = ScriptedModel(["Please introduce yourself."], ["I see."])
    async with working(build_worker(mailboxes, model, RecordingQueue(), budget=Budget(20.0, 20.0))):
        await room.open()
        await said(mailboxes, room.interview_id, "reply.finished")
        assert turns(await read(http, room.interview_id)) == [], "nobody has heard it yet"
        greeting = await room.hear()
        before = await read(http, room.interview_id)
    assert turns(before) == [("interviewer", greeting)]
    assert (before["via"], before["status"]) == ("voice", "running")
    progress = before["progress"]
    assert (progress["label"], progress["stage_number"]) == ("Introduction (1 of 3)", 1)
    assert 0 < progress["time_left_s"] <= 60

    await room.say("I am Alice.")  # and no worker is there
    after = await read(http, room.interview_id)
    assert turns(after) == [("interviewer", greeting), ("candidate", "I am Alice.")]
    await room.send(CandidateLeft(identity=IDENTITY))
    assert (await read(http, room.interview_id))["via"] is None


async def test_the_same_in_writing(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    model = Examiner()
    async with brain(mailboxes, model):
        begun = await start(http)
        iid = begun["session_id"]
        assert turns(await read(http, iid)) == [("interviewer", begun["question"])]
        model.may_speak.clear()
        body = {"session_id": iid, "turn_id": begun["turn_id"], "answer": ANSWERS[0]}
        answering = asyncio.create_task(http.post("/interview/answer", json=body))
        details = await eventually(lambda: read(http, iid), lambda details: len(details["turns"]) > 1)
        assert turns(details)[1:] == [("candidate", ANSWERS[0])]
        model.may_speak.set()
        assert (await answering).status_code == 200


async def test_what_is_said_before_the_consent_shows_nowhere(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    room = TextRoom(mailboxes)
    model = ScriptedModel(["Please introduce yourself."])
    async with working(build_worker(mailboxes, model, RecordingQueue(), budget=Budget(20.0, 20.0))):
        await room.open(consent_required=True)
        await said(mailboxes, room.interview_id, "reply.finished")
        await room.say("This is a secret.")
        await said(mailboxes, room.interview_id, "reply.started", times=2)
        assert turns(await read(http, room.interview_id)) == []
        await room.send(CandidateConsented(via="page", notice="-"))
        await said(mailboxes, room.interview_id, "stage.changed")
        await room.say("I am Alice.")
        details = await read(http, room.interview_id)
    assert turns(details) == [("candidate", "I am Alice.")]
    assert "secret" not in str(details)
