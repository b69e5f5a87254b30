"""What the brain decides reaches the room: stage, question, scores, and that the candidate may be heard."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from media_bot.application.outputs import Outputs
from unit.media_bot.fake_voice import Stage
from viva_shared.events import AnswerScored, ListeningAllowed, QuestionAsked, StageChanged

pytestmark = pytest.mark.unit

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
    shown: dict[str, object] = field(default_factory=dict)

    def send(self, topic: str, message: str) -> None:
        self.sent.append((topic, json.loads(message)))

    def show(self, topic: str, message: str) -> None:
        self.shown[topic] = json.loads(message)
        self.send(topic, message)

    def unshow(self, topic: str) -> None:
        self.shown.pop(topic, None)


def make(
    *, announce: str = "Question {number} of {count}.", shows_scores: bool = False
) -> tuple[Outputs, FakeRoom, list[ListeningAllowed]]:
    room, opened = FakeRoom(), list[ListeningAllowed]()
    outputs = Outputs(
        Stage().mouth,
        room,
        announce=announce,
        shows_scores=shows_scores,
        listening_allowed=opened.append,
    )
    return outputs, room, opened


@pytest.mark.parametrize(
    ("announce", "label"),
    [("Question {number} of {count}.", "Question 2 of 3"), ("Frage {number} von {count}: ", "Frage 2 von 3")],
)
async def test_a_question_is_shown_with_its_number_until_the_stage_changes(announce: str, label: str) -> None:
    outputs, room, _ = make(announce=announce)
    outputs.take(QuestionAsked(turn_id="t1", index=1, of=3, text="Why?"))
    question = {"index": 1, "of": 3, "text": "Why?", "label": label}
    assert room.shown == {"question": question}
    outputs.take(StageChanged(stage="closing", title="Closing", index=1, of=2, reason="answered"))
    assert room.shown == {"stage": {"stage": "closing", "index": 1, "of": 2}}
    assert [topic for topic, _ in room.sent] == ["question", "stage"]


async def test_scores_are_for_candidates_who_may_see_them() -> None:
    outputs, room, _ = make(shows_scores=True)
    outputs.take(SCORE)
    score: dict[str, object] = {
        "index": 0, "of": 2, "score": None, "reason": "no example", "evidence": [], "feedback": "Näher!",
        "coach_notes": "Practise.",
    }  # fmt: skip
    assert room.sent == [("score", score)]
    assert room.shown == {}
    outputs, room, _ = make(shows_scores=False)
    outputs.take(SCORE)
    assert room.sent == []


async def test_the_ears_are_opened_when_the_brain_allows_it() -> None:
    outputs, _, opened = make()
    assert opened == []
    outputs.take(allowed := ListeningAllowed(reason="consented", identity="casey"))
    assert opened == [allowed]
