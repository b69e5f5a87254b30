"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from viva_shared.events import Payload


@dataclass(frozen=True, slots=True)
class Spoken:
    """How one speech ended.

    Attributes:
        text: what of it was played, by the measure of the audio; empty if nothing was.
        interrupted: cut short by the candidate, by the bot or by the closing session.
        in_writing: there was no sound, but the candidate has read all that the speech was given.
        first_audio_at: wall-clock seconds when its first frame was played.
    """

    text: str
    interrupted: bool
    first_audio_at: float | None = None
    in_writing: bool = False


@dataclass(frozen=True, slots=True)
class Utterance:
    """A whole turn of the candidate. Times are wall-clock seconds, delays count from the end of speech."""

    utterance_id: str
    text: str
    typed: bool = False
    speech_ended_at: float | None = None
    transcribed_s: float | None = None
    turn_ended_s: float | None = None


class Speech(Protocol):
    """Something being said, or waiting to be."""

    def interrupt(self) -> None:
        """Stop it; what was heard of it still comes with its end."""


class VoiceClosed(Exception):
    """The session is closing: nothing more is said by this bot."""

    retryable = False


class Voice(Protocol):
    """What speaks, or writes while it cannot."""

    def say(self, pieces: AsyncIterator[str], done: Callable[[Spoken], None]) -> Speech:
        """Say a stream of text; ``done`` is called once, later. Raises VoiceClosed."""


class Inputs(Protocol):
    """Where inputs go, in order."""

    def publish(
        self, payload: Payload, *, event_id: str | None = None, occurred_at: datetime | None = None
    ) -> None:
        """Take an input; returns at once. Without ``event_id`` it gets a random one."""


class Room(Protocol):
    """The room's data channel."""

    def send(self, topic: str, message: str) -> None:
        """Send a message to everybody who is there."""

    def show(self, topic: str, message: Callable[[], str]) -> None:
        """The same, and from now on to whoever joins, until something else is shown on the topic.

        ``message`` is called each time: what it says may change with time.
        """

    def unshow(self, topic: str) -> None:
        """Whoever joins from now on gets nothing on the topic."""
