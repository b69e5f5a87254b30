"""What a tool's arguments ask for, judged from their names and descriptions alone. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from local_providers.gemini.schema import Node
from local_providers.gemini.text import PEOPLE, content_stems, split_identifier, word_set, words


class Kind(StrEnum):
    """How an answer is recognised."""

    PERSON_NAME = "person_name"
    ROLE = "role"
    FACT = "fact"
    STORY = "story"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    LIST = "list"
    OBJECT = "object"


_NAME_WORDS = {
    "name",
    "full",
    "first",
    "last",
    "given",
    "family",
    "your",
    "own",
    "whole",
    "the",
    "of",
} | PEOPLE
_ROLE_WORDS = {"role", "job", "position", "occupation", "profession"}
_STORY_WORDS = word_set(
    """summary summarise summarize describe description story stories explain explanation detail details
    experience experiences background introduction intro reason reasons why how challenge challenges
    difficulty difficulties impact result results outcome tradeoff tradeoffs achievement
    achievements account example examples situation situations project projects problem problems
    opinion feedback motivation plan plans approach lesson lessons"""
)
_BARE_SUMMARY = re.compile(
    r"^(?:an? |the )?(?:(?:short|brief|concise) )?(?:summary|description|account|overview) of ", re.I
)
_OWNER = "|".join(sorted(PEOPLE))


@dataclass(frozen=True)
class Field:
    """An argument, or a property of an answer."""

    name: str
    node: Node
    required: bool
    kind: Kind

    @property
    def phrase(self) -> str:
        """What to ask for, addressed to the user: `your current role`."""
        return question_phrase(self.name, self.node.description)

    @property
    def stems(self) -> tuple[str, ...]:
        """The words by which a question or an answer is known to be about it."""
        return tuple(dict.fromkeys(content_stems(split_identifier(self.name)) + content_stems(self.phrase)))


def fields_of(node: Node) -> list[Field]:
    """Returns the fields of an object, the required ones first."""
    found = [
        Field(name, child, name in node.required, kind_of(name, child))
        for name, child in node.properties.items()
    ]
    return [f for f in found if f.required] + [f for f in found if not f.required]


def kind_of(name: str, node: Node) -> Kind:
    """Judges what kind of answer a field wants."""
    if node.enum:
        return Kind.CHOICE
    match node.type:
        case "integer" | "number":
            return Kind.NUMBER
        case "boolean":
            return Kind.YES_NO
        case "array":
            return Kind.LIST
        case "object":
            return Kind.OBJECT
        case _:
            pass
    named = words(name)
    if "name" in named and set(named) <= _NAME_WORDS:
        return Kind.PERSON_NAME
    if _ROLE_WORDS & set(named) or named[-2:] == ["job", "title"]:
        return Kind.ROLE
    told = set(words(_first_clause(node.description)))
    return Kind.STORY if _STORY_WORDS & (set(named) | told) else Kind.FACT


def question_phrase(name: str, description: str) -> str:
    """Turns a description into what to ask the user for.

    `The candidate's full name.` becomes `your full name`; a description that is a question stays as it is.
    """
    question = re.match(r"[^.!?]*\?", description.strip())
    if question:
        return question.group().strip()
    phrase = _BARE_SUMMARY.sub("", _first_clause(description)) or f"your {split_identifier(name)}"
    phrase = re.sub(rf"\b(\w+) of (?:the |a |this )?(?:{_OWNER})\b(?!')", r"your \1", phrase, flags=re.I)
    phrase = re.sub(r"\b(?:the|a|an) (?=your\b)", "", phrase, flags=re.I)
    phrase = re.sub(rf"\b(?:the |an? |this )?(?:{_OWNER})s?(?:'s|’s|s')", "your", phrase, flags=re.I)
    phrase = re.sub(rf"\b(?:the |an? |this )?(?:{_OWNER})\b(?: (\w+))?", _as_you, phrase, flags=re.I)
    phrase = re.sub(r"\b(?:his or her|his/her|their|his|her)\b", "your", phrase, flags=re.I)
    phrase = re.sub(r"\b(?:they|he or she|he/she|he|she)\b(?: (\w+))?", _as_you, phrase, flags=re.I)
    phrase = re.sub(r"\b(?:them|themselves)\b", lambda m: "yourself" if "sel" in m.group() else "you", phrase)
    head = phrase.split(" ", 1)[0]
    if not (head.isupper() and len(head) > 1):
        phrase = phrase[:1].lower() + phrase[1:]
    return _with_article(phrase)


def _first_clause(description: str) -> str:
    """Returns a description up to its first full stop, colon, semicolon, bracket or dash."""
    return re.split(
        r"[.;:(\n]| - | – | — |, (?:e\.?g|i\.?e|such as|for example)", description.strip(), maxsplit=1
    )[0].strip()


def _as_you(match: re.Match[str]) -> str:
    verb = match.group(1)
    if verb is None:
        return "you"
    irregular = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go"}
    if verb in irregular:
        return f"you {irregular[verb]}"
    if verb.endswith("s") and not verb.endswith(("ss", "us", "as")) and len(verb) > 3:
        verb = re.sub(r"ies$", "y", verb) if verb.endswith("ies") else verb[:-1]
    return f"you {verb}"


def _with_article(phrase: str) -> str:
    """Puts `a` before a bare singular: `short summary of …`."""
    head = phrase.split(" ", 1)[0]
    starters = {
        "a",
        "an",
        "the",
        "your",
        "you",
        "any",
        "one",
        "what",
        "how",
        "why",
        "which",
        "when",
        "where",
        "who",
        "whether",
    }
    if head in starters or head.endswith("s") or head.isdigit() or " of " not in phrase:
        return phrase
    return ("an " if head[:1] in "aeiou" else "a ") + phrase
