"""Finds the value of a field in what the user said. Strings are verbatim parts of a turn. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from local_providers.gemini.fields import Field, Kind
from local_providers.gemini.numbers import numbers_in
from local_providers.gemini.phrases import (
    LEAD_IN,
    NAME_ENDS,
    NO,
    REFUSAL,
    ROLE,
    ROLE_ENDS,
    STRONG_NAME,
    VAGUE,
    WEAK_NAME,
    YES,
)
from local_providers.gemini.questions import is_nothing
from local_providers.gemini.text import (
    content_stems,
    overlap,
    related,
    sentences,
    stem,
    tokens,
    words,
)

LONGEST_NAME, LONGEST_LOOSE_NAME, LONGEST_ROLE = 5, 12, 15
SHORTEST_STORY, SHORT_STORY = 4, 8


def without_lead_in(text: str) -> str:
    """Returns an answer without its `well, it's`, still verbatim."""
    return text[len(match.group()) :].strip() if (match := LEAD_IN.match(text)) else text.strip()


def is_refusal(text: str) -> bool:
    """Whether an answer says that there is none."""
    return is_nothing(text) or (bool(REFUSAL.search(text)) and len(words(text)) <= 14)


def find_value(field: Field, answers: Sequence[str], turns: Sequence[str], *, loose: bool) -> Any | None:
    """Returns the value of a field, None if it has not been said.

    Args:
        field: What is wanted.
        answers: The user's answers to questions about the field, oldest first.
        turns: Everything the user said, oldest first.
        loose: Whether to take an answer that would otherwise be asked for again.
    """
    usable = [answer for answer in answers if not is_refusal(answer)]
    match field.kind:
        case Kind.PERSON_NAME:
            return _person_name(usable, turns, loose)
        case Kind.ROLE:
            return _role(usable, turns, loose)
        case Kind.STORY:
            return _story(field, usable, loose)
        case Kind.FACT:
            return _fact(field, usable, turns)
        case Kind.NUMBER:
            return _number(field, usable, turns)
        case Kind.YES_NO:
            return _yes_no([a for a in answers if not REFUSAL.search(a)])
        case Kind.CHOICE:
            return _choice(field, usable, turns)
        case Kind.LIST:
            return _list(field, usable)
        case Kind.OBJECT:
            return None


def take_words(text: str, start: int, ends: frozenset[str], most: int) -> str:
    """Returns the words of `text` from `start` up to one of `ends`, a full stop, or `most` words."""
    stop = start
    for count, token in enumerate(tokens(text[start:])):
        gap = text[stop : start + token.start]
        if count == most or token.word in ends or (count and re.search(r"[,.;:!?()\n]", gap)):
            break
        stop = start + token.end
    return text[start:stop].strip()


def _person_name(answers: Sequence[str], turns: Sequence[str], loose: bool) -> str | None:
    for turn in reversed(turns):
        for match in STRONG_NAME.finditer(turn):
            if name := take_words(turn, match.end(), frozenset(NAME_ENDS), 3):
                return name
    for turn in [*reversed(answers), *turns[:1]]:
        for match in WEAK_NAME.finditer(turn):
            name = take_words(turn, match.end(), frozenset(NAME_ENDS), 3)
            following = words(turn[match.end() + len(name) :])[:1]
            prepositions = {"for", "to", "about", "of", "not"}
            if name and not name.endswith("ing") and not prepositions & set(following):
                return name
    for limit in (LONGEST_NAME, LONGEST_LOOSE_NAME if loose else 0):
        for answer in reversed(answers):
            plain = without_lead_in(answer).rstrip(".!, ")
            if 0 < len(words(plain)) <= limit and set(words(plain)) - NAME_ENDS:
                return plain
    return None


def _role(answers: Sequence[str], turns: Sequence[str], loose: bool) -> str | None:
    for turn in [*reversed(answers), *reversed(turns)]:
        for match in ROLE.finditer(turn):
            role = take_words(turn, match.end(), ROLE_ENDS, 7)
            if role and not set(words(role)[:2]) & VAGUE:
                return role
    for answer in reversed(answers):
        plain = without_lead_in(answer).rstrip(".!, ")
        if 0 < len(words(plain)) <= LONGEST_ROLE * (2 if loose else 1):
            return plain
    return None


def _story(field: Field, answers: Sequence[str], loose: bool) -> str | None:
    if not answers:
        return None
    best = max(answers, key=len)
    count = len(words(best))
    on_topic = bool(overlap(field.stems, content_stems(best)))
    if loose or (count >= SHORTEST_STORY and (on_topic or count >= SHORT_STORY)):
        return best.strip()
    return None


def _fact(field: Field, answers: Sequence[str], turns: Sequence[str]) -> str | None:
    for answer in reversed(answers):
        if plain := without_lead_in(answer).rstrip(".!, "):
            return plain
    last = words(field.name)[-1:] or [field.name]
    said = re.compile(
        rf"\b(?:my|our|the)\s+(?:\w+\s+){{0,2}}?{re.escape(last[0])}\s+(?:is|was|are|would be|should be)\s+",
        re.I,
    )
    for turn in reversed(turns):
        if (match := said.search(turn)) and (value := take_words(turn, match.end(), ROLE_ENDS, 8)):
            return value
    return None


def _number(field: Field, answers: Sequence[str], turns: Sequence[str]) -> float | int | None:
    related_sentences = [
        s for t in reversed(turns) for s in sentences(t) if overlap(field.stems, content_stems(s))
    ]
    for text in [*reversed(answers), *related_sentences]:
        for _, number in numbers_in(text):
            low, high = field.node.minimum, field.node.maximum
            if (low is None or number >= low) and (high is None or number <= high):
                return int(number) if field.node.type == "integer" else number
    return None


def _yes_no(answers: Sequence[str]) -> bool | None:
    for answer in reversed(answers):
        if NO.search(answer):
            return False
        if YES.search(answer):
            return True
    return None


def _choice(field: Field, answers: Sequence[str], turns: Sequence[str]) -> Any | None:
    for turn in [*reversed(answers), *reversed(turns)]:
        said = [stem(word) for word in words(turn)]
        for option in field.node.enum:
            parts = [stem(word) for word in words(str(option))]
            if parts and all(any(related(part, one) for one in said) for part in parts):
                return option
    return None


def _list(field: Field, answers: Sequence[str]) -> list[Any] | None:
    items = field.node.items
    if items is not None and items.enum:
        chosen = [o for o in items.enum if any(str(o).lower() in answer.lower() for answer in answers)]
        return chosen or None
    if items is not None and items.type in ("integer", "number"):
        return [n for answer in answers for _, n in numbers_in(answer)] or None
    parts = [part.strip(" .!") for a in answers[-1:] for part in re.split(r",|\band\b|;", without_lead_in(a))]
    return [part for part in parts if part] or None
