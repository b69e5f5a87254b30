"""`/v1/speak` over a WebSocket: text in, sound out sentence by sentence."""

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import assert_never
from uuid import uuid4

from fastapi import WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from local_providers.deepgram.auth import api_key, subprotocol
from local_providers.deepgram.messages import Cleared, Flushed, SpeakMetadata, SpeakWarning
from local_providers.deepgram.options import SpeakOptions, single_values
from local_providers.deepgram.sentences import SentenceBuffer
from local_providers.deepgram.speak_http import pieces
from local_providers.deepgram.synthesizer import SynthesisFailed, Synthesizer
from local_providers.settings import Settings
from local_providers.vendor_errors import deepgram_error

_log = logging.getLogger(__name__)

_RAW = ("linear16", "mulaw", "alaw")
MAX_TEXT = 2_000


@dataclass(frozen=True)
class _Sentence:
    text: str


@dataclass(frozen=True)
class _Mark:
    """A place in the queue: what to answer when everything before it has been spoken."""

    kind: str


async def speak_ws(socket: WebSocket, synthesizer: Synthesizer, settings: Settings) -> None:
    """Serves one stream."""
    request_id = str(uuid4())
    if api_key(socket) is None:
        await socket.send_denial_response(JSONResponse(deepgram_error(401, request_id=request_id), 401))
        return
    try:
        options = SpeakOptions.model_validate(single_values(socket.query_params))
    except ValidationError as error:
        problem = error.errors()[0]
        message = f"Bad Request: query parameter {problem['loc'][0]}: {problem['msg']}"
        await socket.send_denial_response(JSONResponse(deepgram_error(400, message, request_id), 400))
        return
    if (options.encoding or "linear16") not in _RAW:
        message = f"Bad Request: encoding {options.encoding} cannot be streamed; use one of {', '.join(_RAW)}"
        await socket.send_denial_response(JSONResponse(deepgram_error(400, message, request_id), 400))
        return
    await socket.accept(subprotocol(socket), headers=[(b"dg-request-id", request_id.encode())])
    await socket.send_text(SpeakMetadata(request_id=request_id, model_name=options.model).wire())
    await _Speaking(socket, options, synthesizer, settings.speak_idle_s).serve()


class _Speaking:
    """One stream: a reader that fills a queue of sentences, and a speaker that empties it."""

    def __init__(
        self, socket: WebSocket, options: SpeakOptions, synthesizer: Synthesizer, idle_s: float
    ) -> None:
        self._socket = socket
        self._options = options
        self._rate = options.sample_rate or 24_000
        self._encoding = options.encoding or "linear16"
        self._synthesizer = synthesizer
        self._idle_s = idle_s
        self._buffer = SentenceBuffer()
        self._queue: asyncio.Queue[_Sentence | _Mark] = asyncio.Queue()
        self._sequence = 0
        self._current: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Runs until `Close` or until the client leaves."""
        tasks = [asyncio.create_task(self._speak()), asyncio.create_task(self._read())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except WebSocketDisconnect:
            _log.debug("client left while it was spoken to")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> None:
        """Reads messages until the client leaves. Text that waits too long for its end is spoken as it is."""
        while True:
            receiving = asyncio.ensure_future(self._socket.receive())
            try:
                await asyncio.wait((receiving,), timeout=self._idle_s if self._buffer.pending else None)
                if not receiving.done():
                    self._release()
                message = await receiving
            finally:
                receiving.cancel()
            if message["type"] == "websocket.disconnect":
                return
            await self._take(message.get("text"))

    async def _take(self, text: str | None) -> None:
        try:
            body = json.loads(text or "")
        except ValueError:
            await self._warn("a message must be JSON text", "INVALID_MESSAGE")
            return
        match body:
            case {"type": "Speak", "text": str(words)} if len(words) <= MAX_TEXT:
                for sentence in self._buffer.push(words):
                    self._queue.put_nowait(_Sentence(sentence))
            case {"type": "Speak", "text": str()}:
                await self._warn(f"text is longer than {MAX_TEXT} characters", "TEXT_LENGTH_EXCEEDED")
            case {"type": "Flush" | "Close" as kind}:
                self._release()
                self._queue.put_nowait(_Mark(kind))
            case {"type": "Clear"}:
                self._clear()
            case _:
                await self._warn("unknown message; use Speak, Flush, Clear or Close", "INVALID_MESSAGE")

    def _release(self) -> None:
        if (rest := self._buffer.flush()) is not None:
            self._queue.put_nowait(_Sentence(rest))

    def _clear(self) -> None:
        """Throws away what has not been spoken, the current sentence's rest included."""
        self._buffer.clear()
        while not self._queue.empty():
            self._queue.get_nowait()
        if self._current is not None:
            self._current.cancel()
        self._queue.put_nowait(_Mark("Clear"))

    async def _speak(self) -> None:
        while True:
            match await self._queue.get():
                case _Sentence(text):
                    await self._interruptible(text)
                case _Mark("Close"):
                    await self._socket.close(1000)
                    return
                case _Mark("Clear"):
                    await self._socket.send_text(Cleared(sequence_id=self._next()).wire())
                case _Mark():
                    await self._socket.send_text(Flushed(sequence_id=self._next()).wire())
                case other:
                    assert_never(other)

    async def _interruptible(self, text: str) -> None:
        """Speaks a sentence in a task of its own, which `Clear` may cancel."""
        self._current = asyncio.create_task(self._sentence(text))
        try:
            await asyncio.wait((self._current,))
            if not self._current.cancelled():
                self._current.result()
        finally:
            self._current.cancel()
            self._current = None

    async def _sentence(self, text: str) -> None:
        try:
            samples = await self._synthesizer.sentence(
                text, self._options.voice, self._options.speed, self._rate
            )
        except SynthesisFailed as failed:
            _log.error("sentence not spoken: %s", failed)
            await self._warn(str(failed), "SYNTHESIS_FAILED")
            return
        for piece in pieces(samples, self._encoding, self._rate):
            await self._socket.send_bytes(piece)

    async def _warn(self, description: str, code: str) -> None:
        await self._socket.send_text(SpeakWarning(description=description, code=code).wire())

    def _next(self) -> int:
        number, self._sequence = self._sequence, self._sequence + 1
        return number
