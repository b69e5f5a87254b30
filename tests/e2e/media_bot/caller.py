"""Somebody in a room with a microphone, ears and a keyboard: livekit's rtc SDK and flite."""

from __future__ import annotations

import asyncio
import json
import time
import wave
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
from e2e.media_bot.waiting import until
from fixtures.livekit_server import LiveKitServer
from livekit import api, rtc
from viva_shared.rooms import QUESTION_TOPIC, ROLE_ATTRIBUTE, SCORE_TOPIC, STAGE_TOPIC

RATE = 16_000
FRAME = RATE // 50
LOUD = 300
"""Samples above this are speech, not silence."""


def token(
    server: LiveKitServer, identity: str, room: str, *, role: str | None = None, agent: str | None
) -> str:
    """A token for a room; with an agent to be dispatched when the room opens."""
    grant = api.VideoGrants(
        room_join=True,
        room=room,
        can_publish=role != "observer",
        can_subscribe=True,
        can_publish_data=True,
    )
    made = (
        api.AccessToken(server.api_key, server.api_secret)
        .with_identity(identity)
        .with_name(identity.title())
        .with_ttl(timedelta(minutes=10))
        .with_grants(grant)
    )
    if role is not None:
        made = made.with_attributes({ROLE_ATTRIBUTE: role})
    if agent is not None:
        dispatch = api.RoomAgentDispatch(agent_name=agent)
        made = made.with_room_config(api.RoomConfiguration(agents=[dispatch]))
    return str(made.to_jwt())


async def speech(text: str, directory: Path) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Spoken text as samples at 16 kHz."""
    path = directory / f"{abs(hash(text))}.wav"
    process = await asyncio.create_subprocess_exec("flite", "-voice", "slt", "-t", text, "-o", str(path))
    assert await process.wait() == 0
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


@dataclass(slots=True)
class Transcript:
    """One stream on ``lk.transcription``: whose words, the text so far, and when text came."""

    author: str
    text: str = ""
    first_at: float | None = None
    done_at: float | None = None


@dataclass
class Caller:
    """In the room from ``join`` to ``leave``.

    Attributes:
        loud_at: monotonic times at which speech was received from the agent.
    """

    server: LiveKitServer
    identity: str
    room_name: str
    agent: str | None
    role: str | None = "candidate"
    room: rtc.Room = field(default_factory=rtc.Room)
    loud_at: list[float] = field(default_factory=list)
    transcripts: list[Transcript] = field(default_factory=list)
    stages: list[dict[str, object]] = field(default_factory=list)
    questions: list[dict[str, object]] = field(default_factory=list)
    scores: list[dict[str, object]] = field(default_factory=list)
    chat: list[str] = field(default_factory=list)
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)
    reason: int | None = None
    spoke_until: float = 0.0
    _pending: list[np.ndarray[tuple[int], np.dtype[np.int16]]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def join(self) -> Caller:
        """Connect, open the microphone (silence until told to speak), and listen."""
        self.room.on("track_subscribed", self._on_track)
        self.room.on("data_received", self._on_data)
        self.room.on("disconnected", self._on_disconnected)
        self.room.register_text_stream_handler("lk.transcription", self._on_transcript)
        self.room.register_text_stream_handler("lk.chat", self._on_chat)
        await self.room.connect(
            self.server.url,
            token(self.server, self.identity, self.room_name, role=self.role, agent=self.agent),
        )
        if self.role != "observer":
            source = rtc.AudioSource(RATE, 1, queue_size_ms=60)
            track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            await self.room.local_participant.publish_track(track, options)
            self._start(self._microphone(source))
        return self

    def _start(self, coroutine: object) -> None:
        self._tasks.append(asyncio.create_task(coroutine))  # type: ignore[arg-type]

    async def leave(self) -> None:
        """Go."""
        await asyncio.wait_for(self.room.disconnect(), 10.0)
        for task in self._tasks:
            task.cancel()
        _, running = await asyncio.wait(self._tasks, timeout=5.0) if self._tasks else ((), ())
        assert not running

    # -- speaking --

    async def _microphone(self, source: rtc.AudioSource) -> None:
        noise = np.random.default_rng(1)
        while True:
            if self._pending:
                samples = self._pending.pop(0)
                self.spoke_until = time.time()
            else:
                samples = noise.integers(-4, 5, FRAME, dtype=np.int16)
            await source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, len(samples)))

    async def speak(self, samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> None:
        """Speak; returns when the last sample is on its way."""
        padded = np.pad(samples, (0, -samples.size % FRAME))
        self._pending.extend(np.split(padded, padded.size // FRAME))
        await until(lambda: not self._pending, "speaking", timeout_s=30.0)

    async def type(self, text: str) -> None:
        """Send a chat message."""
        await self.room.local_participant.send_text(text, topic="lk.chat")

    # -- hearing --

    def _on_track(self, track: rtc.Track, _: rtc.RemoteTrackPublication, who: rtc.RemoteParticipant) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO and who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT:
            self._start(self._listen(rtc.AudioStream(track, sample_rate=RATE, num_channels=1)))

    async def _listen(self, stream: rtc.AudioStream) -> None:
        async for event in stream:
            if np.abs(np.frombuffer(event.frame.data, dtype=np.int16)).max() > LOUD:
                self.loud_at.append(time.monotonic())

    def _on_data(self, packet: rtc.DataPacket) -> None:
        topics = {STAGE_TOPIC: self.stages, QUESTION_TOPIC: self.questions, SCORE_TOPIC: self.scores}
        if packet.topic in topics:
            topics[packet.topic].append(json.loads(packet.data))

    def _on_chat(self, reader: rtc.TextStreamReader, _: str) -> None:
        async def read() -> None:
            self.chat.append(await reader.read_all())

        self._start(read())

    def _on_transcript(self, reader: rtc.TextStreamReader, author: str) -> None:
        self._start(self._read(reader, author))

    async def _read(self, reader: rtc.TextStreamReader, author: str) -> None:
        transcript = Transcript(author)
        self.transcripts.append(transcript)
        async for text in reader:
            transcript.first_at = transcript.first_at or time.monotonic()
            transcript.text += text
        transcript.done_at = time.monotonic()

    def _on_disconnected(self, reason: int) -> None:
        self.reason = reason
        self.disconnected.set()

    @property
    def agents(self) -> list[str]:
        """Identities of the agents in the room."""
        agent = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        return [p.identity for p in self.room.remote_participants.values() if p.kind == agent]

    @property
    def agent_words(self) -> str:
        """All that the agents' transcripts say."""
        return " ".join(t.text for t in self.transcripts if t.author.startswith("agent"))
