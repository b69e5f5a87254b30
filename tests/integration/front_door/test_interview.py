"""Interviews in writing by REST: on a real Redis, with a real worker and a model that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from brain.application.replaying import replay
from fixtures.brains import eventually, now
from fixtures.front_door import SCENARIOS, as_candidate, bearer, client, front_door
from fixtures.writing import ANSWERS, QUESTIONS, Examiner, answer, brain, events, start
from tokens.adapters.http import Services
from tokens.application.scenarios import Brief
from tokens.main import wired
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes
from viva_shared.events import (
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateLeft,
    InputRejected,
    Payload,
    ReplyHeard,
    UtteranceHeard,
    new_event,
)

pytestmark = pytest.mark.integration

NOTICE = "An AI holds this interview."
BODIES: dict[str, dict[str, Any]] = {
    "/interview/answer": {"answer": "Yes."},
    "/interview/consent": {"consent": True},
    "/interview/finish": {},
}


def refused(got: httpx.Response, status: int, kind: str) -> str:
    """Assert that a call was refused so; says why."""
    assert (got.status_code, got.json()["type"]) == (status, kind), got.text
    return str(got.json()["detail"])


async def inputs(mailboxes: Mailboxes, interview_id: str) -> list[Payload]:
    return [event.data for event in (await events(mailboxes, interview_id))[0]]


async def utterances(mailboxes: Mailboxes, interview_id: str) -> list[str]:
    return [d.text for d in await inputs(mailboxes, interview_id) if isinstance(d, UtteranceHeard)]


async def said(mailboxes: Mailboxes, interview_id: str, kind: str, *, times: int = 1) -> None:
    """Wait until the brain has said so."""

    async def count() -> int:
        return [event.type for event in (await events(mailboxes, interview_id))[1]].count(kind)

    await eventually(count, lambda number: number >= times)


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


# -- who may --


@pytest.fixture
def discreet(settings: TokensSettings, tmp_path: Path) -> TokensSettings:
    """Asks for credentials and consent, and shows candidates no scores."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    scenario = yaml.safe_load((SCENARIOS / "question_set.yaml").read_text()) | {"shows_scores": False}
    (folder / "question_set.yaml").write_text(yaml.safe_dump(scenario))
    wanted = {"auth": "required", "require_consent": True, "scenarios_dir": folder}
    return settings.model_copy(update=wanted)


@pytest.fixture
async def services(discreet: TokensSettings) -> AsyncIterator[Services]:
    async with wired(discreet) as services:
        yield services


async def test_an_invited_candidate_consents_and_never_sees_a_score(
    services: Services, mailboxes: Mailboxes, api_key: str
) -> None:
    iid = await services.interviews.create(Brief(num_questions=1, scenario="question_set"))
    other = await services.interviews.create(Brief(scenario="question_set"))
    session = {"session_id": iid}
    async with client(services) as http, brain(mailboxes):
        http.headers.update(as_candidate(services.settings, iid))
        state = (await http.get(f"/interview/session/{iid}")).json()
        assert (state["status"], state["consent"]["required"], state["scores"]) == ("waiting", True, None)
        early = {**session, "answer": "May I?"}
        assert NOTICE in refused(await http.post("/interview/answer", json=early), 403, "consent_required")
        assert NOTICE in refused(await http.post("/interview/start", json={}), 403, "consent_required")
        refused(await http.post("/interview/start", json={"job_title": "king"}), 409, "conflict")
        for path, body in BODIES.items():
            refused(await http.post(path, json={"session_id": other, **body}), 403, "forbidden")
        refused(await http.get(f"/interview/session/{other}"), 403, "forbidden")
        refused(await http.get(f"/interview/session/{other}/events"), 403, "forbidden")

        given = [await http.post("/interview/consent", json={**session, "consent": True}) for _ in range(3)]
        assert given[0].json() == given[1].json() == given[2].json()
        assert given[0].json()["notice"].startswith(NOTICE)
        refused(await http.post("/interview/answer", json=early), 409, "not_started")
        begun = (await http.post("/interview/start", json={})).json()
        assert begun["session_id"] == iid
        told = await answer(http, begun, ANSWERS[0])
        assert (told["score"], told["complete"]) == (None, True)
        assert told["reason"] == "the scores of this interview are for those who invited you"
        finished = (await http.post("/interview/finish", json=session)).json()
        assert finished["report"] is None
        assert finished["message"].startswith("Every answer is scored")
        assert (await http.get(f"/interview/session/{iid}")).json()["scores"] is None
        told = (await http.get(f"/interview/session/{iid}", headers=bearer(api_key))).json()
        assert [score["score"] for score in told["scores"]] == [len(ANSWERS[0])]
    [consent] = [d for d in await inputs(mailboxes, iid) if isinstance(d, CandidateConsented)]
    assert (consent.via, consent.notice) == ("page", given[0].json()["notice"])


