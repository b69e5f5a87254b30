"""What may happen in the very moment of a switch: on a real Redis, with a real worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from fixtures.brains import now
from fixtures.front_door import client, front_door
from fixtures.switching import SWITCH, session, to_voice
from fixtures.writing import ANSWERS, QUESTIONS, answer, brain, refused, said, start, utterances
from tokens.application.ports import Participant
from tokens.application.reading import Reading
from tokens.main import wired
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes
from viva_shared.events import CandidateReplaced, UtteranceHeard, new_event

pytestmark = pytest.mark.integration


@pytest.fixture
async def worker(mailboxes: Mailboxes) -> AsyncIterator[None]:
    async with brain(mailboxes):
        yield


@pytest.mark.usefixtures("worker")
async def test_an_answer_comes_before_a_bot_or_not_at_all(
    settings: TokensSettings, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wired(settings) as services, client(services) as http:
        turn = await start(http, session_id="s1", candidate_name="Ada")
        hear = services.courses.hear

        async def be_overtaken(reading: Reading) -> None:
            await hear(reading)
            await to_voice(http, mailboxes)

        monkeypatch.setattr(services.courses, "hear", be_overtaken)
        body = {"session_id": "s1", "turn_id": turn["turn_id"], "answer": ANSWERS[0]}
        refused(await http.post("/interview/answer", json=body), 409, "conflict")
        assert await utterances(mailboxes, "s1") == []


@pytest.mark.usefixtures("worker")
async def test_what_the_bot_heard_while_its_room_was_taken_counts(
    settings: TokensSettings, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wired(settings) as services, client(services) as http:
        bot = await to_voice(http, mailboxes)
        await said(mailboxes, "s1", "reply.finished")
        await bot.hears("t1")
        await bot.tell(UtteranceHeard(utterance_id="u1", text=ANSWERS[0]))
        await said(mailboxes, "s1", "reply.finished", times=2)
        await bot.hears("t2")
        take_room = services.courses.take_room

        async def be_overtaken(*args: Any, **options: Any) -> bool:
            await bot.tell(UtteranceHeard(utterance_id="u2", text=ANSWERS[1]))
            await said(mailboxes, "s1", "reply.finished", times=3)
            return await take_room(*args, **options)

        monkeypatch.setattr(services.courses, "take_room", be_overtaken)
        key = {"Idempotency-Key": "switch-1"}
        turn = (await http.post("/interview/start", json=SWITCH, headers=key)).json()
        assert turn["question"].endswith(f"Question 3 of 5. {QUESTIONS[2]}")
        assert (await session(http))["turn_id"] == turn["turn_id"]
        again = await http.post("/interview/start", json=SWITCH, headers=key)
        assert again.json() == turn
        third = await answer(http, turn, ANSWERS[2])
        assert third["question"].endswith(f"Question 4 of 5. {QUESTIONS[3]}")
        again = await http.post("/interview/start", json=SWITCH, headers=key)
        assert again.json()["turn_id"] == turn["turn_id"], "what came of this call, whatever was said since"


@pytest.mark.usefixtures("worker")
async def test_who_is_replaced_while_they_switch_does_not_keep_the_other_from_it(
    settings: TokensSettings, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wired(settings) as services, client(services) as http:
        await to_voice(http, mailboxes)
        await said(mailboxes, "s1", "reply.finished")
        take_room = services.courses.take_room

        async def be_replaced(*args: Any, **options: Any) -> bool:
            monkeypatch.undo()
            replaced = CandidateReplaced(identity="Bob-s1", name="Bob")
            await mailboxes.append(new_event("s1", replaced, now()))
            return await take_room(*args, **options)

        monkeypatch.setattr(services.courses, "take_room", be_replaced)
        await http.post("/interview/start", json=SWITCH)
        turn = await start(http, num_questions=None, **SWITCH)
        assert (await session(http))["via"] == "text"
        second = await answer(http, turn, ANSWERS[0])
        assert second["question"].endswith(f"Question 2 of 5. {QUESTIONS[1]}")


@pytest.mark.usefixtures("worker")
async def test_who_comes_to_the_room_while_they_stay_in_writing_is_in_writing(
    settings: TokensSettings, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wired(settings) as services, client(services) as http:
        await start(http, session_id="s1", candidate_name="Ada")
        assert (
            await http.post("/livekit/token", json={"session_id": "s1", "participant_name": "Ada"})
        ).is_success
        take_room = services.courses.take_room

        async def be_overtaken(*args: Any, **options: Any) -> bool:
            monkeypatch.undo()
            await to_voice(http, mailboxes)
            return await take_room(*args, **options)

        monkeypatch.setattr(services.courses, "take_room", be_overtaken)
        turn = await start(http, num_questions=None, **SWITCH)
        second = await answer(http, turn, ANSWERS[0])
        assert second["question"].endswith(QUESTIONS[1])


class SlowRooms:
    """LiveKit's rooms, with the candidate and a bot in each, which take their time."""

    def __init__(self) -> None:
        self.may_tell = asyncio.Event()
        self.removed: list[str] = []

    async def participants(self, room: str) -> list[Participant]:
        await self.may_tell.wait()
        ada = Participant("Ada-s1", "Ada", "standard", "candidate", "active", now(), True, ())
        return [ada, replace(ada, identity="bot", kind="agent", role=None, may_speak=False)]

    async def remove(self, room: str, identity: str) -> None:
        self.removed.append(identity)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("comes_back", [False, True])
async def test_who_comes_back_at_once_is_not_put_out(
    settings: TokensSettings, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch, comes_back: bool
) -> None:
    rooms = SlowRooms()
    monkeypatch.setattr("tokens.main.LiveKitRooms", lambda _: rooms)
    async with front_door(settings) as http:
        await to_voice(http, mailboxes)
        await said(mailboxes, "s1", "reply.finished")
        await start(http, num_questions=None, **SWITCH)
        if comes_back:
            await to_voice(http, mailboxes)
        (clearing,) = [task for task in asyncio.all_tasks() if task.get_name() == "clear room"]
        rooms.may_tell.set()
        await clearing
    assert rooms.removed == ([] if comes_back else ["Ada-s1", "bot"])
