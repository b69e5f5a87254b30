"""Finds speech in a stream of sound: where it begins, where it ends, where a long one may be cut. Pure."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

RATE = 16_000
FRAME_MS = 20
FRAME_BYTES = RATE * 2 * FRAME_MS // 1000
PREROLL_MS = 300
ONSET_FRAMES, ONSET_WINDOW = 4, 6
CUT_PAUSE_MS = 120


@dataclass(frozen=True)
class SpeechBegan:
    """Speech began at `at` seconds of the stream; `pcm` starts a little earlier, at `audio_at`."""

    at: float
    audio_at: float
    pcm: bytes


@dataclass(frozen=True)
class SpeechWent:
    """More sound of the current speech, the trailing silence included."""

    pcm: bytes


@dataclass(frozen=True)
class SpeechEnded:
    """The current speech ended; `cut` if it only became too long and goes on."""

    at: float
    cut: bool


SpeechEvent = SpeechBegan | SpeechWent | SpeechEnded


class Endpointer:
    """Applies a frame-wise voice detector to a stream of 16 kHz mono PCM."""

    def __init__(self, is_speech: Callable[[bytes], bool], endpointing_ms: int, max_segment_ms: int) -> None:
        """Prepares for one stream.

        Args:
            is_speech: Judges one frame of `FRAME_BYTES`.
            endpointing_ms: Silence that ends a speech.
            max_segment_ms: A longer speech is cut at its next short pause, or at one and a half times this.
        """
        self._is_speech = is_speech
        self._end_frames = max(1, endpointing_ms // FRAME_MS)
        self._max_frames = max_segment_ms // FRAME_MS
        self._rest = b""
        self._frames = 0
        self._recent: deque[bool] = deque(maxlen=ONSET_WINDOW)
        self._preroll: deque[bytes] = deque(maxlen=PREROLL_MS // FRAME_MS)
        self._length = 0
        self._silent = 0
        self.in_speech = False

    @property
    def position(self) -> float:
        """Seconds of sound judged so far."""
        return self._frames * FRAME_MS / 1000

    def push(self, pcm: bytes) -> Iterator[SpeechEvent]:
        """Judges more sound and yields what happened in it, in order."""
        data = self._rest + pcm
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        went: list[bytes] = []
        for start in range(0, whole, FRAME_BYTES):
            frame = data[start : start + FRAME_BYTES]
            event = self._judge(frame)
            if not isinstance(event, SpeechBegan) and (self.in_speech or isinstance(event, SpeechEnded)):
                went.append(frame)
            if event is not None:
                if went:
                    yield SpeechWent(b"".join(went))
                    went = []
                yield event
        if went:
            yield SpeechWent(b"".join(went))

    def finish(self) -> Iterator[SpeechEvent]:
        """Ends the current speech, if any, here and now."""
        if self.in_speech:
            if self._rest:
                yield SpeechWent(self._rest)
            yield self._end(cut=False)
        self._rest = b""

    def _judge(self, frame: bytes) -> SpeechEvent | None:
        voiced = self._is_speech(frame)
        self._frames += 1
        self._recent.append(voiced)
        if not self.in_speech:
            self._preroll.append(frame)
            if sum(self._recent) < ONSET_FRAMES:
                return None
            return self._begin(self.position - len(self._recent) * FRAME_MS / 1000)
        self._length += 1
        # A lone voiced frame in silence is a click, not speech.
        self._silent = 0 if voiced and len(self._recent) > 1 and self._recent[-2] else self._silent + 1
        if self._silent >= self._end_frames:
            return self._end(cut=False)
        pause = self._silent >= CUT_PAUSE_MS // FRAME_MS
        if (self._length >= self._max_frames and pause) or self._length >= self._max_frames * 3 // 2:
            return self._end(cut=True)
        return None

    def _begin(self, at: float) -> SpeechBegan:
        self.in_speech, self._length, self._silent = True, 0, 0
        pcm = b"".join(self._preroll)
        self._preroll.clear()
        return SpeechBegan(max(0.0, at), self.position - len(pcm) / (RATE * 2), pcm)

    def _end(self, cut: bool) -> SpeechEnded:
        self.in_speech = False
        at = self.position - self._silent * FRAME_MS / 1000
        if not cut:
            self._recent.clear()
        return SpeechEnded(at, cut)
