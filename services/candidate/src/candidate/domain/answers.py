"""Which of a persona's texts answers what the interviewer said. A pure function of what was said before."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from candidate.domain.consent import consent_wanted
from candidate.domain.persona import Answer, Persona

MAX_GOODBYES = 3
MISSED_OPENING = "Please introduce yourself."
"""What an interviewer is taken to have said first, when it was heard and its words did not come."""

_SENTENCE = re.compile(r"(?<=[.?!…])\s+")


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_LEAD = r"so|now|then|and|great|okay|well|thank you|thanks|first|next|let's|perhaps"
_ASKS = (
    r"tell|describe|share|explain|introduce|walk|give|talk|say|go ahead"
    r"|i(?:'d| would) (?:like|love) (?:to (?:hear|know|learn)|you to)"
)
_REQUEST = _any_of(
    r"\?", r"\bplease\b", r"\b(?:could|can|would|will) you\b", rf"^\W*(?:(?:{_LEAD})\W+)*(?:{_ASKS})\b"
)
_INVITES_QUESTIONS = _any_of(
    r"\bdo you have\b[^.?!]*\bquestions?\b",
    r"\bquestions? (?:do|that) you\b",
    r"\bquestions? you (?:may |might )?have\b",
    r"\b(?:any|other|more|further)(?: other| more| further)? questions?\b",
    r"\b(?:anything|something)\b[^.?!]*\byou\b[^.?!]*\b(?:to ask|to know|ask me|ask us)\b",
    r"\bquestions? (?:for (?:me|us)|about (?:the|our|this) (?:process|role|company|next))\b",
)
_FAREWELL = _any_of(
    r"\b(?:good ?bye|bye|farewell|take care|all the best|best of luck)\b",
    r"\bhave a (?:good|great|nice|lovely|wonderful) (?:day|one|evening|afternoon|morning|weekend|rest)\b",
    r"\bthat (?:is|was) (?:all|everything)(?: for| from|\W*$)|\bend of (?:the|our|this) interview\b",
    r"\bconcludes (?:the|our|this) interview\b",
)
_CLOSING = _any_of(
    r"\bthank(?:s| you)(?: \w+){0,4} for (?:your time|talking|speaking|joining|coming|taking)\b",
)


_AGAIN = _any_of(
    r"\b(?:say|repeat) (?:that|it|this|your)\b",
    r"\b(?:not|n't) (?:quite )?(?:catch|hear)\b",
    r"\bonce more\b",
)


class Kind(StrEnum):
    """What a chosen text is."""

    ANSWER = "answer"
    DEFAULT = "default"
    QUESTION = "question"
    GOODBYE = "goodbye"
    CONSENT = "consent"
    """Written on the chat, by whoever speaks, too."""


@dataclass(frozen=True)
class Choice:
    """A text to say, and what it is; ``topic`` names the persona's answer it comes from."""

    text: str
    kind: Kind
    topic: str | None = None


@dataclass(frozen=True)
class Memory:
    """What a candidate has said so far: how often each topic, and how far it is with its endings."""

    topics: dict[str, int] = field(default_factory=dict)
    defaults: int = 0
    questions: int = 0
    goodbyes: int = 0
    at_the_end: bool = False
    last: Choice | None = None


def choose(persona: Persona, memory: Memory, heard: str) -> tuple[Memory, Choice | None]:
    """What is said to what was ``heard``, and the memory after it; None when nothing is left to say."""
    if not heard and memory.last is None:
        heard = MISSED_OPENING
    memory, choice = _choose(persona, memory, heard)
    if choice and choice.kind is Kind.CONSENT:
        return memory, choice
    return replace(memory, last=choice or memory.last), choice


def _choose(persona: Persona, memory: Memory, heard: str) -> tuple[Memory, Choice | None]:
    """The answer to what was ``heard`` since the candidate last spoke.

    The last request counts, whatever acknowledgements come before it.
    """
    requests = [s for s in _SENTENCE.split(heard) if _REQUEST.search(s) or consent_wanted(s)]
    if memory.goodbyes and not requests:
        return memory, None
    for request in reversed(requests):
        if persona.consents and (words := consent_wanted(request)):
            return memory, Choice(words, Kind.CONSENT)
        if _INVITES_QUESTIONS.search(request):
            return _end(persona, memory)
        if answer := _fitting(persona, memory, request):
            return _answer(memory, answer)
    if memory.last and _AGAIN.search(heard):
        return memory, memory.last
    if _FAREWELL.search(heard):
        return _goodbye(persona, memory)
    if _INVITES_QUESTIONS.search(heard) or (_CLOSING.search(heard) and not requests):
        return _end(persona, memory)
    if memory.at_the_end:
        return _end(persona, memory)
    if answer := _fitting(persona, memory, heard):
        return _answer(memory, answer)
    text = persona.default[memory.defaults % len(persona.default)]
    return replace(memory, defaults=memory.defaults + 1), Choice(text, Kind.DEFAULT)


def _fitting(persona: Persona, memory: Memory, words: str) -> Answer | None:
    for answer in persona.answers:
        exhausted = answer.then == "default" and memory.topics.get(answer.topic, 0) >= len(answer.say)
        if not exhausted and answer.fits(words):
            return answer
    return None


def _answer(memory: Memory, answer: Answer) -> tuple[Memory, Choice]:
    said = memory.topics.get(answer.topic, 0)
    text = answer.say[min(said, len(answer.say) - 1)]
    return (
        replace(memory, topics={**memory.topics, answer.topic: said + 1}),
        Choice(text, Kind.ANSWER, answer.topic),
    )


def _end(persona: Persona, memory: Memory) -> tuple[Memory, Choice | None]:
    memory = replace(memory, at_the_end=True)
    if memory.questions < len(persona.questions_at_the_end):
        question = persona.questions_at_the_end[memory.questions]
        return replace(memory, questions=memory.questions + 1), Choice(question, Kind.QUESTION)
    return _goodbye(persona, memory)


def _goodbye(persona: Persona, memory: Memory) -> tuple[Memory, Choice | None]:
    memory = replace(memory, at_the_end=True)
    if persona.goodbye is None or memory.goodbyes >= MAX_GOODBYES:
        return memory, None
    return replace(memory, goodbyes=memory.goodbyes + 1), Choice(persona.goodbye, Kind.GOODBYE)
