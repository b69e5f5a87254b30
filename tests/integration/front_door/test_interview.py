"""Interviews in writing by REST: on a real Redis, with a real worker and a model that does as it is told."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from brain.application.replaying import replay
from fixtures.brains import eventually, now
from fixtures.front_door import front_door
from fixtures.writing import (
    ANSWERS,
    BODIES,
    NOTICE,
    QUESTIONS,
    Examiner,
    answer,
    brain,
    events,
    inputs,
    refused,
    said,
    start,
    utterances,
)
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes
from viva_shared.events import (
    InputRejected,
    ReplyHeard,
    new_event,
)

pytestmark = pytest.mark.integration


async def test_a_whole_question_set(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        begun = await start(http, job_title="nurse", candidate_name=" Ada ")
        assert begun["question"].endswith(f"Question 1 of 2. {QUESTIONS[0]}")
        assert begun["question"].startswith("Hello, I am Viva, an AI interviewer.")
        assert begun["notice"].startswith(NOTICE)
        assert begun["progress"] == {
            "stage": "questions",
            "title": "Questions",
            "complete": False,
            "question_number": 1,
            "num_questions": 2,
            "label": "Question 1 of 2",
            "stage_number": 1,
            "num_stages": 1,
            "time_left_s": None,
        }
        first = await answer(http, begun, ANSWERS[0])
        assert first["question"] == f"I see. Question 2 of 2. {QUESTIONS[1]}"
        assert (first["progress"]["label"], first["complete"]) == ("Question 2 of 2", False)
        assert {name: first[name] for name in ("score", "reason", "evidence", "feedback", "coach_notes")} == {
            "score": len(ANSWERS[0]),
            "reason": "its length",
            "evidence": [ANSWERS[0]],
            "feedback": "Go on.",
            "coach_notes": "Say more.",
        }
        last = await answer(http, first, ANSWERS[1])
        assert (last["score"], last["complete"], last["progress"]["complete"]) == (
            len(ANSWERS[1]),
            True,
            True,
        )
        session = {"session_id": begun["session_id"]}
        reports = [await http.post("/interview/finish", json=session) for _ in range(2)]
        assert reports[0].json() == reports[1].json()
        assert (await replay(mailboxes, begun["session_id"])).same
    report = reports[0].json()["report"]
    assert (report["reason"], report["candidate_name"]) == ("completed", "Ada")
    assert [(s["question"], s["answer"], s["score"]) for s in report["scores"]] == [
        (question, text, len(text)) for question, text in zip(QUESTIONS[:2], ANSWERS[:2], strict=True)
    ]
    state = (await http.get(f"/interview/session/{begun['session_id']}")).json()
    assert (state["status"], state["end_reason"], state["turn_id"]) == ("ended", "completed", None)
    assert [turn["speaker"] for turn in state["transcript"]] == ["interviewer", "candidate"] * 2 + [
        "interviewer"
    ]
    assert [score["score"] for score in state["scores"]] == [len(text) for text in ANSWERS[:2]]
    data = await inputs(mailboxes, begun["session_id"])
    assert [d.turn_id for d in data if isinstance(d, ReplyHeard)] == ["t1", "t2", "t3"], "once each"


async def test_given_questions_in_a_language_of_the_scenario(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    async with brain(mailboxes):
        begun = await start(http, num_questions=None, questions=["Warum hier?"], language="de")
        assert begun["progress"]["num_questions"] == 1
        assert "Warum hier?" in begun["question"]
        state = (await http.get(f"/interview/session/{begun['session_id']}")).json()
    assert (state["language"], state["status"], state["turn_id"]) == ("de", "running", begun["turn_id"])
    assert state["question"] == begun["question"]


async def test_a_conversation_without_questions_of_a_set(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    async with brain(mailboxes):
        begun = await start(http, num_questions=None, scenario="screening")
        assert begun["progress"]["label"] == "Introduction (1 of 3)"
        assert begun["progress"]["question_number"] is None
        told = await answer(http, begun, "I am Ada.")
        assert (told["score"], told["feedback"], told["evidence"]) == (None, None, [])
        assert told["reason"] == "only answers to the questions of a set are scored one by one"
        assert told["question"] == "I see."
        finished = await http.post("/interview/finish", json={"session_id": begun["session_id"]})
    assert finished.json()["report"]["reason"] == "finished"
    assert "one week" in finished.json()["message"]


async def test_a_question_put_again_and_a_goodbye(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        begun = await start(http)
        again = await answer(http, begun, "Pardon?")
        assert again["question"].endswith(QUESTIONS[0])
        assert (again["score"], again["reason"]) == (
            None,
            "the question was put again: this was no answer to it",
        )
        assert again["progress"]["label"] == "Question 1 of 2"
        scored = await answer(http, again, ANSWERS[0])
        assert scored["score"] == len(ANSWERS[0])
        bye = await answer(http, scored, "Goodbye.")
        assert (bye["complete"], bye["score"], bye["reason"]) == (True, None, "no answer was given")
        assert (await replay(mailboxes, begun["session_id"])).same


# -- refusals: none of them does anything --


@pytest.mark.parametrize("path", BODIES)
async def test_nobody_knows_the_interview(http: httpx.AsyncClient, path: str) -> None:
    body = {"session_id": "nobody", **BODIES[path]}
    assert "'nobody'" in refused(await http.post(path, json=body), 404, "unknown_interview")
    for get in ("/interview/session/nobody", "/interview/session/nobody/events"):
        refused(await http.get(get), 404, "unknown_interview")


async def test_what_may_not_be_answered(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    model = Examiner()
    async with brain(mailboxes, model):
        begun = await start(http)
        iid = begun["session_id"]

        async def told(text: str, turn_id: str | None) -> httpx.Response:
            body = {"session_id": iid, "answer": text, "turn_id": turn_id}
            return await http.post("/interview/answer", json=body)

        assert "'t1', not 't9'" in refused(await told("What?", "t9"), 409, "out_of_turn")
        model.may_speak.clear()
        slow = asyncio.create_task(told(ANSWERS[0], "t1"))
        await said(mailboxes, iid, "answer.scored")
        assert "still speaking" in refused(await told("And", None), 409, "out_of_turn")
        refused(await told("And", "t2"), 409, "out_of_turn")
        refused(await told("Another answer", "t1"), 409, "already_answered")
        model.may_speak.set()
        assert (await slow).status_code == 200
        refused(await told(ANSWERS[0], "t1"), 409, "already_answered")
        assert await utterances(mailboxes, iid) == [ANSWERS[0]]
        assert (await http.post("/interview/finish", json={"session_id": iid})).status_code == 200
        before = await inputs(mailboxes, iid)
        for turn_id in (None, "t2"):
            refused(await told("Too late", turn_id), 409, "interview_ended")
        refused(await http.post("/interview/start", json={"session_id": iid}), 409, "interview_ended")
        refused(
            await http.post("/interview/consent", json={"session_id": iid, "consent": True}),
            *(409, "interview_ended"),
        )
    assert await inputs(mailboxes, iid) == before


async def test_what_no_scenario_can_be(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    for body, status, kind in (
        ({"scenario": "nope"}, 404, "unknown_scenario"),
        ({"scenario": "../screening"}, 404, "unknown_scenario"),
        ({"scenario": "screening", "num_questions": 2}, 409, "unsuitable_scenario"),
        ({"language": "tlh"}, 409, "unsuitable_scenario"),
        ({"num_questions": 2, "questions": ["Why?"]}, 409, "unsuitable_scenario"),
        ({"num_questions": 0}, 422, "invalid_request"),
        ({"questions": [" "]}, 422, "invalid_request"),
        ({"candidate_name": "\n"}, 422, "invalid_request"),
        ({"session_id": "a b"}, 422, "invalid_request"),
        ({"colour": "blue"}, 422, "invalid_request"),
    ):
        refused(await http.post("/interview/start", json=body), status, kind)
    assert await mailboxes.open_interviews() == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * 8001])
async def test_what_is_no_answer(http: httpx.AsyncClient, text: str) -> None:
    body = {"session_id": "i1", "answer": text}
    refused(await http.post("/interview/answer", json=body), 422, "invalid_request")


async def test_an_answer_that_no_event_can_hold(settings: TokensSettings, mailboxes: Mailboxes) -> None:
    strict = settings.model_copy(update={"max_event_bytes": 16_384})
    async with front_door(strict) as http, brain(mailboxes):
        begun = await start(http)
        body = {"session_id": begun["session_id"], "answer": "\N{GRINNING FACE}" * 8000}
        assert "shorten it" in refused(
            await http.post("/interview/answer", json=body), 413, "answer_too_long"
        )
        assert (await answer(http, begun, ANSWERS[0]))["score"] == len(ANSWERS[0])


async def test_two_answers_to_one_turn(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        begun = await start(http)
        body = {"session_id": begun["session_id"], "turn_id": begun["turn_id"]}
        got = await asyncio.gather(
            *(http.post("/interview/answer", json=body | {"answer": text}) for text in ANSWERS)
        )
        assert sorted(each.status_code for each in got) == [200, 409, 409, 409, 409]
        assert {each.json()["type"] for each in got if each.status_code == 409} == {"already_answered"}
        [won] = [each.json() for each in got if each.status_code == 200]
        assert await utterances(mailboxes, begun["session_id"]) == won["evidence"]


async def test_an_answer_that_was_rejected_may_be_given_anew(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    async with brain(mailboxes):
        begun = await start(http)
    iid = begun["session_id"]
    waiting = asyncio.create_task(
        http.post("/interview/answer", json={"session_id": iid, "answer": "Poison", "turn_id": "t1"})
    )
    await eventually(lambda: utterances(mailboxes, iid), bool)
    rejected = InputRejected(entry_id="1-1", event_id="answer:t1", reason="begun too often")
    out = new_event(iid, rejected, now()).encode()
    await mailboxes.redis.xadd(mailboxes.keys.outputs(iid), {"event": out})
    refused(await waiting, 409, "answer_rejected")
    async with brain(mailboxes):
        assert (await answer(http, begun, "Poisonous no more"))["question"]
    ids = [event.event_id for event in (await events(mailboxes, iid))[0]]
    assert [each for each in ids if each.startswith("answer:")] == ["answer:t1", "answer:t1#1"]
