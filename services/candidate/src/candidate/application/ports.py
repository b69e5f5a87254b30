"""What a conversation needs of the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from candidate.domain.hearing import Hearing


@dataclass(frozen=True)
class Said:
    """What the candidate said or typed, and when (seconds of the monotonic clock)."""

    text: str
    started_at: float
    ended_at: float
    typed: bool = False
    whole: bool = True
    """False when it was cut short."""


class Seat(Protocol):
    """A candidate's place in an interview's room. ``candidate.session.CandidateSession`` is the real one."""

    @property
    def hearing(self) -> Hearing:
        """All that was noticed so far; kept across leaving and coming back."""
        ...

    def now(self) -> float:
        """Seconds of a monotonic clock."""
        ...

    async def join(self) -> None:
        """Enter the room, or enter it again.

        Raises:
            RoomRefusedError: the room did not let the candidate in.
        """
        ...

    async def leave(self) -> None:
        """Go out of the room."""
        ...

    async def prepare(self, text: str) -> None:
        """Get ready to say ``text`` without delay."""
        ...

    async def say(self, text: str, *, stop_after_s: float | None = None) -> Said:
        """Speak, in real time; ends early after ``stop_after_s`` or when the room is closed."""
        ...

    async def type(self, text: str) -> Said:
        """Send a chat message."""
        ...

    async def wait(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until ``condition`` holds; False when it did not within ``timeout`` seconds."""
        ...


class CandidateError(Exception):
    """The candidate cannot take part; the message says why and what to do."""


class RoomRefusedError(CandidateError):
    """LiveKit, or the front door, did not let the candidate in."""


class RoomClosedError(CandidateError):
    """The candidate is no longer in the room."""


class TurnTimeoutError(CandidateError):
    """The interviewer did not come to its end in time."""
