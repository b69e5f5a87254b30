"""How an interview ended for the candidate, and what is told while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from pydantic import JsonValue


class Ending(IntEnum):
    """How it ended. The value is the exit code of the command."""

    CLOSED = 0
    """The interviewer closed the room after at least one exchange."""
    REFUSED = 2
    NO_AGENT = 3
    AGENT_SILENT = 4
    DISCONNECTED = 5
    CLOSED_EARLY = 6
    """The room was closed before anything was answered."""


@dataclass(frozen=True)
class Outcome:
    """The ending, why, and how many of the interviewer's replies were answered."""

    ending: Ending
    reason: str
    exchanges: int


@dataclass(frozen=True)
class Limits:
    """How long a candidate waits for the interviewer, in seconds."""

    agent_s: float = 30.0
    """For an agent to come to the room, or to come back to it."""
    silence_s: float = 60.0
    """For any sound or word of an agent that is there."""
    return_s: float = 6.0
    """After coming back: for the interviewer to speak first."""


Tell = Callable[[str, dict[str, JsonValue]], None]
"""Told of each event (``reply``, ``said``…) with its data, as it happens."""


def tell_nobody(event: str, data: dict[str, JsonValue]) -> None:
    """For conversations nobody watches."""
