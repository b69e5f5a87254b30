"""Calls that are repeated under a key: whatever was away or died meanwhile, they happen once."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256
from typing import Any

import httpx
import pytest
from brain.application.replaying import replay
from fixtures.front_door import as_candidate, bearer, front_door
from fixtures.outages import NOTICED_S
from fixtures.toxiproxy import Proxy
from fixtures.writing import ANSWERS, QUESTIONS, Examiner, answer, brain, events, refused, start
from tokens.adapters.http.interview_models import StartRequest
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes, calls
from viva_shared.events import UtteranceHeard

pytestmark = pytest.mark.integration

KEY = {"Idempotency-Key": "k1"}
BRIEF = {"num_questions": 2}


async def ids(mailboxes: Mailboxes, interview_id: str) -> list[str]:
    """Ids of what was reported of the candidate, in order."""
    inputs, _ = await events(mailboxes, interview_id)
    return [event.event_id for event in inputs if event.type in ("candidate.joined", "utterance.heard")]


async def test_a_start_is_one_however_often_it_comes(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        at_once = await asyncio.gather(
            *(http.post("/interview/start", json=BRIEF, headers=KEY) for _ in range(5))
        )
        assert {each.status_code for each in at_once} == {201}
        begun = at_once[0].json()
        assert all(each.json() == begun for each in at_once)
        await answer(http, begun, ANSWERS[0])
        again = await http.post("/interview/start", json=BRIEF, headers=KEY)
        assert again.json() == begun, "the same, though the interview went on"
        assert await mailboxes.open_interviews() == [begun["session_id"]]
        others = [await start(http) for _ in range(2)]
        assert len({begun["session_id"], *(other["session_id"] for other in others)}) == 3
    assert await ids(mailboxes, begun["session_id"]) == ["joined:text:0", "answer:t1"]


async def test_an_answer_is_one_however_often_it_comes(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        begun = await start(http, num_questions=3)
        body = {"session_id": begun["session_id"], "answer": ANSWERS[0]}
        at_once = await asyncio.gather(
            *(http.post("/interview/answer", json=body, headers=KEY) for _ in range(5))
        )
        assert {each.status_code for each in at_once} == {200}
        first = at_once[0].json()
        assert all(each.json() == first for each in at_once)
        second = await answer(http, first, ANSWERS[1])
        again = await http.post("/interview/answer", json=body, headers=KEY)
        assert again.json() == first, "without turn_id, though another turn is current"
        await answer(http, second, ANSWERS[2])
        assert (await http.post("/interview/answer", json=body, headers=KEY)).json() == first
        assert (await replay(mailboxes, begun["session_id"])).same
    assert await ids(mailboxes, begun["session_id"]) == [
        "joined:text:0",
        *(f"answer:t{n}" for n in (1, 2, 3)),
    ]


async def test_a_key_is_of_one_request_and_of_one_caller(
    closed: TokensSettings, mailboxes: Mailboxes, api_key: str
) -> None:
    async with front_door(closed) as http, brain(mailboxes):
        recruiter = bearer(api_key)
        begun = (await http.post("/interview/start", json=BRIEF, headers=KEY | recruiter)).json()
        session = {"session_id": begun["session_id"]}
        body = {**session, "answer": ANSWERS[0]}
        answered = await http.post("/interview/answer", json=body, headers=KEY | recruiter)
        assert answered.json()["score"] == len(ANSWERS[0])
        for path, other in (
            ("/interview/start", {"num_questions": 3}),
            ("/interview/answer", {**session, "answer": ANSWERS[1]}),
            ("/interview/finish", session),
        ):
            reused = await http.post(path, json=other, headers=KEY | recruiter)
            assert (reused.status_code, reused.json()["type"]) == (422, "idempotency_key_reused"), path
        candidate = as_candidate(closed, begun["session_id"])
        body = {**session, "answer": ANSWERS[1]}
        answered = await http.post("/interview/answer", json=body, headers=KEY | candidate)
        assert answered.json()["score"] == len(ANSWERS[1])
        for bad in ("", "a b", "x" * 256, "é"):
            headers = {"Idempotency-Key": bad.encode(), **recruiter}
            refused = await http.post("/interview/finish", json=session, headers=headers)  # type: ignore[arg-type]
            assert (refused.status_code, refused.json()["type"]) == (422, "invalid_request")


async def test_a_refused_call_leaves_its_key_unused(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        begun = await start(http)
        body: dict[str, Any] = {"session_id": begun["session_id"], "answer": ANSWERS[0], "turn_id": "t9"}
        early = await http.post("/interview/answer", json=body, headers=KEY)
        assert early.json()["type"] == "out_of_turn"
        late = await http.post("/interview/answer", json=body | {"turn_id": "t1"}, headers=KEY)
        assert late.json()["score"] == len(ANSWERS[0])


async def test_of_a_deleted_interview_no_key_tells_what_was_said(
    http: httpx.AsyncClient, mailboxes: Mailboxes, redis_url: str
) -> None:
    """What is left may be compared with every name and every answer there is: it matches none."""
    brief = BRIEF | {"candidate_name": "Ada"}
    async with brain(mailboxes):
        begun = (await http.post("/interview/start", json=brief, headers=KEY)).json()
        body = {"session_id": begun["session_id"], "answer": ANSWERS[0]}
        await http.post("/interview/answer", json=body, headers=KEY)
        await http.post("/interview/finish", json={"session_id": begun["session_id"]}, headers=KEY)
        assert await mailboxes.redis.hlen(mailboxes.keys.calls(begun["session_id"])) == 1  # type: ignore[misc]
        assert (await http.delete(f"/interviews/{begun['session_id']}")).status_code == 204
    prefix = mailboxes.keys.prefix
    left = {key async for key in mailboxes.redis.scan_iter(f"{prefix}:*", _type="string")}
    [key] = [key for key in left if b"idempotency" in key]
    record = json.loads(await mailboxes.redis.get(key) or b"")
    assert record["chosen"] == {"session_id": begun["session_id"], "after": "", "comings": "0"}
    said = StartRequest.model_validate(brief).model_dump_json()
    assert record["fingerprint"] != sha256(f"POST /interview/start {said}".encode()).hexdigest()
    of_it = [k async for k in mailboxes.redis.scan_iter(f"{prefix}:{{{begun['session_id']}}}:*")]
    assert of_it == [mailboxes.keys.state(begun["session_id"]).encode()]


async def test_an_interview_has_so_many_calls_and_no_more(
    http: httpx.AsyncClient, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "MAX_CALLS", 1)
    async with brain(mailboxes):
        begun = await start(http)
        body = {"session_id": begun["session_id"], "answer": ANSWERS[0]}
        first = await http.post("/interview/answer", json=body, headers=KEY)
        assert first.json()["score"] == len(ANSWERS[0])
        again = await http.post("/interview/answer", json=body, headers=KEY)
        assert again.json() == first.json()
        body |= {"answer": ANSWERS[1]}
        other = {"Idempotency-Key": "k2"}
        detail = refused(await http.post("/interview/answer", json=body, headers=other), 409, "conflict")
        assert "send none" in detail
        assert (await http.post("/interview/answer", json=body)).json()["score"] == len(ANSWERS[1])


@pytest.fixture
def hurried(settings: TokensSettings) -> TokensSettings:
    """Waits for nobody."""
    return settings.model_copy(update={"reply_timeout_s": 0.1})


async def test_the_brain_is_away(
    settings: TokensSettings, hurried: TokensSettings, mailboxes: Mailboxes
) -> None:
    async with front_door(hurried) as http, front_door(settings) as other:
        busy = [await http.post("/interview/start", json=BRIEF, headers=KEY) for _ in range(2)]
        assert [(each.status_code, each.json()["type"]) for each in busy] == [(503, "brain_busy")] * 2
        assert busy[0].headers["retry-after"] == "2"
        async with brain(mailboxes):
            begun = (await other.post("/interview/start", json=BRIEF, headers=KEY)).json()
        assert await mailboxes.open_interviews() == [begun["session_id"]]

        body = {"session_id": begun["session_id"], "answer": ANSWERS[0]}
        key = {"Idempotency-Key": "k2"}
        assert (await http.post("/interview/answer", json=body, headers=key)).json()["type"] == "brain_busy"
        waiting = asyncio.create_task(other.post("/interview/answer", json=body, headers=key))
        async with brain(mailboxes):
            first = (await waiting).json()
        assert first["score"] == len(ANSWERS[0])

        named = {**body, "answer": ANSWERS[1], "turn_id": first["turn_id"]}
        assert (await http.post("/interview/answer", json=named)).json()["type"] == "brain_busy"
        async with brain(mailboxes):
            last = (await other.post("/interview/answer", json=named)).json()
            assert (last["score"], last["complete"]) == (len(ANSWERS[1]), True)
    assert await ids(mailboxes, begun["session_id"]) == ["joined:text:0", "answer:t1", "answer:t2"]


async def test_a_score_and_a_report_that_take_longer(
    settings: TokensSettings, hurried: TokensSettings, mailboxes: Mailboxes
) -> None:
    model = Examiner()
    model.may_score.clear()
    async with front_door(hurried) as http, front_door(settings) as other, brain(mailboxes, model):
        begun = await start(other, num_questions=1)
        body = {"session_id": begun["session_id"], "answer": ANSWERS[0]}
        session = {"session_id": begun["session_id"]}
        busy = await http.post("/interview/answer", json=body, headers=KEY)
        assert busy.json()["type"] == "brain_busy"
        late = await http.post("/interview/finish", json=session)
        assert (late.status_code, late.json()["type"]) == (503, "brain_busy")
        model.may_score.set()
        told = (await other.post("/interview/answer", json=body, headers=KEY)).json()
        assert (told["score"], told["complete"]) == (len(ANSWERS[0]), True)
        report = (await other.post("/interview/finish", json=session)).json()["report"]
        assert [score["score"] for score in report["scores"]] == [len(ANSWERS[0])]


async def test_redis_goes_in_the_middle_of_calls(
    settings: TokensSettings, mailboxes: Mailboxes, redis_proxy: Proxy
) -> None:
    proxied = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{redis_proxy.port}/0"})
    async with front_door(proxied) as http, brain(mailboxes):
        begun = await start(http)
        body = {"session_id": begun["session_id"], "answer": ANSWERS[0]}
        redis_proxy.cut()
        async with asyncio.timeout(NOTICED_S):
            away = await http.post("/interview/answer", json=body, headers=KEY)
        assert (away.status_code, away.json()["type"]) == (503, "unavailable")
        redis_proxy.mend()
        assert (await http.post("/interview/answer", json=body, headers=KEY)).json()["score"]
    assert await ids(mailboxes, begun["session_id"]) == ["joined:text:0", "answer:t1"]


async def test_calls_that_break_off_anywhere_are_taken_up(
    settings: TokensSettings, mailboxes: Mailboxes
) -> None:
    """As if the front door were killed, a little later each time: the next call finds what is there."""
    async with front_door(settings) as http, brain(mailboxes):

        async def patiently(path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
            pause = 0.0
            while True:
                call = asyncio.create_task(
                    http.post(path, json=body, headers={"Idempotency-Key": key}), name=path
                )
                await asyncio.wait({call}, timeout=pause)
                if call.done():
                    done: dict[str, Any] = call.result().json()
                    return done
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)
                pause += 0.0005

        turn = begun = await patiently("/interview/start", {"num_questions": 5}, "start")
        for text in ANSWERS:
            body = {"session_id": begun["session_id"], "answer": text, "turn_id": turn["turn_id"]}
            turn = await patiently("/interview/answer", body, f"answer-{turn['turn_id']}")
            assert turn["score"] == len(text)
        report = await patiently("/interview/finish", {"session_id": begun["session_id"]}, "finish")
        assert (await replay(mailboxes, begun["session_id"])).same
    assert await mailboxes.open_interviews() == [begun["session_id"]]
    inputs, outputs = await events(mailboxes, begun["session_id"])
    said = [event.data.text for event in inputs if isinstance(event.data, UtteranceHeard)]
    assert said == list(ANSWERS)
    assert [event.type for event in outputs].count("question.asked") == 5
    scores = [(score["question"], score["score"]) for score in report["report"]["scores"]]
    assert scores == [(question, len(text)) for question, text in zip(QUESTIONS, ANSWERS, strict=True)]