async def test_without_consent_nothing_is_made(
    services: Services, mailboxes: Mailboxes, api_key: str
) -> None:
    async with client(services) as http, brain(mailboxes):
        refused(await http.post("/interview/start", json={}), 401, "not_authenticated")
        http.headers.update(bearer(api_key))
        for wanted in ({}, {"session_id": "i1"}, {"consent": False}):
            why = refused(await http.post("/interview/start", json=wanted), 403, "consent_required")
            assert NOTICE in why
        assert await mailboxes.open_interviews() == []
        await start(http, session_id="i1", consent=True)
    data = await inputs(mailboxes, "i1")
    assert [type(each) for each in data[1:3]] == [CandidateConsented, CandidateJoined]
    assert [each.via for each in data if isinstance(each, CandidateConsented)] == ["api"]


# -- in a room, before or beside --


async def happen(mailboxes: Mailboxes, interview_id: str, *data: Payload) -> None:
    for each in data:
        await mailboxes.append(new_event(interview_id, each, now()))


async def test_who_spoke_first_may_go_on_in_writing(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    token = {"session_id": "s1", "participant_name": "Ada", "scenario": "question_set"}
    assert (await http.post("/livekit/token", json=token)).status_code == 200
    epoch = await mailboxes.bot_acquire("s1", "bot", 60_000)
    async with brain(mailboxes):
        await happen(mailboxes, "s1", BotJoined(bot_epoch=1), CandidateJoined(identity="Ada-s1"))
        await said(mailboxes, "s1", "reply.finished")
        body = {"session_id": "s1"}
        assert "by voice" in refused(await http.post("/interview/start", json=body), 409, "conflict")
        assert not [d for d in await inputs(mailboxes, "s1") if isinstance(d, ReplyHeard)]
        await happen(mailboxes, "s1", CandidateLeft(identity="Ada-s1"))
        await mailboxes.bot_release("s1", "bot", epoch or 0)
        begun = await asyncio.gather(*(http.post("/interview/start", json=body) for _ in range(3)))
        assert {each.status_code for each in begun} == {201}
        assert {each.json()["turn_id"] for each in begun} == {"t2"}
        assert begun[0].json()["question"].startswith("Welcome back.")
        assert (await answer(http, begun[0].json(), ANSWERS[0]))["score"] == len(ANSWERS[0])
        assert (await replay(mailboxes, "s1")).same
    came = [d.via for d in await inputs(mailboxes, "s1") if isinstance(d, CandidateJoined)]
    assert came == ["voice", "text"]


async def test_in_a_room_its_bot_says_what_was_heard(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    token = {"session_id": "s1", "participant_name": "Ada", "scenario": "question_set"}
    assert (await http.post("/livekit/token", json=token)).status_code == 200
    await mailboxes.bot_acquire("s1", "bot", 60_000)
    async with brain(mailboxes):
        await happen(mailboxes, "s1", BotJoined(bot_epoch=1), CandidateJoined(identity="Ada-s1"))
        await said(mailboxes, "s1", "reply.finished")
        typed = await answer(http, {"session_id": "s1", "turn_id": "t1"}, ANSWERS[0])
        assert typed["question"].endswith(QUESTIONS[0]), "it was not heard yet"
        assert typed["score"] is None
    assert not [d for d in await inputs(mailboxes, "s1") if isinstance(d, ReplyHeard)]


async def test_what_was_not_reported_as_heard_is_before_the_next_answer(
    http: httpx.AsyncClient, mailboxes: Mailboxes, settings: TokensSettings
) -> None:
    model = Examiner()
    async with brain(mailboxes, model):
        begun = await start(http)
        iid = begun["session_id"]
        model.may_speak.clear()
        hurried = settings.model_copy(update={"reply_timeout_s": 0.2})
        async with front_door(hurried) as other:
            body = {"session_id": iid, "turn_id": "t1", "answer": ANSWERS[0]}
            busy = await other.post("/interview/answer", json=body)
            refused(busy, 503, "brain_busy")
            assert busy.headers["retry-after"] == "2"
        model.may_speak.set()
        await said(mailboxes, iid, "reply.finished", times=2)
        last = await answer(http, begun | {"turn_id": None}, ANSWERS[1])
        assert last["complete"]
    ids = [event.event_id for event in (await events(mailboxes, iid))[0]]
    assert ids.index("heard:t2") < ids.index("answer:t2")
    assert ids.count("heard:t2") == 1


async def test_a_long_name_is_the_same_candidate_in_writing_and_in_a_room(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    name = "\N{MUSICAL SYMBOL G CLEF}" * 64
    async with brain(mailboxes):
        begun = await start(http, candidate_name=name)
    asked = {"session_id": begun["session_id"], "participant_name": name}
    answer = await http.post("/livekit/token", json=asked)
    assert answer.status_code == 200, answer.text
    inputs, _ = await events(mailboxes, begun["session_id"])
    assert "candidate.replaced" not in [event.type for event in inputs]


async def test_an_archived_interview_is_over(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        begun = await start(http)
        session = {"session_id": begun["session_id"]}
        finished = await http.post("/interview/finish", json=session)
    await mailboxes.redis.hset(mailboxes.keys.state(begun["session_id"]), "status", "archived")  # type: ignore[misc]
    assert (await http.post("/interview/finish", json=session)).json() == finished.json()
    assert (await http.get(f"/interview/session/{begun['session_id']}")).json()["status"] == "ended"
    await mailboxes.redis.hdel(mailboxes.keys.state(begun["session_id"]), "scenario")  # type: ignore[misc]
    for path, body in BODIES.items():
        refused(await http.post(path, json={**session, **body}), 409, "interview_ended")
