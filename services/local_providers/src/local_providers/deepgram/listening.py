"""One stream of `/v1/listen`: sound and commands in, messages out. Knows no socket."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import assert_never

from local_providers.audio.pcm import StreamDecoder
from local_providers.deepgram.endpointer import Endpointer, SpeechBegan, SpeechEnded, SpeechEvent, SpeechWent
from local_providers.deepgram.messages import (
    Channel,
    ListenMetadata,
    ModelInfo,
    Results,
    ResultsMetadata,
    SpeechStarted,
    UtteranceEnd,
    listen_metadata,
)
from local_providers.deepgram.options import ListenOptions
from local_providers.deepgram.recognizer import RecognizerStream
from local_providers.deepgram.transcript import final_channel, interim_channel

PCM_BYTES_PER_MS = 32

ListenMessage = Results | SpeechStarted | UtteranceEnd | ListenMetadata


@dataclass
class _Utterance:
    """The speech that is being recognised; times in seconds of the stream."""

    start: float
    fed: int = 0
    guess: str = ""

    @property
    def end(self) -> float:
        return self.start + self.fed / PCM_BYTES_PER_MS / 1000


class Listening:
    """Turns a stream of sound into Deepgram's messages."""

    def __init__(
        self,
        request_id: str,
        options: ListenOptions,
        decoder: StreamDecoder,
        endpointer: Endpointer,
        recognizer: RecognizerStream,
        interim_ms: int,
    ) -> None:
        self._request_id = request_id
        self._options = options
        self._decoder = decoder
        self._endpointer = endpointer
        self._recognizer = recognizer
        self._slice = interim_ms * PCM_BYTES_PER_MS
        self._utterance: _Utterance | None = None
        self._unfed = bytearray()
        self._sealed = 0.0
        self._last_word_end: float | None = None
        self._digest = hashlib.sha256()

    async def hear(self, data: bytes) -> AsyncIterator[ListenMessage]:
        """Takes raw sound as the client sent it."""
        self._digest.update(data)
        for event in self._endpointer.push(self._decoder.push(data)):
            async for message in self._handle(event):
                yield message
        if (gap := self._utterance_end()) is not None:
            yield gap

    async def finalize(self) -> AsyncIterator[ListenMessage]:
        """Answers `Finalize`: whatever is pending becomes final."""
        async for message in self._seal(from_finalize=True):
            yield message

    async def close(self) -> AsyncIterator[ListenMessage]:
        """Answers `CloseStream`: what is pending, then the metadata."""
        for event in self._endpointer.push(self._decoder.push(b"", last=True)):
            async for message in self._handle(event):
                yield message
        if self._utterance is not None:
            async for message in self._seal(from_finalize=False):
                yield message
        yield listen_metadata(
            self._request_id,
            self._options.model,
            self._digest.hexdigest(),
            self._endpointer.position,
            self._options.channels,
            typed=True,
        )

    async def _seal(self, from_finalize: bool) -> AsyncIterator[ListenMessage]:
        """Ends the utterance in progress here."""
        pending = self._utterance is not None
        for event in self._endpointer.finish():
            if isinstance(event, SpeechEnded):
                yield await self._final(event, from_finalize)
            else:
                async for message in self._handle(event):
                    yield message
        if from_finalize and not pending:
            position = self._endpointer.position
            yield self._results(
                final_channel((), 0, False),
                self._sealed,
                position,
                final=True,
                ended=False,
                from_finalize=True,
            )
            self._sealed = position

    async def _handle(self, event: SpeechEvent) -> AsyncIterator[ListenMessage]:
        match event:
            case SpeechBegan():
                self._utterance = _Utterance(max(event.audio_at, 0.0))
                if self._options.vad_events:
                    yield SpeechStarted(timestamp=round(event.at, 3))
                async for message in self._feed(event.pcm):
                    yield message
            case SpeechWent():
                async for message in self._feed(event.pcm):
                    yield message
            case SpeechEnded():
                yield await self._final(event, from_finalize=False)
            case _:
                assert_never(event)

    async def _feed(self, pcm: bytes) -> AsyncIterator[ListenMessage]:
        """Passes sound on in slices, each of which may bring an interim result."""
        self._unfed += pcm
        utterance = self._utterance
        while utterance is not None and len(self._unfed) >= self._slice:
            slice_ = bytes(self._unfed[: self._slice])
            del self._unfed[: self._slice]
            guess = await self._recognizer.feed(slice_)
            utterance.fed += len(slice_)
            if self._options.interim_results and guess and guess != utterance.guess:
                utterance.guess = guess
                channel = interim_channel(guess, utterance.start, utterance.end, self._options.formatted)
                yield self._results(channel, utterance.start, utterance.end, final=False, ended=False)

    async def _final(self, event: SpeechEnded, from_finalize: bool) -> Results:
        utterance, rest = self._utterance, bytes(self._unfed)
        self._unfed.clear()
        self._utterance = None
        if utterance is None:
            raise RuntimeError("speech ended that never began")
        words = await self._recognizer.finish(rest)
        utterance.fed += len(rest)
        if words:
            self._last_word_end = utterance.start + words[-1].end
        self._sealed = utterance.end
        channel = final_channel(words, utterance.start, self._options.formatted)
        return self._results(
            channel,
            utterance.start,
            utterance.end,
            final=True,
            ended=not event.cut,
            from_finalize=from_finalize,
        )

    def _utterance_end(self) -> UtteranceEnd | None:
        """Returns `UtteranceEnd` once, when the words have been over long enough."""
        limit, last = self._options.utterance_end_ms, self._last_word_end
        if limit is None or last is None or self._utterance is not None:
            return None
        if (self._endpointer.position - last) * 1000 < limit:
            return None
        self._last_word_end = None
        return UtteranceEnd(last_word_end=round(last, 3))

    def _results(
        self,
        channel: Channel,
        start: float,
        end: float,
        *,
        final: bool,
        ended: bool,
        from_finalize: bool = False,
    ) -> Results:
        return Results(
            duration=round(max(0.0, end - start), 3),
            start=round(start, 3),
            is_final=final,
            speech_final=ended,
            channel=channel,
            metadata=ResultsMetadata(
                request_id=self._request_id, model_info=ModelInfo(name=self._options.model)
            ),
            from_finalize=from_finalize,
        )
