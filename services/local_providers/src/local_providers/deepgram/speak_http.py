"""`POST /v1/speak`: a whole text."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import uuid4

import numpy as np
from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ValidationError

from local_providers.audio.files import write_audio
from local_providers.audio.pcm import Samples, encode
from local_providers.deepgram.auth import api_key
from local_providers.deepgram.messages import SPEAK_UUID
from local_providers.deepgram.options import SpeakOptions, single_values
from local_providers.deepgram.synthesizer import SynthesisFailed, Synthesizer
from local_providers.vendor_errors import deepgram_error

CHUNK_MS = 100


class _Text(BaseModel):
    text: str


class _Form(NamedTuple):
    """How the audio goes out: raw in chunks, or as a file."""

    encoding: str
    file: str | None
    media_type: str


def _form(options: SpeakOptions) -> _Form:
    """Chooses the form as Deepgram does: mp3 by default, raw encodings in WAV unless told otherwise."""
    encoding = options.encoding or ("linear16" if options.container in ("wav", "none") else "mp3")
    match encoding:
        case "linear16" | "mulaw" | "alaw" if options.container == "none":
            media = {"linear16": "audio/l16", "mulaw": "audio/mulaw", "alaw": "audio/alaw"}[encoding]
            return _Form(encoding, None, media)
        case "linear16" | "mulaw" | "alaw":
            return _Form(encoding, "wav" if encoding == "linear16" else f"wav-{encoding}", "audio/wav")
        case "mp3":
            return _Form(encoding, "mp3", "audio/mpeg")
        case "opus":
            return _Form(encoding, "opus", "audio/ogg")
        case _:
            return _Form(encoding, "flac", "audio/flac")


def _rate(options: SpeakOptions, form: _Form) -> int:
    if form.encoding == "opus":
        return 48_000
    return options.sample_rate or (8_000 if form.encoding in ("mulaw", "alaw") else 24_000)


async def speak_http(request: Request, synthesizer: Synthesizer) -> Response:
    """Speaks the body's `text`."""
    request_id = str(uuid4())
    if api_key(request) is None:
        return JSONResponse(deepgram_error(401, request_id=request_id), 401)
    try:
        options = SpeakOptions.model_validate(single_values(request.query_params))
        text = _Text.model_validate_json(await request.body()).text
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "body"
        return JSONResponse(deepgram_error(400, f"Bad Request: {where}: {problem['msg']}", request_id), 400)
    form = _form(options)
    rate = _rate(options, form)
    spoken = synthesizer.text(text, options.voice, options.speed, rate)
    headers = {
        "dg-request-id": request_id,
        "dg-model-name": options.model,
        "dg-model-uuid": SPEAK_UUID,
        "dg-char-count": str(len(text)),
    }
    try:
        if form.file is not None:
            parts = [part async for part in spoken]
            whole = np.concatenate(parts) if parts else np.zeros(0, np.float32)
            return Response(write_audio(whole, rate, form.file), media_type=form.media_type, headers=headers)
        # The first sentence is spoken before the status goes out, so that a failure has a status of its own.
        first = await anext(spoken, None)
    except SynthesisFailed as failed:
        return JSONResponse(deepgram_error(500, str(failed), request_id), 500)
    media_type = f"{form.media_type};rate={rate};channels=1"
    return StreamingResponse(
        _chunks(first, spoken, form.encoding, rate), media_type=media_type, headers=headers
    )


async def _chunks(
    first: Samples | None, rest: AsyncIterator[Samples], encoding: str, rate: int
) -> AsyncIterator[bytes]:
    if first is None:
        return
    for chunk in pieces(first, encoding, rate):
        yield chunk
    async for samples in rest:
        for chunk in pieces(samples, encoding, rate):
            yield chunk


def pieces(samples: Samples, encoding: str, rate: int) -> list[bytes]:
    """Returns samples encoded, in chunks of a tenth of a second."""
    step = rate * CHUNK_MS // 1000
    return [encode(samples[start : start + step], encoding) for start in range(0, len(samples), step)]
