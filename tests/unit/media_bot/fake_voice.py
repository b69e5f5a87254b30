"""A voice that speaks only when the test lets it, and what it takes to drive a mouth with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from media_bot.application.mouth import Mouth
from media_bot.application.ports import Speech, Spoken, Utterance, VoiceClosed
from viva_shared.events import ReplyCancelled, ReplyChunk, ReplyFinished, ReplyHeard, ReplyStarted


@dataclass(eq=False)
class FakeSpeech:
    """A speech that was handed over; the test reads and ends it."""

    pieces: AsyncIterator[str]
    done: Callable[[Spoken], None]
    text: str = ""
    interrupted: bool = False

    def interrupt(self) -> None:
        """What a real speech does too: it ends a little later."""
        self.interrupted = True
        asyncio.get_running_loop().call_soon(self.end, "")

    async def read(self) -> str:
        """Take all that comes until the stream ends or stalls."""
        async for text in self.pieces:
            self.text += text
        return self.text

    def end(self, heard: str | None = None, *, at: float | None = None) -> None:
        """It is over: heard whole, or only so far."""
        whole = heard is None
        self.done(Spoken(self.text if heard is None else heard, interrupted=not whole, first_audio_at=at))

    def fail(self) -> None:
        """No sound came of it, but the candidate has read what it was given."""
        self.done(Spoken("", interrupted=False, in_writing=True))


@dataclass
class FakeVoice:
    """Keeps what it is told to say."""

    speeches: list[FakeSpeech] = field(default_factory=list)
    available: bool = True

    def say(self, pieces: AsyncIterator[str], done: Callable[[Spoken], None]) -> Speech:
        if not self.available:
            raise VoiceClosed("no session")
        self.speeches.append(FakeSpeech(pieces, done))
        return self.speeches[-1]

    @property
    def last(self) -> FakeSpeech:
        return self.speeches[-1]


class Stage:
    """A mouth with a fake voice, and a brain's vocabulary."""

    def __init__(self, *, wait_s: float = 0.05, stall_s: float = 0.05, open_: bool = True) -> None:
        self.now = 100.0
        self.voice = FakeVoice()
        self.heard: list[ReplyHeard] = []
        self.mouth = Mouth(self.heard.append, wait_s=wait_s, stall_s=stall_s, clock=lambda: self.now)
        if open_:
            self.open()

    def open(self) -> None:
        self.mouth.open(self.voice)

    def start(self, turn_id: str, in_reply_to: str | None = None) -> None:
        self.mouth.started(ReplyStarted(turn_id=turn_id, in_reply_to=in_reply_to))

    def chunk(self, turn_id: str, seq: int, text: str) -> None:
        self.mouth.chunk(ReplyChunk(turn_id=turn_id, seq=seq, text=text))

    def finish(self, turn_id: str, text: str) -> None:
        self.mouth.finished(ReplyFinished(turn_id=turn_id, text=text, chunks=1))

    def cancel(self, turn_id: str) -> None:
        self.mouth.cancelled(ReplyCancelled(turn_id=turn_id, reason="test"))

    def reply(self, turn_id: str, text: str, in_reply_to: str | None = None) -> None:
        """A whole reply at once."""
        self.start(turn_id, in_reply_to)
        self.chunk(turn_id, 0, text)
        self.finish(turn_id, text)

    def utter(self, utterance_id: str, *, ended_at: float | None = None) -> None:
        self.mouth.heard(Utterance(utterance_id, "words", speech_ended_at=ended_at, transcribed_s=0.25))

    @property
    def reports(self) -> list[tuple[str, str, bool]]:
        """What was reported: turn, text, whole or not."""
        return [(h.turn_id, h.text, h.complete) for h in self.heard]
