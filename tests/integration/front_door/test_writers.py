"""Who may hold an interview in writing, with whose consent and what becomes of one that is in a room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import yaml
from brain.application.replaying import replay
from fixtures.brains import now
from fixtures.front_door import SCENARIOS, as_candidate, bearer, client, front_door
from fixtures.writing import (
    ANSWERS,
    BODIES,
    NOTICE,
    Examiner,
    answer,
    brain,
    events,
    inputs,
    refused,
    said,
    start,
)
from tokens.adapters.http import Services
from tokens.application.scenarios import Brief
from tokens.main import wired
from tokens.settings import TokensSettings
from viva_shared.broker import Closing, Mailboxes
from viva_shared.events import (
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateLeft,
    Payload,
    ReplyHeard,
    UtteranceHeard,
    new_event,
)

pytestmark = pytest.mark.integration


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
    iid, other = "i1", "i2"
    await services.interviews.create(Brief(num_questions=1, scenario="question_set"), iid)
    await services.interviews.create(Brief(scenario="question_set"), other)
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
        refused(await http.post("/interview/start", json={"session_id": other}), 403, "forbidden")
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


async def test_in_a_room_nothing_is_answered_in_writing(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    token = {"session_id": "s1", "participant_name": "Ada", "scenario": "question_set"}
    assert (await http.post("/livekit/token", json=token)).status_code == 200
    await mailboxes.bot_acquire("s1", "bot", 60_000)
    async with brain(mailboxes):
        await happen(mailboxes, "s1", BotJoined(bot_epoch=1), CandidateJoined(identity="Ada-s1"))
        await said(mailboxes, "s1", "reply.finished")
        body = {"session_id": "s1", "turn_id": "t1", "answer": ANSWERS[0]}
        why = refused(await http.post("/interview/answer", json=body), 409, "conflict")
        assert "switch: true" in why
    assert not [d for d in await inputs(mailboxes, "s1") if isinstance(d, ReplyHeard | UtteranceHeard)]


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
        assert (await http.post("/interview/finish", json=session)).status_code == 200
    snapshot = await mailboxes.snapshot(begun["session_id"])
    assert snapshot is not None
    [(last, _)] = await mailboxes.last_outputs(begun["session_id"], 1)
    archived = await Closing(mailboxes, tombstone_ttl_s=60).archive(
        begun["session_id"], version=snapshot.version, last_output=last, ttl_s=60
    )
    assert archived == "archived"
    refused(await http.get(f"/interview/session/{begun['session_id']}"), 409, "interview_ended")
    for path, body in BODIES.items():
        refused(await http.post(path, json={**session, **body}), 409, "interview_ended")
