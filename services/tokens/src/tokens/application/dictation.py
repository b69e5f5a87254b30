"""Dictation: what a candidate in writing says becomes text, which is theirs to change and to send."""

from __future__ import annotations

from dataclasses import dataclass

from tokens.application.courses import Courses
from tokens.application.ports import Transcriber
from tokens.domain.callers import Caller
from tokens.domain.recordings import duration_of
from tokens.domain.turns import must_be_in_writing


@dataclass(frozen=True, slots=True)
class Dictated:
    """``text`` is empty where nothing was understood."""

    text: str
    duration_s: float


class Dictation:
    """Nothing of it is said in the interview, nor kept."""

    def __init__(self, courses: Courses, transcriber: Transcriber, language: str) -> None:
        """Args: ``language``: of scenarios that name none for listening."""
        self._courses = courses
        self._transcriber = transcriber
        self._language = language

    async def dictate(self, caller: Caller, interview_id: str, recording: bytes) -> Dictated:
        """What is said in a WAV file.

        Raises:
            Forbidden, UnknownInterview, InterviewEnded, NotStarted, Conflict, ConsentRequired.
            InvalidRecording: nobody could transcribe it.
            NotConfigured, Unavailable, ProviderFailed: speech to text does not do it.
        """
        reading = await self._courses.reach(caller, interview_id)
        must_be_in_writing(reading.course)
        duration_s = duration_of(recording)
        if not duration_s:
            return Dictated("", 0.0)
        language = reading.scenario.speech.stt_language or self._language
        return Dictated(await self._transcriber.transcribe(recording, language), duration_s)
