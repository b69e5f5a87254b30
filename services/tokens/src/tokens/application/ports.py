"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tokens.domain.callers import Recruiter


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


class Transcriber(Protocol):
    """Speech to text of whole files."""

    async def transcribe(self, wav: bytes, language: str) -> str:
        """What is said; empty: nothing was understood. Raises NotConfigured, Unavailable, ProviderFailed."""


class KeyRing(Protocol):
    """The API keys there are."""

    async def owner(self, key: str) -> str | None:
        """The id of this key; None if there is none, or it is revoked. Raises Unavailable."""

    async def is_good(self, key_id: str) -> bool:
        """Whether there is a key of this id, and it is not revoked. Raises Unavailable."""


class Issuer(Protocol):
    """Who signs recruiters in."""

    async def claims(self, token: str, key_id: str | None) -> Mapping[str, Any] | None:
        """What a token of a recruiter says; None if it is not to be trusted. Raises Unavailable."""


class IssuerSignIn(Protocol):
    """How people sign in at the issuer."""

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where somebody goes to sign in. Raises Unavailable."""

    async def subject(self, code: str, *, nonce: str, verifier: str) -> str:
        """Whom the issuer has given this code. Raises SignInFailed, Unavailable."""


class SignInSessions(Protocol):
    """Of recruiters who have signed in. All raise Unavailable."""

    async def begin(self, actor: str, expires_at: datetime) -> str:
        """A new session of this recruiter; returns what opens it, which cannot be guessed."""

    async def find(self, token: str) -> Recruiter | None:
        """Whose it is, and until when; None if there is none, or it is over."""

    async def end(self, token: str) -> None:
        """Nothing is opened by it any more."""
