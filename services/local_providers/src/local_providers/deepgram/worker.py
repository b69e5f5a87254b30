"""What runs in a recogniser process. PocketSphinx holds the GIL, so threads would block the server."""

import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass, field
from typing import Any

from pocketsphinx import Decoder

FRAMES_PER_SECOND = 100
FIRST_UTTERANCE_BYTES = 4 * 32_000
# The cepstral mean that CMU Sphinx publishes for this model. With the package's own default (40,3,-1) the
# first utterance of a voice has half as many errors again.
PUBLISHED_MEAN = "41.00,-5.29,-0.12,5.09,2.48,-4.07,-1.37,-1.78,-5.08,-2.05,-6.45,-1.42,1.17"


@dataclass(frozen=True)
class HeardWord:
    """A recognised word; times in seconds from the start of the utterance's sound."""

    word: str
    start: float
    end: float
    confidence: float


@dataclass
class _Engine:
    """Decoders of this process: idle ones, and those in the middle of a stream's utterance.

    A decoder adapts to a voice (its cepstral mean). A stream's mean follows it to whichever decoder it gets
    next.
    """

    idle: list[Any] = field(default_factory=list)
    busy: dict[str, Any] = field(default_factory=dict)
    means: dict[str, str] = field(default_factory=dict)
    heard: dict[str, bytearray] = field(default_factory=dict)

    def begin(self, stream: str) -> Any:
        decoder = self.idle.pop() if self.idle else _new_decoder()
        self.busy[stream] = decoder
        decoder.set_cmn(self.means.get(stream, PUBLISHED_MEAN))
        if stream not in self.means:
            self.heard[stream] = bytearray()
        decoder.start_utt()
        return decoder

    def hear(self, stream: str, decoder: Any, pcm: bytes) -> None:
        if pcm:
            decoder.process_raw(pcm)
            if stream in self.heard:
                self.heard[stream] += pcm


_engine: _Engine | None = None


def warm(decoders: int) -> None:
    """Starts this process's engine, so that the first utterance finds a loaded model."""
    global _engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_follow_parent, daemon=True).start()
    _engine = _Engine()
    for number in range(decoders):
        feed(f"warm-{number}", b"\0" * 32_000)
    for number in range(decoders):
        drop(f"warm-{number}")


def _follow_parent() -> None:
    """Ends this process with its parent, even one that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def ping() -> bool:
    """Answers once the process is warm."""
    return _engine is not None


def feed(stream: str, pcm: bytes) -> str:
    """Adds sound to a stream's utterance, which the first sound begins. Returns the words guessed so far."""
    engine = _require()
    decoder = engine.busy.get(stream) or engine.begin(stream)
    engine.hear(stream, decoder, pcm)
    guess = decoder.hyp()
    return "" if guess is None else _clean_text(guess.hypstr)


def finish(stream: str, pcm: bytes) -> list[HeardWord]:
    """Ends a stream's utterance: the best path through its lattice. Returns the words."""
    engine = _require()
    decoder = engine.busy.get(stream) or engine.begin(stream)
    engine.hear(stream, decoder, pcm)
    decoder.end_utt()
    heard = engine.heard.pop(stream, None)
    words = _words(decoder)
    if heard is not None and (len(heard) <= FIRST_UTTERANCE_BYTES or not words):
        # Nothing was known of this voice or line: hear it again with its own mean, if that is quick.
        # Not with full_utt: PocketSphinx 5.1 crashes when one decoder does whole and streamed utterances.
        decoder.set_cmn(decoder.get_cmn(False))
        decoder.start_utt()
        decoder.process_raw(bytes(heard))
        decoder.end_utt()
        words = _words(decoder)
    _release(engine, stream)
    return words


def _words(decoder: Any) -> list[HeardWord]:
    return [
        HeardWord(
            _clean_word(segment.word),
            segment.start_frame / FRAMES_PER_SECOND,
            (segment.end_frame + 1) / FRAMES_PER_SECOND,
            round(min(1.0, max(0.0, float(segment.prob))), 4),
        )
        for segment in (decoder.seg() or ())
        if not _is_filler(segment.word)
    ]


def drop(stream: str) -> None:
    """Forgets a stream whose client has gone."""
    engine = _require()
    decoder = engine.busy.get(stream)
    if decoder is not None:
        decoder.end_utt()
        _release(engine, stream)
    engine.means.pop(stream, None)
    engine.heard.pop(stream, None)


def _release(engine: _Engine, stream: str) -> None:
    decoder = engine.busy.pop(stream)
    engine.means[stream] = decoder.get_cmn(False)
    engine.idle.append(decoder)


def _require() -> _Engine:
    if _engine is None:
        raise RuntimeError("warm() has not run in this process")
    return _engine


def _new_decoder() -> Any:
    # Without the flat second pass an utterance ends in 15 instead of 100 ms, and 40 sentences in two voices
    # were heard as well as with it.
    return Decoder(loglevel="FATAL", fwdflat=False)


def _is_filler(word: str) -> bool:
    return word.startswith(("<", "[", "+"))


def _clean_word(word: str) -> str:
    return word.partition("(")[0].lower()


def _clean_text(text: str) -> str:
    return " ".join(_clean_word(word) for word in text.split() if not _is_filler(word))
