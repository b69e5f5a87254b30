"""What the brain decides reaches the room: stage, question, scores, and that the candidate may be heard."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from media_bot.application.outputs import Outputs
from unit.media_bot.fake_voice import Stage
from viva_shared.events import (
    AnswerScored,
    Envelope,
    ListeningAllowed,
    Payload,
    QuestionAsked,
    StageChanged,
    new_event,
)

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 1, tzinfo=UTC)
SCORE = AnswerScored(
    index=0,
    of=2,
    utterance_id="u1",
    score=None,
    reason="no example",
    feedback="Näher!",
    coach_notes="Practise.",
)


@dataclass
class FakeRoom:
    """Keeps what was sent, and what is shown to whoever joins."""

    sent: list[tuple[str, object]] = field(default_factory=list)
    shown: dict[str, Callable[[], str]] = field(default_factory=dict)

    def send(self, topic: str, message: str) -> None:
        self.sent.append((topic, json.loads(message)))

    def show(self, topic: str, message: Callable[[], str]) -> None:
        self.shown[topic] = message
        self.send(topic, message())

    def unshow(self, topic: str) -> None:
        self.shown.pop(topic, None)

    def told(self) -> dict[str, object]:
        """What who joins now is told."""
        return {topic: json.loads(message()) for topic, message in self.shown.items()}


def event(data: Payload) -> Envelope:
    return new_event("i1", data, START)


def make(
    *,
    announce: str = "Question {number} of {count}.",
    shows_scores: bool = False,
    now: Callable[[], datetime] = lambda: START,
) -> tuple[Outputs, FakeRoom, list[ListeningAllowed]]:
    room, opened = FakeRoom(), list[ListeningAllowed]()
    outputs = Outputs(
        Stage().mouth,
        room,
        announce=announce,
        shows_scores=shows_scores,
        listening_allowed=opened.append,
        now=now,
    )
    return outputs, room, opened


@pytest.mark.parametrize(
    ("announce", "label"),
    [("Question {number} of {count}.", "Question 2 of 3"), ("Frage {number} von {count}: ", "Frage 2 von 3")],
)
async def test_a_question_is_shown_with_its_number_until_the_stage_changes(announce: str, label: str) -> None:
    outputs, room, _ = make(announce=announce)
    outputs.take(event(QuestionAsked(turn_id="t1", index=1, of=3, text="Why?")))
    question = {"index": 1, "of": 3, "text": "Why?", "label": label}
    assert room.told() == {"question": question}
    outputs.take(event(StageChanged(stage="closing", title="Closing", index=1, of=2, reason="answered")))
    stage = {"stage": "closing", "title": "Closing", "index": 1, "of": 2}
    assert room.told() == {"stage": {**stage, "deadline_s": None, "time_left_s": None}}
    assert [topic for topic, _ in room.sent] == ["question", "stage"]


async def test_who_joins_later_is_told_that_less_time_is_left() -> None:
    clock = [START + timedelta(seconds=2)]
    outputs, room, _ = make(now=lambda: clock[0])
    stage = StageChanged(stage="intro", title="Intro", index=0, of=2, reason="opened", deadline_s=60)
    outputs.take(event(stage))
    told = {"stage": "intro", "title": "Intro", "index": 0, "of": 2, "deadline_s": 60.0}
    assert room.sent == [("stage", {**told, "time_left_s": 58.0})]
    clock[0] += timedelta(seconds=30)
    assert room.told() == {"stage": {**told, "time_left_s": 28.0}}
    clock[0] += timedelta(minutes=5)
    assert room.told() == {"stage": {**told, "time_left_s": 0.0}}


async def test_scores_are_for_candidates_who_may_see_them() -> None:
    outputs, room, _ = make(shows_scores=True)
    outputs.take(event(SCORE))
    score: dict[str, object] = {
        "index": 0, "of": 2, "score": None, "reason": "no example", "evidence": [], "feedback": "Näher!",
        "coach_notes": "Practise.",
    }  # fmt: skip
    assert room.sent == [("score", score)]
    assert room.shown == {}
    outputs, room, _ = make(shows_scores=False)
    outputs.take(event(SCORE))
    assert room.sent == []


async def test_the_ears_are_opened_when_the_brain_allows_it() -> None:
    outputs, _, opened = make()
    assert opened == []
    allowed = ListeningAllowed(reason="consented", identity="casey")
    outputs.take(event(allowed))
    assert opened == [allowed]
