"""What is taken of the model's proposals for a question set: usable questions, and scores with evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from viva_shared.events import AnswerAssessed

from brain.domain.phrases import words_of

MAX_QUESTION_CHARS = 1_000
MAX_EVIDENCE = 10
MIN_QUOTE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Score:
    """What an answer is worth: a number with evidence, or None with the reason."""

    score: int | None
    reason: str
    evidence: tuple[str, ...] = ()
    feedback: str = ""
    coach_notes: str = ""


NO_ANSWER = Score(None, "no answer was given")
NO_EVIDENCE = Score(None, "no evidence in the candidate's words")


def usable_questions(made: Iterable[str], count: int, fallback: Sequence[str]) -> tuple[str, ...]:
    """At most ``count``, no two the same: those that were made, then the scenario's own, in order."""
    questions: dict[str, str] = {}
    for question in (" ".join(text.split()) for text in (*made, *fallback)):
        key = " ".join(words_of(question))
        if key and len(question) <= MAX_QUESTION_CHARS and len(questions) < count:
            questions.setdefault(key, question)
    return tuple(questions.values())


def failure_of(assessed: AnswerAssessed) -> str | None:
    """Why an assessment says nothing of the answer; None: it does."""
    if assessed.error is None and assessed.score is not None and not 0 <= assessed.score <= 100:
        return f"{assessed.score} is not between 0 and 100"
    return assessed.error


def accepted_score(assessed: AnswerAssessed, answer: str) -> Score:
    """What counts of an assessment: a number only with quotes of what the candidate did say."""
    if failure := failure_of(assessed):
        return Score(None, f"could not be scored: {failure}")
    evidence = tuple(quote for quote in assessed.evidence[:MAX_EVIDENCE] if is_quote(quote, answer))
    if assessed.score is not None and not evidence:
        return NO_EVIDENCE
    return Score(assessed.score, assessed.reason, evidence, assessed.feedback, assessed.coach_notes)


def is_quote(text: str, answer: str) -> bool:
    """Whether it stands in the answer, whatever its case, spaces and punctuation: as whole words in scripts
    that have spaces between them. What is shorter than ``MIN_QUOTE_WORDS`` stands in nearly every answer,
    and shows nothing, unless it is all of it; of a script without spaces letters count as words.
    """
    quote, answered = words_of(text), words_of(answer)
    quoted, said = " ".join(quote), " ".join(answered)
    if not quoted or quoted == said:
        return bool(quoted)
    has_no_spaces = any(letter.isalpha() and letter.lower() == letter.upper() for letter in quoted)
    if (sum(map(len, quote)) if has_no_spaces else len(quote)) < MIN_QUOTE_WORDS:
        return False
    return f" {quoted} " in f" {said} " or (has_no_spaces and quoted in said)
