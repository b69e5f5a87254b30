"""A persona that answers in writing, and how its calls are repeated."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import httpx
import pytest
from candidate.adapters.personas import load_persona
from candidate.adapters.rest import RestInterview
from candidate.application.outcome import Ending
from candidate.application.ports import RoomClosedError, RoomRefusedError
from candidate.application.writing import Asked, correspond

pytestmark = pytest.mark.unit

ALICE = load_persona("alice").model_copy(update={"think_s": 0.0})
QUESTIONS = ("Please introduce yourself.", "Question 2 of 2. What was the measurable impact?", "Goodbye.")


@dataclass
class Script:
    """Asks the questions, one after another; the last one ends it."""

    questions: tuple[str | None, ...] = QUESTIONS
    answers: list[tuple[str | None, str]] = field(default_factory=list)
    finished: int = 0

    def _asked(self, number: int) -> Asked:
        text = self.questions[number]
        return Asked(f"t{number + 1}", text, f"Question {number + 1}", number + 1 == len(self.questions))

    async def start(self) -> Asked:
        return self._asked(0)

    async def answer(self, asked: Asked, text: str) -> Asked:
        self.answers.append((asked.turn_id, text))
        return self._asked(len(self.answers))

    async def finish(self) -> None:
        self.finished += 1


async def test_every_question_is_answered_until_the_end() -> None:
    script, told = Script(), []
    outcome = await correspond(script, ALICE, lambda event, data: told.append(event))
    assert (outcome.ending, outcome.exchanges) == (Ending.CLOSED, 2)
    assert [turn for turn, _ in script.answers] == ["t1", "t2"]
    assert "My name is Alice Brown" in script.answers[0][1]
    assert "thirty percent" in script.answers[1][1]
    assert script.finished == 1
    assert told == ["reply", "said", "scored", "reply", "said", "scored", "reply"]


@pytest.mark.parametrize("questions", [("Who are you?", None), (None,)])
async def test_who_is_asked_nothing_finishes(questions: tuple[str | None, ...]) -> None:
    script = Script(questions)
    outcome = await correspond(script, ALICE)
    assert outcome.exchanges == len(questions) - 1
    assert outcome.ending is (Ending.CLOSED if outcome.exchanges else Ending.CLOSED_EARLY)
    assert script.finished == 1


async def test_who_has_nothing_more_to_say_finishes() -> None:
    silent = ALICE.model_copy(update={"goodbye": None, "questions_at_the_end": ()})
    script = Script(("Do you have any questions?", "unheard"))
    outcome = await correspond(script, silent)
    assert (outcome.ending, script.answers, script.finished) == (Ending.CLOSED_EARLY, [], 1)


class FrontDoor(httpx.MockTransport):
    """Gives one answer after another, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | httpx.TransportError) -> None:
        super().__init__(self._answer)
        self._answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, object]]] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["Idempotency-Key"]
        self.asked.append((request.url.path, key, json.loads(request.content)))
        answer = self._answers.pop(0)
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer


BUSY = httpx.Response(503, headers={"Retry-After": "0"}, json={"type": "brain_busy"})
TURN = {"turn_id": "t1", "question": "Why?", "progress": {"label": "Question 1 of 1", "complete": False}}


def interview(door: FrontDoor, patience_s: float = 60) -> RestInterview:
    http = httpx.AsyncClient(transport=door, base_url="http://door")
    return RestInterview(http, "i1", "Ann", scenario="question_set", patience_s=patience_s)


async def test_a_call_is_repeated_under_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("candidate.adapters.rest.PAUSE_S", 0.0)
    door = FrontDoor(BUSY, httpx.ConnectError("away"), httpx.Response(201, json=TURN))
    assert await interview(door).start() == Asked("t1", "Why?", "Question 1 of 1", complete=False)
    [(path, key, body)] = {(path, key, json.dumps(body)) for path, key, body in door.asked}
    assert (path, bool(key)) == ("/interview/start", True)
    assert json.loads(body) == {
        "session_id": "i1",
        "candidate_name": "Ann",
        "consent": True,
        "scenario": "question_set",
    }


async def test_another_call_has_another_key() -> None:
    scored = TURN | {"score": 70, "reason": "good"}
    door = FrontDoor(httpx.Response(201, json=TURN), *(httpx.Response(200, json=scored) for _ in range(2)))
    written = interview(door)
    asked = await written.answer(await written.start(), "Because.")
    await written.finish()
    assert (asked.score, asked.reason) == (70, "good")
    assert door.asked[1][2] == {"session_id": "i1", "turn_id": "t1", "answer": "Because."}
    assert len({key for _, key, _ in door.asked}) == 3


async def test_a_refusal_or_a_long_silence_ends_it() -> None:
    with pytest.raises(RoomRefusedError, match=r"says 409: .*it is over"):
        await interview(FrontDoor(httpx.Response(409, json={"detail": "it is over"}))).start()
    with pytest.raises(RoomClosedError, match="says 503"):
        await interview(FrontDoor(BUSY), patience_s=-1).finish()
