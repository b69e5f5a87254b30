"""What the brain needs of the outside: a model that speaks, a queue for what is later, and the rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Literal, Protocol

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of the conversation as the model sees it."""

    speaker: str
    """``candidate`` or ``interviewer``."""
    text: str


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool the model may call; ``parameters`` is JSON Schema."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model gets: who it is and what to do now, and the conversation so far, oldest first."""

    system: str
    conversation: tuple[Utterance, ...]
    tools: tuple[ToolSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a streamed reply."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model calls a tool."""

    name: str
    arguments: dict[str, JsonValue] = field(default_factory=dict)


ModelFailure = Literal[
    "silent", "cut", "empty", "garbage", "quota", "unavailable", "refused", "blocked", "other"
]
"""Why a request failed, in a word: ``refused`` is a wrong key or request, ``blocked`` the vendor's rules."""


class ModelError(Exception):
    """The model could not answer. ``retryable`` says whether the same prompt may succeed in a moment."""

    def __init__(self, message: str, *, retryable: bool, kind: ModelFailure = "other") -> None:
        super().__init__(message)
        self.retryable = retryable
        self.kind = kind


class Model(Protocol):
    """A large language model. Vendor errors are mapped to ModelError; a cut stream raises it, too."""

    name: str

    def stream(self, prompt: Prompt) -> AsyncIterator[Text | ToolCall]:
        """Stream one reply."""
        ...

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        """Answer with a JSON object of a schema."""
        ...


class Queue(Protocol):
    """Jobs that are later or slow; enqueueing the same one twice is one job."""

    async def deadline(self, interview_id: str, deadline_id: str, at: datetime) -> None: ...

    async def report(self, interview_id: str, effect_id: str) -> None: ...

    async def archive(self, interview_id: str) -> None: ...


class Occupancy(Enum):
    """Who is in a room."""

    CLOSED = "closed"
    """There is no such room."""
    EMPTY = "empty"
    """Nobody to talk to: agents and observers at most."""
    WAITING = "waiting"
    """Somebody who may speak."""


class RoomsUnavailable(Exception):
    """LiveKit cannot be reached, or refuses; the same call may succeed later."""

    retryable = True


class Rooms(Protocol):
    """Where interviews are held. All raise RoomsUnavailable."""

    async def occupancy(self, room: str) -> Occupancy: ...

    async def send_bot(self, room: str) -> None: ...

    async def open(self) -> list[tuple[str, str]]:
        """Name and sid of every room."""

    async def close(self, room: str) -> None:
        """Put everybody out; one that is closed already stays so."""
