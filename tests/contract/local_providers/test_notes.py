"""Notes to the interviewer: what the local provider makes of one."""

from __future__ import annotations

import pytest
from contract.local_providers.dialogue import PIZZA, ask, model, text_of, user
from local_providers.gemini.notes import question_of

pytestmark = pytest.mark.contract

SYSTEM = "You are a clerk. The shop opens at nine.\n\nKeep to your role.\nRecruiter's note: {note}\n\nGo on."


@pytest.mark.parametrize(
    ("note", "question"),
    [
        ("Ask about the money.", "Could you tell me more about the money?"),
        ("Ask what they would do differently.", "Could you tell me what you would do differently?"),
        ("Please dig deeper into her role", "Could you tell me more about your role?"),
        ("Ask the candidate whether she has led a team", "Could you tell me whether you have led a team?"),
        ("Find out if he is willing to travel.", "Could you tell me if you are willing to travel?"),
        ("They were vague. Ask for an example.", "Could you tell me more about an example?"),
        ("Has she led a team?", "Have you led a team?"),
        ("What did it cost?", "What did it cost?"),
        ("Kubernetes", "Could you tell me more about Kubernetes?"),
        ("Slow down.", None),
        ("Ask", None),
        ("?!", None),
        ("The candidate seems to be nervous today, which is a pity", None),
    ],
)
def test_a_note_becomes_a_question_to_the_user(note: str, question: str | None) -> None:
    assert question_of(note) == question


def test_it_is_asked_about_and_never_read_out() -> None:
    texts = {
        text_of(
            ask(
                [model("Why?"), user("I fixed it with a test.")],
                seed=seed,
                systemInstruction={"parts": [{"text": SYSTEM.format(note="Ask about the money.")}]},
                tool=PIZZA,
            )
        )
        for seed in range(20)
    }
    assert len(texts) > 2
    for text in texts:
        assert text.endswith("Could you tell me more about the money?")
        assert "recruiter" not in text.lower()
        assert "note" not in text.lower().replace("made a note", "")


def test_a_question_of_the_users_is_answered_before_it() -> None:
    system = {"parts": [{"text": SYSTEM.format(note="Ask about the money.")}]}
    text = text_of(ask([user("When does the shop open?")], systemInstruction=system))
    assert text == "The shop opens at nine. Could you tell me more about the money?"


def test_a_reply_that_was_cut_is_continued() -> None:
    told = SYSTEM.format(note="Ask about the money.")
    system = {"parts": [{"text": f"{told}\nAlready said: Thank you. Could you"}]}
    rest = text_of(ask([model("Why?"), user("I fixed it.")], systemInstruction=system))
    assert rest.endswith("tell me more about the money?")
    assert not rest.startswith("Thank")


def test_what_is_no_wish_for_a_question_changes_nothing() -> None:
    said = [model("Why?"), user("I fixed it with a test.")]
    system = {"parts": [{"text": SYSTEM.format(note="Slow down.")}]}
    assert "slow" not in text_of(ask(said, systemInstruction=system)).lower()
