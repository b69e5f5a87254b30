"""What short utterances mean, by phrases of the scenario's."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_AGREEING_WORDS = 8
MAX_REPEAT_WORDS = 12
MAX_GOODBYE_WORDS = 4
"""In answer to a question, a longer utterance that has a goodbye in it is an answer."""
NEGATIONS = frozenset(
    {"no", "not", "never", "cannot", "don", "dont", "nein", "nicht", "nie", "kein", "keine", "ne", "pas"}
    | {"non", "jamais", "nunca", "tampoco", "não", "nem", "mai"}
)
"""In the languages that the scenarios may have: who may have refused is asked again."""


def words_of(text: str) -> list[str]:
    """The words of a text, without case and punctuation."""
    return re.findall(r"\w+", text.casefold())


def says(text: str, phrases: Sequence[str]) -> bool:
    """Whether one of the phrases stands in the text as whole words, in any case."""
    words = f" {' '.join(words_of(text))} "
    return any(f" {' '.join(words_of(phrase))} " in words for phrase in phrases)


def agrees(text: str, phrases: Sequence[str]) -> bool:
    """Whether a chat message is the consent. In doubt it is not."""
    words = words_of(text)
    return len(words) <= MAX_AGREEING_WORDS and says(text, phrases) and NEGATIONS.isdisjoint(words)


def asks_to_repeat(text: str, phrases: Sequence[str]) -> bool:
    """Whether an utterance asks for the question again."""
    return len(words_of(text)) <= MAX_REPEAT_WORDS and says(text, phrases)


def only_says_goodbye(text: str, phrases: Sequence[str]) -> bool:
    """Whether an utterance is a goodbye and no answer."""
    return len(words_of(text)) <= MAX_GOODBYE_WORDS and says(text, phrases)
