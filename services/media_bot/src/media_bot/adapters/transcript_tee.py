"""Transcript at once, heard text measured: livekit-agents gives one or the other, the tee gives both."""

from __future__ import annotations

from livekit.agents import AgentSession
from livekit.agents.voice import io
from livekit.agents.voice.transcription import TranscriptSynchronizer


class TranscriptTee(io.TextOutput):
    """Sends the transcript to the room as it comes, and to the synchroniser that measures what is heard."""

    def __init__(self, *, room: io.TextOutput, measure: io.TextOutput) -> None:
        super().__init__(label="TranscriptTee", next_in_chain=room)
        self._room = room
        self._measure = measure

    async def capture_text(self, text: str) -> None:
        """Pass it on to both, the room first."""
        await self._room.capture_text(text)
        await self._measure.capture_text(text)

    def flush(self) -> None:
        """The segment is complete, for both."""
        self._room.flush()
        self._measure.flush()

    def on_attached(self) -> None:
        """The session uses it now."""
        super().on_attached()
        self._measure.on_attached()

    def on_detached(self) -> None:
        """The session uses it no more."""
        super().on_detached()
        self._measure.on_detached()


def measure_heard_text(session: AgentSession[None]) -> TranscriptSynchronizer:
    """Put the measure into a session that was started with ``sync_transcription=False``.

    Without it an interrupted reply counts as heard whole. Call it right after ``start``, before any speech.
    """
    audio, transcript = session.output.audio, session.output.transcription
    if audio is None or transcript is None:
        raise RuntimeError("the session has no audio or no transcription output: start it with both")
    synchronizer = TranscriptSynchronizer(next_in_chain_audio=audio, next_in_chain_text=None)
    session.output.audio = synchronizer.audio_output
    session.output.transcription = TranscriptTee(room=transcript, measure=synchronizer.text_output)
    return synchronizer
