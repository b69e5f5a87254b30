"""An assessment of the user's last answer: a score with its evidence, or none with the reason. Pure.

The score is a weighted sum of the signs in `signs.py`, less where the answer is off the topic. It tells an
answer that says something from one that does not; whether that is right, and the rubric, are beyond it.

The question is a line `Question: …` of the system instruction, or else the model's last turn.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from local_providers.gemini.conversation import Conversation, Speaker
from local_providers.gemini.extraction import is_refusal
from local_providers.gemini.questions import is_unclear, split_questions
from local_providers.gemini.signs import Signs, read_signs, says_anything
from local_providers.gemini.text import clauses

MOST_QUOTES = 3
_OFF_TOPIC = 0.6
"""What is left of the score of an answer that takes up nothing of the question."""
_SHOWN, _MISSING = 0.6, 0.3
_LABELLED = re.compile(
    r"^[ \t>*#-]*(?:the )?(?:interview(?:er'?s)? )?question\b[^:\n]*:\s*(\S.*)$", re.I | re.M
)


@dataclass(frozen=True)
class _Words:
    """What a sign weighs in the score, and what is said where it is there and where it is missing."""

    weight: float
    shown: str
    missing: str
    praise: str
    advice: str
    practice: str


_WORDS = {
    "action": _Words(
        0.3,
        "says what the candidate did",
        "hardly says what the candidate did themselves",
        "You said what you did yourself.",
        "Say what you did yourself, step by step.",
        'Practise sentences that begin with "I" and a verb: I found, I wrote, I asked.',
    ),
    "result": _Words(
        0.3,
        "names a measured result",
        "names no result",
        "You named what came of it.",
        "Say what came of it, with a number if there is one.",
        "End each story with its result, and find out the number that shows it.",
    ),
    "example": _Words(
        0.2,
        "tells of a concrete case",
        "tells of no concrete case",
        "You told of a concrete case.",
        "Give a concrete example: when it was, where, and with whom.",
        "Prepare three stories from past work, each with its time, its place and its people.",
    ),
    "substance": _Words(
        0.2,
        "goes into detail",
        "has little detail",
        "Your answer had detail.",
        "Go into more detail: what was the situation, and what was hard about it?",
        "Practise one story for two minutes: the situation, the task, the action and the result.",
    ),
    "topic": _Words(
        0.0,
        "keeps to the question",
        "takes up little of what was asked",
        "You kept to the question.",
        "Answer what was asked first, then tell the rest.",
        "Say the question in your own words before you answer it.",
    ),
}
_UNANSWERED = _Words(
    0.0,
    "",
    "",
    "",
    "You did not answer this question. If it is new to you, say how you would go about it.",
    "Practise a question that you did not expect: what you know, and what you would do first.",
)


@dataclass(frozen=True)
class Assessment:
    """What is made of an answer.

    Attributes:
        share: the score, from 0 to 1; None where nothing was answered.
        reason: why, about the candidate.
        quotes: what the score rests on, word for word, in the order it was said.
        feedback: to the candidate.
        coach_notes: to whoever practises with them.
    """

    share: float | None
    reason: str
    quotes: tuple[str, ...]
    feedback: str
    coach_notes: str


def assess(conversation: Conversation) -> Assessment:
    """Assesses what the user said after the model's last turn, as an answer to what was asked."""
    answer, question = _last_answer(conversation), _question(conversation)
    asked, told = split_questions(answer)
    said = " ".join(told)
    signs = read_signs(said, question)
    if not said:
        return _unanswered("The candidate asked something back." if asked else "No answer was given.")
    if (is_refusal(said) or is_unclear(said)) and not (signs.action and signs.result):
        return _unanswered("The candidate did not answer the question.")
    if not says_anything(said):
        return _unanswered("The answer says nothing that could be judged.")
    shown = [words for name, words in _WORDS.items() if getattr(signs, name) >= _SHOWN]
    missing = [words for name, words in _WORDS.items() if getattr(signs, name) <= _MISSING]
    return Assessment(
        _share(signs),
        _reason(shown, missing),
        _quotes(told, question),
        " ".join([*(words.praise for words in shown[:2]), *(words.advice for words in missing[:2])]),
        " ".join(words.practice for words in missing[:3]) or "Practise the same story in half the time.",
    )


def _last_answer(conversation: Conversation) -> str:
    """Returns the user's turns since the model's last one, a line each."""
    turns: list[str] = []
    for utterance in reversed(conversation.utterances):
        if utterance.speaker is Speaker.MODEL:
            break
        turns.insert(0, utterance.text)
    return "\n".join(turns)


def _question(conversation: Conversation) -> str:
    """Returns what the instruction calls the question, else the model's last turn."""
    if found := _LABELLED.findall(conversation.instruction):
        return str(found[-1])
    return conversation.model_texts[-1] if conversation.model_texts else ""


def _unanswered(reason: str) -> Assessment:
    return Assessment(None, reason, (), _UNANSWERED.advice, _UNANSWERED.practice)


def _share(signs: Signs) -> float:
    total: float = sum(words.weight * getattr(signs, name) for name, words in _WORDS.items())
    return total * (_OFF_TOPIC + (1 - _OFF_TOPIC) * signs.topic)


def _reason(shown: Sequence[_Words], missing: Sequence[_Words]) -> str:
    good = _listed([words.shown for words in shown])
    bad = _listed([words.missing for words in missing])
    if good and bad:
        return f"The answer {good}, but it {bad}."
    return f"The answer {good or bad or 'shows a little of everything'}."


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def _quotes(told: Sequence[str], question: str) -> tuple[str, ...]:
    """Returns the parts of the answer that score best by themselves, at least one."""
    parts = [part for sentence in told for part in clauses(sentence)]
    shares = [_share(read_signs(part, question)) for part in parts]
    best = sorted(range(len(parts)), key=lambda n: -shares[n])[:MOST_QUOTES]
    return tuple(parts[n] for n in sorted(best) if shares[n] or n == best[0])
