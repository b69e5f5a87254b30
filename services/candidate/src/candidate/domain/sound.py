"""What was heard, as sound: how long and when it was not silent, and the samples themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
"""Mono PCM, 16 bit."""

VOICED_RMS = 200.0
"""A frame this loud (of 32767) is speech: flite's is above 1000, Opus's comfort noise below 30."""
JOINS_S = 0.3
"""A pause shorter than this belongs to the speech around it."""
GAP_S = 0.5
"""Frames this much later than expected leave a silence in the recording; less is jitter."""


@dataclass(frozen=True)
class Span:
    """A stretch of speech, in seconds of the listener's monotonic clock."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.end - self.start


class SpeechMeter:
    """When sound was not silent. Frames come in order of arrival, from any number of tracks."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self.voiced_seconds = 0.0

    def add(self, at: float, samples: Samples, rate: int) -> None:
        """Take a frame that arrived at ``at``."""
        if samples.size == 0 or float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) < VOICED_RMS:
            return
        seconds = samples.size / rate
        self.voiced_seconds += seconds
        if self._spans and at - seconds - self._spans[-1].end <= JOINS_S:
            self._spans[-1] = Span(self._spans[-1].start, max(at, self._spans[-1].end))
        else:
            self._spans.append(Span(at - seconds, at))

    @property
    def spans(self) -> tuple[Span, ...]:
        """Stretches of speech, oldest first; pauses shorter than ``JOINS_S`` do not part them."""
        return tuple(self._spans)

    @property
    def last_voiced_at(self) -> float | None:
        """When the last sound that was not silent arrived."""
        return self._spans[-1].end if self._spans else None

    def since(self, at: float) -> tuple[Span, ...]:
        """What was heard after ``at``; a stretch that began earlier is cut there."""
        return tuple(Span(max(span.start, at), span.end) for span in self._spans if span.end > at)


class Recording:
    """The samples of one track, silences between bursts of frames included."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.started_at: float | None = None
        self._frames: list[Samples] = []
        self._length = 0

    def add(self, at: float, samples: Samples) -> None:
        """Append a frame that arrived at ``at``; after a gap in arrival, silence comes first."""
        begins = at - samples.size / self.rate
        if self.started_at is None:
            self.started_at = begins
        late = begins - (self.started_at + self._length / self.rate)
        if late > GAP_S:
            self._append(np.zeros(int(late * self.rate), dtype=np.int16))
        self._append(samples)

    def _append(self, samples: Samples) -> None:
        self._frames.append(samples)
        self._length += samples.size

    def samples(self) -> Samples:
        """All of it, in one piece."""
        return np.concatenate(self._frames) if self._frames else np.zeros(0, dtype=np.int16)


def mix(recordings: list[Recording]) -> Samples:
    """Recordings of one rate laid over each other, each at the time it began."""
    tracks = [(r.started_at, r.samples(), r.rate) for r in recordings if r.started_at is not None]
    if not tracks:
        return np.zeros(0, dtype=np.int16)
    origin = min(start for start, _, _ in tracks)
    placed = [(int((start - origin) * rate), samples) for start, samples, rate in tracks]
    mixed = np.zeros(max(offset + samples.size for offset, samples in placed), dtype=np.int32)
    for offset, samples in placed:
        mixed[offset : offset + samples.size] += samples
    return np.clip(mixed, -32768, 32767).astype(np.int16)
