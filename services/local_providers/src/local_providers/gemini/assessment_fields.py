"""Which properties of a schema ask for an assessment of the user's answer, and their values. Pure."""

import re
from enum import StrEnum
from typing import Any

from local_providers.gemini.assessment import Assessment, assess
from local_providers.gemini.conversation import Conversation
from local_providers.gemini.schema import Node
from local_providers.gemini.text import word_set, words


class Part(StrEnum):
    """A part of an assessment."""

    SCORE = "score"
    REASON = "reason"
    EVIDENCE = "evidence"
    FEEDBACK = "feedback"
    NOTES = "notes"


_NAMES = {
    Part.SCORE: word_set("score scores rating rate grade mark marks"),
    Part.EVIDENCE: word_set("evidence quote quotes quotation quotations citation citations"),
    Part.FEEDBACK: word_set("feedback"),
    Part.NOTES: word_set(
        "notes note coach coaching advice tip tips suggestion suggestions improve improvements"
    ),
    Part.REASON: word_set("reason reasons reasoning rationale justification explanation why"),
}
_RANGE = re.compile(r"(\d+)\s*(?:-|–|\.\.\.?|to|and)\s*(\d+)")


def assessment_parts(node: Node, conversation: Conversation) -> dict[str, Any]:
    """Returns the values of an object's properties that are parts of an assessment, by name.

    An object is an assessment if it has a score with a lowest and a highest value, given as `minimum` and
    `maximum` or in words (`0 to 100`), and no property with options: those name what else is to be scored.
    """
    parts = {name: part for name, child in node.properties.items() if (part := _part_of(name, child))}
    if Part.SCORE not in parts.values() or any(child.enum for child in node.properties.values()):
        return {}
    assessment = assess(conversation)
    return {name: _value(part, node.properties[name], assessment) for name, part in parts.items()}


def _part_of(name: str, node: Node) -> Part | None:
    """Judges by the name, then by the description, what a property asks for."""
    possible = [part for part in Part if _can_hold(node, part)]
    for told in (set(words(name)), set(words(node.description))):
        for part in possible:
            if _NAMES[part] & told:
                return part
    return None


def _can_hold(node: Node, part: Part) -> bool:
    match part:
        case Part.SCORE:
            return node.type in ("integer", "number") and _bounds(node) is not None
        case Part.EVIDENCE:
            of_texts = node.type == "array" and (node.items is None or node.items.type == "string")
            return of_texts or node.type == "string"
        case _:
            return node.type == "string"


def _bounds(node: Node) -> tuple[float, float] | None:
    if node.minimum is not None and node.maximum is not None:
        return node.minimum, node.maximum
    return (float(found[1]), float(found[2])) if (found := _RANGE.search(node.description)) else None


def _value(part: Part, node: Node, assessment: Assessment) -> Any:
    match part:
        case Part.SCORE:
            return _score(node, assessment.share)
        case Part.EVIDENCE if node.type == "array":
            quotes = [*assessment.quotes, *[""] * (node.min_items - len(assessment.quotes))]
            return quotes[: node.max_items]
        case Part.EVIDENCE:
            return next(iter(assessment.quotes), None if node.nullable else "")
        case Part.REASON:
            return assessment.reason
        case Part.FEEDBACK:
            return assessment.feedback
        case Part.NOTES:
            return assessment.coach_notes


def _score(node: Node, share: float | None) -> float | int | None:
    if share is None and node.nullable:
        return None
    low, high = _bounds(node) or (0.0, 0.0)
    score = low + (high - low) * (share or 0.0)
    return round(score) if node.type == "integer" else round(score, 2)
