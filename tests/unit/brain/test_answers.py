"""What counts as a quote of an answer."""

from __future__ import annotations

import pytest
from brain.domain.answers import NO_EVIDENCE, accepted_score, is_quote
from viva_shared.events import AnswerAssessed

pytestmark = pytest.mark.unit

ANSWER = "I rebuilt the billing of a shop, and its errors fell by half."


@pytest.mark.parametrize(
    ("quote", "answer", "counts"),
    [
        ("its errors fell", ANSWER, True),
        ("ITS  errors, fell by HALF!", ANSWER, True),
        ("its errors rose", ANSWER, False),
        ("rrors fell by", ANSWER, False),
        ("I", ANSWER, False),
        ("of a", ANSWER, False),
        ("", ANSWER, False),
        ("…", ANSWER, False),
        ("…", "…", False),
        ("My team", "My team.", True),
        ("My", "My team.", False),
        ("Yes", "Yes!", True),
        ("我重写了", "我重写了账单系统。", True),
        ("我", "我重写了账单系统。", False),
    ],
)
def test_a_quote_says_something_that_was_said(quote: str, answer: str, counts: bool) -> None:
    assert is_quote(quote, answer) is counts


def test_a_single_word_is_no_evidence() -> None:
    def assessed(*evidence: str) -> AnswerAssessed:
        return AnswerAssessed(ask_id="score-0.1", score=90, reason="good", evidence=evidence)

    assert accepted_score(assessed("I", "the"), ANSWER) == NO_EVIDENCE
    accepted = accepted_score(assessed("I", "its errors fell by half"), ANSWER)
    assert (accepted.score, accepted.evidence) == (90, ("its errors fell by half",))
