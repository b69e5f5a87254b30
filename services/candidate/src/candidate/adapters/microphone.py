"""An open microphone: speech when there is some, very low noise otherwise, always in real time."""

from __future__ import annotations

import asyncio
import time
from collections import deque

import numpy as np
from livekit import rtc

from candidate.domain.hearing import SAMPLE_RATE
from candidate.domain.sound import Samples

FRAME = SAMPLE_RATE // 100
"""Samples of 10 ms."""
QUEUE_MS = 100
"""Sound that is captured and not yet on its way."""
NOISE_PEAK = 4


class Microphone:
    """Publishes one audio track. Good for one connection: coming back needs another."""

    def __init__(self) -> None:
        self._source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=QUEUE_MS)
        self._speech: deque[Samples] = deque()
        self._spoken: asyncio.Future[bool] | None = None
        self._noise = np.random.default_rng(0)
        self._task: asyncio.Task[None] | None = None

    async def open(self, room: rtc.Room) -> None:
        """Publish the track and begin to capture."""
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False)
        await room.local_participant.publish_track(track, options)
        self._task = asyncio.create_task(self._capture(), name="microphone")

    async def speak(
        self, samples: Samples, *, stop_after_s: float | None = None
    ) -> tuple[float, float, bool]:
        """Speak; returns when it began and ended (monotonic seconds) and whether all of it was said."""
        self.hush()
        spoken = self._spoken = asyncio.get_running_loop().create_future()
        padded = np.pad(samples, (0, -samples.size % FRAME))
        started_at = time.monotonic()
        self._speech.extend(np.split(padded, padded.size // FRAME))
        try:
            await asyncio.wait({spoken}, timeout=stop_after_s)
        finally:
            self.hush()
        return started_at, time.monotonic() + self._source.queued_duration, spoken.result()

    def hush(self) -> None:
        """Stop speaking: what was not said yet is not said."""
        self._speech.clear()
        self._end(whole=False)

    def _end(self, *, whole: bool) -> None:
        if self._spoken is not None and not self._spoken.done():
            self._spoken.set_result(whole)

    async def _capture(self) -> None:
        while True:
            if self._speech:
                samples = self._speech.popleft()
            else:
                self._end(whole=True)
                samples = self._noise.integers(-NOISE_PEAK, NOISE_PEAK + 1, FRAME, dtype=np.int16)
            await self._source.capture_frame(rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, FRAME))

    async def close(self) -> None:
        """Stop capturing; a ``speak`` under way returns, cut short."""
        self.hush()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._source.aclose()
