"""Gemini's REST routes."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ValidationError

from local_providers.fault_middleware import BLOCK_KEY
from local_providers.gemini.model import reply_to
from local_providers.gemini.plan import Call
from local_providers.gemini.request import CountRequest, GenerateRequest
from local_providers.gemini.responses import Answer, content_tokens, prompt_tokens, split_text
from local_providers.settings import Settings
from local_providers.vendor_errors import gemini_error

Json = dict[str, Any]
VERSIONS = ("v1", "v1beta", "v1alpha")
MODELS = ("gemini-3.1-flash-lite", "gemini-3-flash", "gemini-2.5-flash-lite", "gemini-2.5-flash")
_METHODS = ["generateContent", "streamGenerateContent", "countTokens"]


def gemini_router(settings: Settings, seed: int) -> APIRouter:
    """Builds the routes.

    Args:
        settings: How answers are cut into chunks.
        seed: Chooses wordings where a request brings no seed of its own.
    """
    router = APIRouter()

    @router.get("/{version}/models")
    async def models(version: str, request: Request) -> Response:
        if (refusal := _refusal(version, request)) is not None:
            return refusal
        return JSONResponse({"models": [_model(name) for name in MODELS]})

    @router.get("/{version}/models/{name}")
    async def model(version: str, name: str, request: Request) -> Response:
        if (refusal := _refusal(version, request)) is not None:
            return refusal
        return JSONResponse(_model(name))

    @router.post("/{version}/models/{target}")
    async def act(version: str, target: str, request: Request) -> Response:
        if (refusal := _refusal(version, request)) is not None:
            return refusal
        name, _, method = target.rpartition(":")
        try:
            body = await request.body()
            match method:
                case "generateContent" | "streamGenerateContent":
                    asked = GenerateRequest.model_validate_json(body)
                    return _generate(
                        name, asked, request, settings, seed, stream=method == "streamGenerateContent"
                    )
                case "countTokens":
                    return _count(CountRequest.model_validate_json(body))
                case _:
                    return JSONResponse(gemini_error(404, f"Method {method!r} is not found."), 404)
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(str(part) for part in problem["loc"])
            return JSONResponse(gemini_error(400, f"Invalid value at '{where}': {problem['msg']}"), 400)

    return router


def _refusal(version: str, request: Request) -> Response | None:
    if version not in VERSIONS:
        return JSONResponse(gemini_error(404), 404)
    if not (request.headers.get("x-goog-api-key") or request.query_params.get("key")):
        return JSONResponse(gemini_error(401), 401)
    return None


def _model(name: str) -> Json:
    return {
        "name": f"models/{name}",
        "version": "local",
        "displayName": f"{name} (local, by rules)",
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": _METHODS,
    }


def _generate(
    model: str, asked: GenerateRequest, request: Request, settings: Settings, seed: int, *, stream: bool
) -> Response:
    answer = Answer(model, prompt_tokens(asked))
    if request.scope.get(BLOCK_KEY):
        chunks = [answer.blocked()]
    else:
        if settings.gemini_fickle:
            seed = secrets.randbits(32)
        chunks = _chunks(answer, asked, seed, settings.gemini_chunk_words if stream else None)
    if not stream:
        return JSONResponse(chunks[0])
    sse = request.query_params.get("alt") == "sse"
    media_type = "text/event-stream" if sse else "application/json"
    return StreamingResponse(
        _paced(chunks, settings.gemini_chunk_delay_ms / 1000, sse), media_type=media_type
    )


def _chunks(answer: Answer, asked: GenerateRequest, seed: int, words_each: int | None) -> list[Json]:
    reply = reply_to(asked, seed)
    if isinstance(reply, Call):
        return [answer.call(reply)]
    pieces = [reply.text] if words_each is None else split_text(reply.text, words_each)
    ends = [sum(len(p) for p in pieces[: n + 1]) for n in range(len(pieces))]
    return [
        answer.text(piece, reply.text[:end], last=n == len(pieces) - 1)
        for n, (piece, end) in enumerate(zip(pieces, ends, strict=True))
    ]


async def _paced(chunks: list[Json], delay_s: float, sse: bool) -> AsyncIterator[bytes]:
    """Sends chunks one by one: as events, or as the elements of a JSON array."""
    for number, chunk in enumerate(chunks):
        if number and delay_s:
            await asyncio.sleep(delay_s)
        text = json.dumps(chunk, ensure_ascii=False)
        if sse:
            yield f"data: {text}\r\n\r\n".encode()
        else:
            yield ("[" if number == 0 else ",\r\n").encode() + text.encode()
    if not sse:
        yield b"]"


def _count(asked: CountRequest) -> Response:
    inner = asked.generate_content_request
    total = (
        prompt_tokens(inner)
        if inner is not None
        else sum(content_tokens(content) for content in asked.contents)
    )
    return JSONResponse(
        {"totalTokens": total, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": total}]}
    )
