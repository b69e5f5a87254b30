"""A LiveKit room, as one participant notices it: everything goes into a ``Hearing``."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
from livekit import rtc
from livekit.rtc.data_stream import StreamError
from pydantic import ValidationError
from viva_shared.rooms import STAGE_TOPIC

from candidate.application.ports import RoomClosedError, RoomRefusedError
from candidate.domain.hearing import SAMPLE_RATE, ChatMessage, Closing, Hearing, Segment, StageMessage

AGENT_STATE = "lk.agent.state"
TRANSCRIPTION_TOPIC = "lk.transcription"
CHAT_TOPIC = "lk.chat"
SEGMENT_ID = "lk.segment_id"
FINAL = "lk.transcription_final"
TICK_S = 0.05
"""A condition is looked at this often even when nothing happens: silence is no event."""

log = logging.getLogger(__name__)


class ListeningRoom:
    """Joins with a token and records what it notices. ``hearing`` outlives leaving and coming back."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self.hearing = Hearing()
        self._room: rtc.Room | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: dict[str, asyncio.Task[None]] = {}
        self._happened = asyncio.Event()
        self._stream_order: dict[tuple[str, str], int] = {}
        self._streams = 0

    @property
    def room(self) -> rtc.Room:
        """The connected room.

        Raises:
            RoomClosedError: not in the room.
        """
        if self._room is None or self.hearing.closing is not None:
            reason = self.hearing.closing.reason if self.hearing.closing else "not joined"
            raise RoomClosedError(f"not in the room: {reason}")
        return self._room

    @property
    def identity(self) -> str:
        """Who this participant is in the room."""
        return self.room.local_participant.identity

    async def join(self) -> None:
        """Connect and begin to notice.

        Raises:
            RoomRefusedError: LiveKit cannot be reached or refuses the token.
        """
        room = rtc.Room()
        room.register_text_stream_handler(TRANSCRIPTION_TOPIC, self._on_transcription)
        room.register_text_stream_handler(CHAT_TOPIC, self._on_chat)
        room.on("participant_connected", self._on_participant)
        room.on("participant_attributes_changed", lambda _changed, who: self._on_participant(who))
        room.on("participant_disconnected", self._on_participant_left)
        room.on("track_subscribed", self._on_track)
        room.on("track_unsubscribed", self._on_track_gone)
        room.on("data_received", self._on_data)
        room.on("disconnected", lambda reason: self._on_disconnected(room, reason))
        self._room, self.hearing.closing = room, None
        try:
            await room.connect(self._url, self._token)
        except rtc.ConnectError as error:
            self._room = None
            raise RoomRefusedError(f"cannot join at {self._url}: {error}") from error
        for participant in room.remote_participants.values():
            self._on_participant(participant)

    async def leave(self) -> None:
        """Disconnect; does nothing when the room is closed already."""
        room, self._room = self._room, None
        if room is not None:
            await room.disconnect()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for identity in list(self.hearing.agents):
            del self.hearing.agents[identity]

    async def wait(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until ``condition`` holds; False when it did not within ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._happened.clear()
            try:
                await asyncio.wait_for(self._happened.wait(), min(left, TICK_S))
            except TimeoutError:
                continue
        return True

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _on_participant(self, participant: rtc.Participant) -> None:
        state = participant.attributes.get(AGENT_STATE)
        if state is None and participant.kind != rtc.ParticipantKind.PARTICIPANT_KIND_AGENT:
            return
        self.hearing.agent_seen(participant.identity, state)
        self._happened.set()

    def _on_participant_left(self, participant: rtc.RemoteParticipant) -> None:
        self.hearing.agent_left(participant.identity, time.monotonic())
        self._happened.set()

    def _on_disconnected(self, room: rtc.Room, reason: rtc.DisconnectReason.ValueType) -> None:
        if room is self._room:
            self.hearing.closing = Closing(rtc.DisconnectReason.Name(reason), time.monotonic())
            self._happened.set()

    def _on_data(self, packet: rtc.DataPacket) -> None:
        if packet.topic != STAGE_TOPIC:
            return
        try:
            message = StageMessage.model_validate({**json.loads(packet.data), "at": time.monotonic()})
        except (ValueError, TypeError, ValidationError):
            log.warning("a message on %r that is no stage change: %.200r", STAGE_TOPIC, packet.data)
            return
        self.hearing.stage_messages.append(message)
        self._happened.set()

    def _on_track(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        self._on_participant(participant)
        if track.kind == rtc.TrackKind.KIND_AUDIO and participant.identity in self.hearing.agent_identities:
            self._listening[publication.sid] = self._spawn(self._listen(track, publication.sid))

    def _on_track_gone(
        self, _track: rtc.Track, publication: rtc.RemoteTrackPublication, _of: rtc.RemoteParticipant
    ) -> None:
        """Stop listening: WebRTC would let a later track, of another bot, sound on this one as well."""
        if (listening := self._listening.pop(publication.sid, None)) is not None:
            listening.cancel()

    async def _listen(self, track: rtc.Track, sid: str) -> None:
        stream = rtc.AudioStream.from_track(
            track=track, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=20
        )
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, dtype=np.int16).copy()
                self.hearing.sound(sid, time.monotonic(), samples)
        finally:
            await stream.aclose()

    def _on_transcription(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._streams += 1
        self._spawn(self._read(reader, identity, self._streams))

    async def _read(self, reader: rtc.TextStreamReader, identity: str, order: int) -> None:
        segment_id = (reader.info.attributes or {}).get(SEGMENT_ID) or reader.info.stream_id
        text = ""
        try:
            async for chunk in reader:
                text += chunk
                self._put(identity, segment_id, text, final=False, order=order)
        except StreamError as error:
            log.debug("a transcription stream broke off: %s", error)
            return
        finally:
            reader.close()
        final = (reader.info.attributes or {}).get(FINAL) == "true"
        self._put(identity, segment_id, text, final=final, order=order)

    def _on_chat(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._spawn(self._read_chat(reader, identity))

    async def _read_chat(self, reader: rtc.TextStreamReader, identity: str) -> None:
        try:
            text = await reader.read_all()
        except StreamError as error:
            log.debug("a chat message broke off: %s", error)
            return
        self.hearing.chat_messages.append(ChatMessage(identity, text, time.monotonic()))
        self._happened.set()

    def _put(self, identity: str, segment_id: str, text: str, *, final: bool, order: int) -> None:
        """Keep a segment's newest version: each interim result comes in a stream of its own."""
        key = (identity, segment_id)
        if not text or order < self._stream_order.get(key, 0):
            return
        self._stream_order[key] = order
        now = time.monotonic()
        self.hearing.put(Segment(identity, segment_id, text, final, started_at=now, updated_at=now))
        self._happened.set()
