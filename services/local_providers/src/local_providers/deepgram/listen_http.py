"""`POST /v1/listen`: a whole file."""

import asyncio
import hashlib
from uuid import uuid4

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pocketsphinx import Vad
from pydantic import ValidationError

from local_providers.audio.files import read_audio
from local_providers.audio.pcm import (
    RECOGNITION_RATE,
    SAMPLE_BYTES,
    Samples,
    decode,
    downmix,
    resample,
    to_int16,
)
from local_providers.deepgram.auth import api_key
from local_providers.deepgram.endpointer import FRAME_MS, Endpointer, SpeechBegan, SpeechEnded
from local_providers.deepgram.messages import (
    Alternative,
    Channel,
    FileChannels,
    FileTranscript,
    listen_metadata,
)
from local_providers.deepgram.options import ListenOptions, single_values
from local_providers.deepgram.recognizer import Recognizer, RecognizerDied
from local_providers.deepgram.transcript import final_channel
from local_providers.settings import Settings
from local_providers.vendor_errors import deepgram_error

_PAUSE_MS = 600


async def listen_http(request: Request, recognizer: Recognizer, settings: Settings) -> Response:
    """Transcribes the body: a file that libsndfile can read, or raw sound as the query describes it."""
    request_id = str(uuid4())
    headers = {"dg-request-id": request_id}
    if api_key(request) is None:
        return JSONResponse(deepgram_error(401, request_id=request_id), 401, headers)
    data = await request.body()
    try:
        options = ListenOptions.model_validate(single_values(request.query_params))
        if request.headers.get("content-type", "").startswith("application/json"):
            raise ValueError("this local server fetches no URLs: send the audio itself")
        samples, rate, channels = await asyncio.to_thread(_read, data, options)
    except ValidationError as error:
        problem = error.errors()[0]
        message = f"Bad Request: query parameter {problem['loc'][0]}: {problem['msg']}"
        return JSONResponse(deepgram_error(400, message, request_id), 400, headers)
    except ValueError as error:
        message = f"Bad Request: failed to process audio: {error}"
        return JSONResponse(deepgram_error(400, message, request_id), 400, headers)
    pcm = to_int16(await asyncio.to_thread(resample, samples, rate, RECOGNITION_RATE)).tobytes()
    try:
        parts = await _transcribe(pcm, recognizer, settings, options.formatted)
    except RecognizerDied as died:
        return JSONResponse(deepgram_error(503, str(died), request_id), 503, headers)
    channel = _join(parts)
    if options.detect_language:
        channel = channel.model_copy(update={"detected_language": "en", "language_confidence": 1.0})
    duration = len(samples) / rate
    digest = hashlib.sha256(data).hexdigest()
    transcript = FileTranscript(
        metadata=listen_metadata(request_id, options.model, digest, duration, channels, typed=False),
        results=FileChannels(channels=[channel]),
    )
    return Response(transcript.wire(), media_type="application/json", headers=headers)


def _read(data: bytes, options: ListenOptions) -> tuple[Samples, int, int]:
    """Returns mono samples, sample rate, and number of channels."""
    if not data:
        raise ValueError("the body is empty")
    contained = data[:4] in (b"RIFF", b"fLaC", b"OggS") or data[:3] == b"ID3"
    if options.encoding is None or contained:
        return read_audio(data)
    size = SAMPLE_BYTES[options.encoding] * options.channels
    samples = decode(data[: len(data) - len(data) % size], options.encoding)
    return downmix(samples, options.channels), options.sample_rate or RECOGNITION_RATE, options.channels


async def _transcribe(
    pcm: bytes, recognizer: Recognizer, settings: Settings, formatted: bool
) -> list[Alternative]:
    """Recognises the stretches of speech one by one."""
    vad = Vad(mode=2, sample_rate=RECOGNITION_RATE, frame_length=FRAME_MS / 1000)
    endpointer = Endpointer(vad.is_speech, _PAUSE_MS, settings.max_segment_ms)
    stream = recognizer.stream()
    parts: list[Alternative] = []
    sound, offset = bytearray(), 0.0
    try:
        for event in [*endpointer.push(pcm), *endpointer.finish()]:
            if isinstance(event, SpeechBegan):
                offset = event.audio_at
            if not isinstance(event, SpeechEnded):
                sound += event.pcm
                continue
            words = await stream.finish(bytes(sound))
            sound.clear()
            if words:
                parts.append(final_channel(words, offset, formatted).alternatives[0])
    finally:
        await stream.close()
    return parts


def _join(parts: list[Alternative]) -> Channel:
    words = [word for part in parts for word in part.words]
    confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
    text = " ".join(part.transcript for part in parts)
    return Channel(alternatives=[Alternative(transcript=text, confidence=round(confidence, 4), words=words)])
