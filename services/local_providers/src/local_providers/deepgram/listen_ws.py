"""`/v1/listen` over a WebSocket."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

from fastapi import WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from pocketsphinx import Vad
from pydantic import ValidationError
from starlette.types import Message

from local_providers.audio.pcm import RECOGNITION_RATE, StreamDecoder
from local_providers.deepgram.auth import api_key, subprotocol
from local_providers.deepgram.endpointer import FRAME_MS, Endpointer
from local_providers.deepgram.listening import Listening, ListenMessage
from local_providers.deepgram.messages import ListenError
from local_providers.deepgram.options import ListenOptions, single_values
from local_providers.deepgram.recognizer import Recognizer, RecognizerDied
from local_providers.settings import Settings
from local_providers.vendor_errors import deepgram_error

_log = logging.getLogger(__name__)

POLICY_VIOLATION, INTERNAL_ERROR = 1008, 1011
_NO_ENDPOINT_MS = 1_000_000


class _Refused(Exception):
    """The client sent what the protocol does not know."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


@dataclass(frozen=True)
class _Sound:
    data: bytes


@dataclass(frozen=True)
class _Command:
    name: str


async def listen_ws(socket: WebSocket, recognizer: Recognizer, settings: Settings) -> None:
    """Serves one stream."""
    request_id = str(uuid4())
    if api_key(socket) is None:
        await socket.send_denial_response(JSONResponse(deepgram_error(401, request_id=request_id), 401))
        return
    try:
        options = ListenOptions.model_validate(single_values(socket.query_params))
    except ValidationError as error:
        problem = error.errors()[0]
        message = f"Bad Request: query parameter {problem['loc'][0]}: {problem['msg']}"
        await socket.send_denial_response(JSONResponse(deepgram_error(400, message, request_id), 400))
        return
    await socket.accept(subprotocol(socket), headers=[(b"dg-request-id", request_id.encode())])
    stream = recognizer.stream()
    try:
        listening = Listening(
            request_id,
            options,
            StreamDecoder(
                options.encoding or "linear16", options.sample_rate or RECOGNITION_RATE, options.channels
            ),
            _endpointer(options, settings),
            stream,
            settings.interim_ms,
        )
        await _serve(socket, listening, settings.listen_idle_s)
    except _Refused as refused:
        notice = ListenError(
            description=refused.description, message=refused.description, variant="SchemaError"
        )
        await socket.send_text(notice.wire())
        await socket.close(POLICY_VIOLATION, "DATA-0000")
    except TimeoutError:
        await socket.close(INTERNAL_ERROR, "NET-0001")
    except WebSocketDisconnect:
        _log.debug("client left while it was answered")
    except RecognizerDied as died:
        _log.error("stream ended: %s", died)
        await socket.close(INTERNAL_ERROR, "NET-0000")
    finally:
        await stream.close()


def _endpointer(options: ListenOptions, settings: Settings) -> Endpointer:
    vad = Vad(mode=2, sample_rate=RECOGNITION_RATE, frame_length=FRAME_MS / 1000)
    silence = (
        _NO_ENDPOINT_MS if not options.endpointing else max(options.endpointing, settings.min_endpointing_ms)
    )
    return Endpointer(vad.is_speech, silence, settings.max_segment_ms)


async def _serve(socket: WebSocket, listening: Listening, idle_s: float) -> None:
    """Runs until `CloseStream` or until the client leaves."""
    inbox: asyncio.Queue[_Sound | _Command | None] = asyncio.Queue()
    receiving = asyncio.create_task(_receive(socket, inbox, idle_s))
    try:
        while (item := await inbox.get()) is not None:
            closing = isinstance(item, _Command) and item.name == "CloseStream"
            async for message in _answer(listening, item):
                await socket.send_text(message.wire())
            if closing:
                await socket.close(1000)
                return
        await receiving  # raises what ended it
    finally:
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)


async def _answer(listening: Listening, item: _Sound | _Command) -> AsyncIterator[ListenMessage]:
    match item:
        case _Sound(data):
            answers = listening.hear(data)
        case _Command("Finalize"):
            answers = listening.finalize()
        case _Command("CloseStream"):
            answers = listening.close()
        case _Command():
            return
    async for message in answers:
        yield message


async def _receive(socket: WebSocket, inbox: asyncio.Queue[_Sound | _Command | None], idle_s: float) -> None:
    """Reads messages while the recogniser works, and ends the inbox with None."""
    try:
        while True:
            message = await asyncio.wait_for(socket.receive(), idle_s)
            if message["type"] == "websocket.disconnect":
                return
            inbox.put_nowait(_parse(message))
    finally:
        inbox.put_nowait(None)


def _parse(message: Message) -> _Sound | _Command:
    data, text = message.get("bytes"), message.get("text")
    if isinstance(data, bytes):
        # An empty binary message is an older way to close the stream.
        return _Sound(data) if data else _Command("CloseStream")
    try:
        body = json.loads(str(text))
    except ValueError as error:
        raise _Refused("a text message must be JSON") from error
    name = body.get("type") if isinstance(body, dict) else None
    if name not in ("KeepAlive", "Finalize", "CloseStream"):
        raise _Refused("unknown message type; use KeepAlive, Finalize or CloseStream")
    return _Command(name)
