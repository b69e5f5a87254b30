"""Candidates and observers for tests and tools: join a room, speak, type, listen, look at what was heard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from candidate.adapters.flite import Flite, write_wav
from candidate.adapters.microphone import Microphone
from candidate.adapters.room import CHAT_TOPIC, ListeningRoom
from candidate.application.ports import RoomClosedError, Said, TurnTimeoutError
from candidate.domain.hearing import SAMPLE_RATE, Closing, Hearing, Segment, StageMessage
from candidate.domain.persona import Voice
from candidate.domain.sound import Samples, Span
from candidate.domain.turn import Mark, TurnRule, is_my_turn, mark, words_since


class AgentAudio:
    """The interviewer's audio, as it really arrived."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing

    @property
    def voiced_seconds(self) -> float:
        """How much of it was not silent."""
        return self._hearing.meter.voiced_seconds

    @property
    def spans(self) -> tuple[Span, ...]:
        """Its stretches of speech, in seconds of ``time.monotonic``."""
        return self._hearing.meter.spans

    @property
    def sample_rate(self) -> int:
        """Hz of ``samples``."""
        return SAMPLE_RATE

    def samples(self) -> Samples:
        """Mono 16-bit PCM, silences included."""
        return self._hearing.recorded()

    def write(self, path: Path) -> None:
        """Write it as a wav file."""
        write_wav(path, self.samples())


class HiddenObserver:
    """Listens and records, and publishes nothing. The token decides whether others see it."""

    def __init__(self, url: str, token: str) -> None:
        self._room = ListeningRoom(url, token)

    async def __aenter__(self) -> Self:
        await self.join()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()

    async def join(self) -> None:
        """Enter the room, or enter it again. Raises ``RoomRefusedError``."""
        await self._room.join()

    async def leave(self) -> None:
        """Go out of the room; what was heard stays."""
        await self._room.leave()

    def now(self) -> float:
        """Seconds of the monotonic clock that all times here are read from."""
        return time.monotonic()

    async def wait(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until ``condition`` holds; False when it did not within ``timeout`` seconds."""
        return await self._room.wait(condition, timeout)

    @property
    def hearing(self) -> Hearing:
        """All that was noticed so far."""
        return self._room.hearing

    @property
    def identity(self) -> str:
        """Who this participant is in the room."""
        return self._room.identity

    @property
    def heard(self) -> list[Segment]:
        """The interviewer's transcript, final and interim, in the order it began."""
        return self.hearing.said_by_agent()

    def heard_of(self, identity: str) -> list[Segment]:
        """What the room's transcript says that one participant said (a candidate's: what STT understood)."""
        return self.hearing.said_by(identity)

    @property
    def stage_messages(self) -> list[StageMessage]:
        """The changes of stage, in order of arrival."""
        return self.hearing.stage_messages

    @property
    def agent_audio(self) -> AgentAudio:
        """The interviewer's audio so far."""
        return AgentAudio(self.hearing)

    async def wait_for_agent(self, timeout: float) -> None:
        """Wait until an interviewer is in the room. Raises ``TurnTimeoutError``."""
        if not await self.wait(lambda: self.hearing.agent_present, timeout):
            raise TurnTimeoutError(f"no agent came within {timeout:g} s")

    async def wait_closed(self, timeout: float) -> Closing:
        """Wait until the server ends the connection. Raises ``TurnTimeoutError``."""
        if not await self.wait(lambda: self.hearing.closing is not None, timeout):
            raise TurnTimeoutError(f"the room was still open after {timeout:g} s")
        assert self.hearing.closing is not None
        return self.hearing.closing


class CandidateSession(HiddenObserver):
    """A candidate: what an observer has, and a voice (or, with ``microphone=False``, only a keyboard)."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        voice: Voice = "slt",
        microphone: bool = True,
        rule: TurnRule | None = None,
    ) -> None:
        super().__init__(url, token)
        self._flite = Flite(voice)
        self._with_microphone = microphone
        self._microphone: Microphone | None = None
        self._rule = rule or TurnRule()
        self._mark = Mark(0.0)
        self.said: list[Said] = []

    async def join(self) -> None:
        """Enter the room and open the microphone. Raises ``RoomRefusedError``."""
        await super().join()
        if self._with_microphone:
            self._microphone = Microphone()
            await self._microphone.open(self._room.room)

    async def leave(self) -> None:
        """Go out of the room, in the middle of a word if need be."""
        microphone, self._microphone = self._microphone, None
        if microphone is not None:
            await microphone.close()
        await super().leave()

    async def prepare(self, text: str) -> None:
        """Synthesise ``text`` now, so that ``say`` begins at once."""
        await self._flite.speech(text)

    async def say(self, text: str, *, stop_after_s: float | None = None) -> Said:
        """Speak in real time; returns when it was said, cut after ``stop_after_s``, or the room closed.

        Raises:
            RoomClosedError: not in the room.
        """
        samples = await self._flite.speech(text)
        if self._microphone is None or self.hearing.closing:
            raise RoomClosedError("cannot speak: not in the room with a microphone")
        speech = asyncio.create_task(self._microphone.speak(samples, stop_after_s=stop_after_s))
        try:
            await self.wait(lambda: speech.done() or self.hearing.closing is not None, 10**9)
            if not speech.done():
                self._microphone.hush()
            started_at, ended_at, whole = await speech
        finally:
            speech.cancel()
        return self._spoke(Said(text, started_at, ended_at, whole=whole))

    async def type(self, text: str) -> Said:
        """Send a chat message. Raises ``RoomClosedError``."""
        started_at = self.now()
        await self._room.room.local_participant.send_text(text, topic=CHAT_TOPIC)
        return self._spoke(Said(text, started_at, self.now(), typed=True))

    def _spoke(self, said: Said) -> Said:
        self.said.append(said)
        self._mark = mark(self.hearing, self.now())
        return said

    async def wait_for_turn(self, timeout: float) -> str:
        """Wait until the interviewer has said something new and waits for an answer; returns what it said.

        Raises:
            RoomClosedError: the room was closed meanwhile.
            TurnTimeoutError: it is not the candidate's turn after ``timeout`` seconds.
        """

        def mine() -> bool:
            return is_my_turn(self.hearing, self._mark, self.now(), self._rule)

        if not await self.wait(lambda: mine() or self.hearing.closing is not None, timeout):
            raise TurnTimeoutError(
                f"not my turn after {timeout:g} s: agent present: {self.hearing.agent_present}, "
                f"state: {self.hearing.agent_state}, now: {self.now():.1f}, "
                f"last sound at: {self.hearing.meter.last_voiced_at}, "
                f"heard: {words_since(self.hearing, self._mark)!r}"
            )
        if self.hearing.closing:
            raise RoomClosedError(f"the room was closed: {self.hearing.closing.reason}")
        return words_since(self.hearing, self._mark)
