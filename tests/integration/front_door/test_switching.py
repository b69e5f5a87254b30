"""Between voice and writing in mid-interview: on a real Redis, with a real worker; the bot is the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from brain.application.replaying import replay
from fixtures.brains import eventually, now
from fixtures.front_door import front_door
from fixtures.switching import SWITCH, TTL_MS, session, to_voice
from fixtures.writing import (
    ANSWERS,
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
from tokens.domain.errors import Unavailable
from tokens.settings import TokensSettings
from viva_shared.broker import BotFenced, Mailboxes
from viva_shared.events import (
    AnswerScored,
    CandidateJoined,
    CandidateReplaced,
    QuestionAsked,
    ReplyStarted,
    UtteranceHeard,
    UtterancePartial,
    new_event,
)

pytestmark = pytest.mark.integration


@pytest.fixture
async def worker(mailboxes: Mailboxes) -> AsyncIterator[None]:
    async with brain(mailboxes):
        yield


@pytest.mark.usefixtures("worker")
async def test_from_voice_to_writing_and_back_and_back(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    bot = await to_voice(http, mailboxes)
    await said(mailboxes, "s1", "reply.finished")
    where = await session(http)
    assert (where["via"], where["turn_id"]) == ("voice", None)
    assert where["question"].endswith(QUESTIONS[0]), "what is asked is told, by whichever way"
    refused(await http.post("/interview/start", json={"session_id": "s1"}), 409, "conflict")
    assert not await bot.is_fenced()

    first = await start(http, num_questions=None, **SWITCH)
    assert await bot.is_fenced()
    assert first["question"] == f"Welcome back. I asked you this. Question 1 of 5. {QUESTIONS[0]}"
    assert (await session(http))["via"] == "text"
    second = await answer(http, first, ANSWERS[0])
    assert second["score"] == len(ANSWERS[0])

    bot = await to_voice(http, mailboxes)
    await said(mailboxes, "s1", "reply.finished", times=4)
    where = await session(http)
    assert (where["via"], where["turn_id"]) == ("voice", None)
    assert where["question"].endswith(f"Question 2 of 5. {QUESTIONS[1]}")
    body = {"session_id": "s1", "turn_id": second["turn_id"], "answer": "Too late"}
    refused(await http.post("/interview/answer", json=body), 409, "conflict")
    await bot.hears("t4")
    await bot.tell(UtteranceHeard(utterance_id="u1", text=ANSWERS[1]))
    await said(mailboxes, "s1", "reply.finished", times=5)

    turn = await start(http, num_questions=None, **SWITCH)
    assert await bot.is_fenced()
    assert turn["question"].endswith(f"Question 3 of 5. {QUESTIONS[2]}")
    for text in ANSWERS[2:]:
        turn = await answer(http, turn, text)
    assert turn["complete"]
    finished = await http.post("/interview/finish", json={"session_id": "s1"})
    scores = [(score["answer"], score["score"]) for score in finished.json()["report"]["scores"]]
    assert scores == [(text, len(text)) for text in ANSWERS], "every question is answered once"
    assert (await replay(mailboxes, "s1")).same


@pytest.mark.usefixtures("worker")
async def test_what_was_understood_is_a_part_of_the_answer(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    bot = await to_voice(http, mailboxes)
    await said(mailboxes, "s1", "reply.finished")
    await bot.hears("t1")
    await bot.tell(UtterancePartial(text="I built a ward plan"))
    turn = await start(http, num_questions=None, **SWITCH)
    assert "The last I understood was: I built a ward plan." in turn["question"]
    assert turn["question"].endswith(QUESTIONS[0])
    scored = await answer(http, turn, "for nurses")
    assert scored["score"] == len("I built a ward plan")
    assert (await http.post("/interview/finish", json={"session_id": "s1"})).status_code == 200
    _, outputs = await events(mailboxes, "s1")
    told = [e.data.utterance_id for e in outputs if isinstance(e.data, AnswerScored)]
    assert told[0] == f"answer:{turn['turn_id']}"


async def test_the_model_still_speaks_when_the_candidate_switches(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    model = Examiner()
    async with brain(mailboxes, model):
        bot = await to_voice(http, mailboxes)
        await said(mailboxes, "s1", "reply.finished")
        await bot.hears("t1")
        model.may_speak.clear()
        await bot.tell(UtteranceHeard(utterance_id="u1", text=ANSWERS[0]))
        await said(mailboxes, "s1", "reply.started", times=2)
        turn = await start(http, num_questions=None, **SWITCH)
        assert turn["question"].endswith(f"Question 2 of 5. {QUESTIONS[1]}")
        with pytest.raises(BotFenced):
            await bot.tell(UtteranceHeard(utterance_id="u2", text="from the fenced bot"))
        model.may_speak.set()
    assert await utterances(mailboxes, "s1") == [ANSWERS[0]]


@pytest.mark.usefixtures("worker")
async def test_of_an_answer_that_is_under_way_when_a_bot_comes_nothing_is_lost(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    await to_voice(http, mailboxes)
    await said(mailboxes, "s1", "reply.finished")
    turn = await start(http, num_questions=None, **SWITCH)
    body = {"session_id": "s1", "turn_id": turn["turn_id"], "answer": ANSWERS[0]}
    answering = asyncio.create_task(http.post("/interview/answer", json=body))
    await eventually(lambda: utterances(mailboxes, "s1"), bool)
    await to_voice(http, mailboxes)
    await answering
    _, outputs = await events(mailboxes, "s1")
    await said(mailboxes, "s1", "answer.scored")
    where = await eventually(lambda: session(http), lambda got: "Question 2" in (got["question"] or ""))
    assert where["via"] == "voice"
    assert await utterances(mailboxes, "s1") == [ANSWERS[0]]
    _, outputs = await events(mailboxes, "s1")
    replies = [e.data for e in outputs if isinstance(e.data, ReplyStarted)]
    assert [reply.in_reply_to for reply in replies].count(f"answer:{turn['turn_id']}") == 1


@pytest.mark.usefixtures("worker")
async def test_the_same_call_switches_once(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    await to_voice(http, mailboxes)
    await said(mailboxes, "s1", "reply.finished")
    key = {"Idempotency-Key": "switch-1"}
    got = [await http.post("/interview/start", json=SWITCH, headers=key) for _ in range(2)]
    assert got[0].json() == got[1].json()
    bot = await to_voice(http, mailboxes)
    again = await http.post("/interview/start", json=SWITCH, headers=key)
    assert again.status_code == 201
    assert not await bot.is_fenced(), "it is the call of before: the candidate has gone back since"
    came = [d.via for d in await inputs(mailboxes, "s1") if isinstance(d, CandidateJoined)]
    assert came == ["voice", "text", "voice"]


@pytest.mark.usefixtures("worker")
async def test_nor_is_a_room_taken_twice_by_the_same_call(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    await start(http, session_id="s1", candidate_name="Ada")
    token = {"session_id": "s1", "participant_name": "Ada"}
    assert (await http.post("/livekit/token", json=token)).status_code == 200
    key = {"Idempotency-Key": "stay-1"}
    assert (await http.post("/interview/start", json=SWITCH, headers=key)).status_code == 201
    bot = await to_voice(http, mailboxes)
    assert (await http.post("/interview/start", json=SWITCH, headers=key)).status_code == 201
    assert not await bot.is_fenced()


@pytest.mark.usefixtures("worker")
async def test_nobody_but_the_candidate_opens_the_room_to_bots(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    await start(http, session_id="s1", candidate_name="Ada")
    assert await mailboxes.bot_acquire("s1", "bot", TTL_MS) is None, "an observer has opened the room"
    observer = {"session_id": "s1", "participant_name": "Eve", "role": "observer"}
    assert (await http.post("/livekit/token", json=observer)).status_code == 200
    assert await mailboxes.bot_acquire("s1", "bot", TTL_MS) is None
    await start(http, session_id="s1", num_questions=None)
    await to_voice(http, mailboxes)
    assert await mailboxes.without_bot() == []


@pytest.mark.usefixtures("worker")
async def test_who_has_only_a_token_may_go_on_in_writing(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    begun = await start(http, session_id="s1", candidate_name="Ada")
    token = {"session_id": "s1", "participant_name": "Ada"}
    assert (await http.post("/livekit/token", json=token)).status_code == 200
    assert await mailboxes.without_bot() == ["s1"], "one is sent once the candidate is in the room"
    second = await answer(http, begun, ANSWERS[0])
    again = await start(http, session_id="s1", num_questions=None)
    assert (again["turn_id"], again["question"]) == (second["turn_id"], second["question"])
    assert await mailboxes.without_bot() == []


@pytest.mark.usefixtures("worker")
async def test_who_takes_the_place_of_one_in_writing_is_not_there_yet(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    begun = await start(http, session_id="s1", candidate_name="Ada")
    replaced = CandidateReplaced(identity="Bob-s1", name="Bob")
    await mailboxes.append(new_event("s1", replaced, now()))
    where = await session(http)
    assert (where["via"], where["turn_id"]) == (None, None)
    body = {"session_id": "s1", "turn_id": begun["turn_id"], "answer": ANSWERS[0]}
    refused(await http.post("/interview/answer", json=body), 409, "not_started")
    turn = await start(http, session_id="s1", num_questions=None)
    assert turn["question"].endswith(QUESTIONS[0])
    _, outputs = await events(mailboxes, "s1")
    assert {e.data.index for e in outputs if isinstance(e.data, QuestionAsked)} == {0}


class Rooms:
    """LiveKit's rooms, which never answer, or refuse."""

    def __init__(self, refusal: Exception | None) -> None:
        self._refusal = refusal
        self.asked: list[str] = []

    async def participants(self, room: str) -> list[Any]:
        self.asked.append(room)
        if self._refusal:
            raise self._refusal
        await asyncio.Event().wait()
        return []


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("refusal", [None, Unavailable("LiveKit")])
async def test_nobody_waits_for_livekit(
    settings: TokensSettings, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch, refusal: Exception | None
) -> None:
    rooms = Rooms(refusal)
    monkeypatch.setattr("tokens.main.LiveKitRooms", lambda _: rooms)
    async with front_door(settings) as http:
        await to_voice(http, mailboxes)
        await said(mailboxes, "s1", "reply.finished")
        async with asyncio.timeout(1.5):
            await start(http, num_questions=None, **SWITCH)
    assert rooms.asked == ["interview-s1"]
