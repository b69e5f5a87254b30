"""Words, their relations, and sentences. Pure, and about English in general."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z0-9]+(?:['’][A-Za-z]+)*")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|\.(?=\S)[^.!?\n]*|\n|$)")
_JOINT = re.compile(r"\s+(?=(?:and|but|so|because|then|when|while|which)\b)", re.I)
LONGEST_WHOLE, SHORTEST_PART = 25, 8
_SUFFIXES = (
    "ations",
    "ation",
    "ingly",
    "ments",
    "ment",
    "ings",
    "ions",
    "ing",
    "ion",
    "ies",
    "ed",
    "es",
    "ly",
    "s",
    "e",
)


def word_set(text: str) -> frozenset[str]:
    """Returns the words of a list written as a text."""
    return frozenset(text.split())


STOPWORDS = word_set(
    """a about above after again all also am an and any are as at be because been before being both but by
    can could did do does doing done each else every few for from get give had has have having he
    her here hers him his how i i'm i've if in into is it it's its just let like made make many may
    me more most much must my no nor not now of off on once one only or other our out over own
    please same say she should so some such tell than thank thanks that the their them then there
    these they this those through to too under until up us very want was we were what when where
    which while who whom why will with would yes you your yours"""
)
PEOPLE = word_set(
    """candidate applicant interviewee user caller customer client guest patient speaker participant
    learner student person respondent buyer visitor trainee"""
)
_SYNONYMS = (
    frozenset({"yourself", "intro", "introduct", "introduc", "background", "bio", "biography"}),
    frozenset({"role", "job", "posit", "occupat", "profess"}),
)


@dataclass(frozen=True)
class Token:
    """A word in lower case and where it stands in its text."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Returns the words of a text."""
    return [Token(m.group().lower().replace("’", "'"), m.start(), m.end()) for m in _WORD.finditer(text)]


def words(text: str) -> list[str]:
    """Returns the words of a text in lower case; identifiers are taken apart at their underscores."""
    return [token.word for token in tokens(split_identifier(text))]


def split_identifier(name: str) -> str:
    """Returns `intro_summary` or `introSummary` as `intro summary`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.replace("_", " ").replace("-", " "))


def stem(word: str) -> str:
    """Returns a word without its ending, roughly."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def content_stems(text: str) -> list[str]:
    """Returns the stems of the words that carry meaning, without repetition, in order."""
    found = (
        stem(w)
        for w in words(text)
        if w not in STOPWORDS and w.removesuffix("'s") not in PEOPLE and len(w) > 1
    )
    return list(dict.fromkeys(found))


def related(one: str, other: str) -> bool:
    """Whether two stems are of one word, or synonyms."""
    if one == other or any(one in group and other in group for group in _SYNONYMS):
        return True
    shorter = min(len(one), len(other))
    common = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    return common >= max(4, shorter - 1)


def overlap(stems: Iterable[str], others: Iterable[str]) -> list[str]:
    """Returns the stems that have a relative among the others."""
    pool = list(others)
    return [one for one in stems if any(related(one, other) for other in pool)]


def sentences(text: str) -> list[str]:
    """Returns the sentences of a text, verbatim but for white space at their ends."""
    return [part for match in _SENTENCE.finditer(text) if (part := match.group().strip())]


def clauses(sentence: str) -> list[str]:
    """Returns a long sentence, as speech to text gives it, in verbatim parts; a short one is whole."""
    if len(words(sentence)) <= LONGEST_WHOLE:
        return [sentence]
    parts: list[str] = []
    start = 0
    for match in _JOINT.finditer(sentence):
        if len(words(sentence[start : match.start()])) >= SHORTEST_PART:
            parts.append(sentence[start : match.start()].strip())
            start = match.end()
    return [*parts, sentence[start:].strip()]
