"""Dictation: what a candidate in writing says becomes text, which is theirs to change and to send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from tokens.application.courses import Courses
from tokens.application.ports import Transcriber
from tokens.domain.callers import Caller
from tokens.domain.errors import InvalidRecording
from tokens.domain.recordings import duration_of
from tokens.domain.turns import must_be_in_writing

AT_ONCE = 32
"""Recordings that are in memory, at up to 6 MB each; the others' wait at their senders."""
RECEIVE_S = 60.0
"""For a recording to come, or somebody whose connection broke would have their turn for ever."""


@dataclass(frozen=True, slots=True)
class Dictated:
    """``text`` is empty where nothing was understood."""

    text: str
    duration_s: float


class Dictation:
    """Nothing of it is said in the interview, nor kept."""

    def __init__(
        self, courses: Courses, transcriber: Transcriber, language: str, *, at_once: int = AT_ONCE
    ) -> None:
        """Args: ``language``: of scenarios that name none for listening; ``at_once``: recordings here."""
        self._courses = courses
        self._transcriber = transcriber
        self._language = language
        self._turns = asyncio.Semaphore(at_once)
        self._one_by_one = WeakValueDictionary[str, asyncio.Lock]()

    async def dictate(
        self, caller: Caller, interview_id: str, receive: Callable[[], Awaitable[bytes]]
    ) -> Dictated:
        """What is said in a WAV file. Candidates take turns, and each has one recording at a time.

        Args:
            receive: gets the file, once it is its turn.

        Raises:
            Forbidden, UnknownInterview, InterviewEnded, NotStarted, Conflict, ConsentRequired.
            InvalidRecording: nobody could transcribe it, or it did not come.
            NotConfigured, Unavailable, ProviderFailed: speech to text does not do it.
        """
        reading = await self._courses.reach(caller, interview_id)
        must_be_in_writing(reading.course)
        own = self._one_by_one.setdefault(interview_id, asyncio.Lock())
        async with own, self._turns:
            recording = await _received(receive)
            duration_s = duration_of(recording)
            if not duration_s:
                return Dictated("", 0.0)
            language = reading.scenario.speech.stt_language or self._language
            return Dictated(await self._transcriber.transcribe(recording, language), duration_s)


async def _received(receive: Callable[[], Awaitable[bytes]]) -> bytes:
    try:
        async with asyncio.timeout(RECEIVE_S):
            return await receive()
    except TimeoutError as error:
        raise InvalidRecording(
            f"this has not come within {RECEIVE_S:.0f} s: send it again, or a shorter one"
        ) from error
