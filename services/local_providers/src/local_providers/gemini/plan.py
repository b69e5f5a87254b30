"""What the model means to do, before it finds the words. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local_providers.gemini.fields import Field
from local_providers.gemini.schema import Node


class Manner(StrEnum):
    """How a question is put."""

    FIRST = "first"
    MORE = "more"
    AGAIN = "again"


class Acknowledge(StrEnum):
    """What the model makes of the user's last words before it goes on."""

    NOTHING = "nothing"
    ANSWER = "answer"
    REFUSAL = "refusal"


@dataclass(frozen=True)
class Say:
    """Say what the application asked for."""

    text: str


@dataclass(frozen=True)
class AskFor:
    """Ask for a field, after a greeting, an answer or a short thanks."""

    field: Field
    manner: Manner
    greet: bool = False
    acknowledge: Acknowledge = Acknowledge.NOTHING
    answer: str | None = None


@dataclass(frozen=True)
class Call:
    """Call a tool."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """Answer the user's question; `text` is None if the instruction has no answer."""

    text: str | None


@dataclass(frozen=True)
class FollowUp:
    """Ask what a note wants to know, after an answer or a short thanks; `question` is whole."""

    question: str
    acknowledge: Acknowledge = Acknowledge.NOTHING
    answer: str | None = None


@dataclass(frozen=True)
class Invite:
    """Nothing is left to ask: thank, and invite questions."""

    greet: bool = False
    again: bool = False


@dataclass(frozen=True)
class Farewell:
    """Take leave."""


@dataclass(frozen=True)
class Thank:
    """Acknowledge the user's last words, and ask nothing."""

    acknowledge: Acknowledge


@dataclass(frozen=True)
class Structured:
    """Answer with JSON of a schema."""

    schema: Node


Spoken = Say | AskFor | FollowUp | Answer | Invite | Farewell | Thank
Plan = Spoken | Call | Structured
