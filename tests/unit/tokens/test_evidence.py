"""Where in a transcript a quote stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest
from tokens.domain.evidence import evidence_turns, turn_with
from viva_shared.report import ReportScore, ReportTurn

pytestmark = pytest.mark.unit


def turn(text: str, speaker: Literal["candidate", "interviewer"] = "candidate") -> ReportTurn:
    return ReportTurn(speaker=speaker, text=text, at=datetime(2026, 1, 2, tzinfo=UTC), stage="questions")


TURNS = (
    turn("I cut the cost.", "interviewer"),
    turn("I, um: cut the  COST by half"),
    turn("Go on.", "interviewer"),
    turn("…"),
    turn("of what it was. I cut the cost, élan included."),
)


@pytest.mark.parametrize(
    ("quote", "index"),
    [
        ("I cut the cost", 4),
        ("cut the cost by half", 1),
        ("«Cut—the cost!»", 1),
        ("by half of what", 1),
        ("ÉLAN INCLUDED", 4),
        ("ut the cost", None),
        ("Go on", None),
        ("?!", None),
        ("", None),
    ],
)
def test_the_candidates_turn_in_which_it_begins(quote: str, index: int | None) -> None:
    assert turn_with(quote, TURNS) == index


def test_only_what_was_said_after_a_turn() -> None:
    assert turn_with("cut the cost", TURNS) == 1
    assert turn_with("cut the cost", TURNS, after=1) == 4
    assert turn_with("cut the cost", (), after=1) is None


def test_evidence_is_looked_for_in_the_answer_first() -> None:
    turns = (
        turn("Yes, I did."),
        turn("Question 2 of 3. Did you test it?", "interviewer"),
        turn("Yes, I did. All of it."),
    )
    score = ReportScore(index=1, question="Did you test it?", evidence=("yes I did", "All of it", "never"))
    assert evidence_turns(score, turns) == [2, 2, None]
    assert evidence_turns(score, turns[:2]) == [0, None, None]
    assert evidence_turns(score, turns[2:]) == [0, 0, None]
