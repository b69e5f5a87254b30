"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Room:
    """A LiveKit room that is open."""

    name: str
    sid: str
    num_participants: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Track:
    """What a participant publishes: LiveKit's words for it, in lower case."""

    sid: str
    type: str
    source: str
    muted: bool


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a room.

    Attributes:
        kind: standard (a person), agent, or another of LiveKit's.
        role: candidate or observer in a token of ours, None in a bare one.
        state: joining, joined, active or disconnected.
        may_speak: a person who may publish, so neither agent nor observer.
    """

    identity: str
    name: str
    kind: str
    role: str | None
    state: str
    joined_at: datetime
    may_speak: bool
    tracks: tuple[Track, ...]


class Dispatches(Protocol):
    """LiveKit's list of which agents were sent to which room."""

    async def dispatched(self, room: str) -> bool:
        """Whether the interviewer was sent to this room. Raises Unavailable."""

    async def dispatch(self, room: str) -> None:
        """Send the interviewer. Raises Unavailable."""


class Rooms(Protocol):
    """LiveKit's rooms. All raise Unavailable."""

    async def open(self, names: Sequence[str] = ()) -> list[Room]:
        """Those that are open, or those of them with these names."""

    async def participants(self, room: str) -> list[Participant]:
        """Who is in a room, hidden ones included; nobody if it is not open."""

    async def remove(self, room: str, identity: str) -> bool:
        """Put somebody out; False if they are not there."""

    async def close(self, room: str) -> bool:
        """Put everybody out and close the room; False if it is not open."""


class KeyRing(Protocol):
    """The API keys there are."""

    async def owner(self, key: str) -> str | None:
        """The id of this key; None if there is none, or it is revoked. Raises Unavailable."""


class Issuer(Protocol):
    """Who signs recruiters in."""

    async def subject(self, token: str, key_id: str | None) -> str | None:
        """Whose token it is; None if it is not to be trusted. Raises Unavailable."""
