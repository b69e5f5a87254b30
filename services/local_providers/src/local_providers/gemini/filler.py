"""Fills a response schema from a conversation. Pure.

Strings are verbatim parts of what the user said, but for an assessment of the user's answer and for questions
that the prompt asks for.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

from local_providers.gemini.assessment_fields import assessment_parts
from local_providers.gemini.attribution import attribute
from local_providers.gemini.conversation import Conversation
from local_providers.gemini.extraction import find_value, is_refusal
from local_providers.gemini.fields import Field, Kind, fields_of, kind_of
from local_providers.gemini.job_questions import asks_for_questions, how_many, make_questions
from local_providers.gemini.schema import Node
from local_providers.gemini.text import content_stems, overlap, sentences, split_identifier, words

_TIMES = ("date-time", "date", "time")
_WORDS_FOR_FULL_MARKS = 120
MOST_QUOTES = 3


def fill(node: Node, conversation: Conversation, rng: Random | None = None) -> Any:
    """Returns a value of the schema's shape.

    Args:
        node: The schema.
        conversation: What was said and asked.
        rng: Chooses the wording of what is made up; None: nothing is made up.
    """
    return _Filler(conversation, rng).value("", node, ())


class _Filler:
    """Fills one answer; `about` carries the words of the surrounding properties down."""

    def __init__(self, conversation: Conversation, rng: Random | None) -> None:
        self._conversation = conversation
        self._rng = rng
        self._prompt = f"{conversation.instruction}\n{conversation.last_user_text}"
        self._turns = [turn for turn in conversation.user_texts if words(turn)]

    def value(self, name: str, node: Node, about: Sequence[str]) -> Any:
        about = [*about, *content_stems(split_identifier(name)), *content_stems(node.description)]
        if node.enum and node.type != "array":
            return self._choice(name, node, about)
        match node.type:
            case "object":
                return self._object(node, about)
            case "array":
                return self._array(name, node, about)
            case "integer" | "number":
                return self._number(name, node, about)
            case "boolean":
                found = find_value(Field(name, node, True, Kind.YES_NO), [], self._turns, loose=False)
                return (
                    found if found is not None else (None if node.nullable else bool(self._evidence(about)))
                )
            case "null":
                return None
            case _:
                return self._string(name, node, about)

    def _object(self, node: Node, about: Sequence[str]) -> dict[str, Any]:
        assessed = assessment_parts(node, self._conversation)
        records = attribute(fields_of(node), self._conversation.utterances)
        out: dict[str, Any] = {}
        for name, child in node.properties.items():
            if name in assessed:
                out[name] = assessed[name]
                continue
            field = Field(name, child, name in node.required, kind_of(name, child))
            value = find_value(field, records[name].answers, self._turns, loose=True)
            if value is None:
                value = self.value(name, child, about)
            # What one property settled (`criterion: teamwork`) is what its siblings are about.
            if child.enum and isinstance(value, str):
                about = [*about, *content_stems(split_identifier(value))]
            if value is not None or child.nullable or field.required:
                out[name] = value
        return out

    def _array(self, name: str, node: Node, about: Sequence[str]) -> list[Any]:
        item = node.items or Node()
        most = node.max_items if node.max_items is not None else 100
        if self._rng is not None and asks_for_questions(name, node, self._prompt):
            found: list[Any] = make_questions(self._prompt, how_many(node, self._prompt), self._rng)
        else:
            found = self._items(item, about, max(MOST_QUOTES, node.min_items))[:most]
        missing = max(node.min_items, 1 if item.type == "object" else 0) - len(found)
        return [*found, *(self.value("", item, about) for _ in range(missing))][:most]

    def _items(self, item: Node, about: Sequence[str], quotes: int) -> list[Any]:
        """Returns the items that the conversation gives: one an option of a key, options or quotes."""
        keys = [(name, child) for name, child in item.properties.items() if child.enum]
        if keys:
            name, key = keys[0]
            return [self.value("", _pin(item, name, key, option), about) for option in key.enum]
        if item.enum:
            said = content_stems(" ".join(self._turns))
            return [option for option in item.enum if overlap(content_stems(str(option)), said)]
        return list(self._ranked(about)[:quotes]) if item.type == "string" else []

    def _choice(self, name: str, node: Node, about: Sequence[str]) -> Any:
        if len(node.enum) == 1:
            return node.enum[0]
        found = find_value(Field(name, node, True, Kind.CHOICE), [], self._turns, loose=False)
        if found is not None:
            return found
        if node.nullable:
            return None
        # Options in an order (poor, fair, good): as far along as the evidence is long.
        return node.enum[min(len(node.enum) - 1, int(self._weight(about) * len(node.enum)))]

    def _number(self, name: str, node: Node, about: Sequence[str]) -> float | int | None:
        if node.minimum is not None and node.maximum is not None:
            number = node.minimum + (node.maximum - node.minimum) * self._weight(about)
            return round(number) if node.type == "integer" else round(number, 2)
        found = find_value(Field(name, node, True, Kind.NUMBER), [], self._turns, loose=False)
        if isinstance(found, int | float):
            return found
        return (
            None
            if node.nullable
            else (int(node.minimum or 0) if node.type == "integer" else (node.minimum or 0.0))
        )

    def _string(self, name: str, node: Node, about: Sequence[str]) -> str | None:
        if node.format in _TIMES:
            return None if node.nullable else ""
        kind = kind_of(name, node)
        if kind in (Kind.PERSON_NAME, Kind.ROLE):
            found = find_value(Field(name, node, True, kind), [], self._turns, loose=False)
            return str(found) if found is not None else (None if node.nullable else "")
        quote = self._evidence(about)
        if quote:
            return quote
        if node.nullable:
            return None
        return max(self._turns, key=len, default="") if kind is Kind.STORY else ""

    def _evidence(self, about: Sequence[str]) -> str:
        return next(iter(self._ranked(about)), "")

    def _ranked(self, about: Sequence[str]) -> list[str]:
        """Returns what the user said that shares words with `about`, the best first."""
        pieces = [s for turn in self._turns for s in sentences(turn) if not is_refusal(s)]
        scored = [
            (len(overlap(dict.fromkeys(about), content_stems(piece))), len(piece), piece) for piece in pieces
        ]
        return [piece for score, _, piece in sorted(scored, reverse=True) if score]

    def _weight(self, about: Sequence[str]) -> float:
        """Returns how much the user had to say, from 0 to 1: twice as much where it is to the point."""
        told = sum(len(words(turn)) for turn in self._turns)
        to_the_point = sum(len(words(piece)) for piece in self._ranked(about))
        return min(1.0, (told / 4 + to_the_point) / _WORDS_FOR_FULL_MARKS)


def _pin(item: Node, name: str, key: Node, option: Any) -> Node:
    """Returns an item's schema with one of its properties fixed to an option, and asked for first."""
    fixed = Node(type=key.type, description=key.description, enum=(option,))
    rest = {other: child for other, child in item.properties.items() if other != name}
    return Node(type="object", properties={name: fixed, **rest}, required=item.required)
