"""Wires the servers together and runs them in one process."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket

from local_providers.admin import admin_router
from local_providers.deepgram.listen_http import listen_http
from local_providers.deepgram.listen_ws import listen_ws
from local_providers.deepgram.recognizer import Recognizer
from local_providers.deepgram.speak_http import speak_http
from local_providers.deepgram.speak_ws import speak_ws
from local_providers.deepgram.synthesizer import Synthesizer
from local_providers.fault_middleware import FaultMiddleware
from local_providers.faults import FaultRegistry
from local_providers.gemini.api import gemini_router
from local_providers.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Builds the application; its processes start with its lifespan."""
    registry = FaultRegistry()
    recognizer = Recognizer(settings.recognizers, settings.warm_decoders)
    synthesizer = Synthesizer(settings.flite, settings.flite_timeout_s, settings.synthesizers)
    seed = settings.seed if settings.seed is not None else secrets.randbits(32)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await recognizer.start()
        try:
            yield
        finally:
            await recognizer.stop()

    app = FastAPI(title="Viva's local providers", lifespan=lifespan)
    app.add_middleware(FaultMiddleware, registry=registry)
    app.include_router(admin_router(registry, recognizer))
    app.include_router(gemini_router(settings, seed))

    @app.websocket("/v1/listen")
    async def listen_stream(socket: WebSocket) -> None:
        await listen_ws(socket, recognizer, settings)

    @app.post("/v1/listen")
    async def listen_file(request: Request) -> Response:
        return await listen_http(request, recognizer, settings)

    @app.websocket("/v1/speak")
    async def speak_stream(socket: WebSocket) -> None:
        await speak_ws(socket, synthesizer, settings)

    @app.post("/v1/speak")
    async def speak_text(request: Request) -> Response:
        return await speak_http(request, synthesizer)

    return app


def run() -> None:
    """Runs the server until it is told to stop."""
    settings = Settings()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)-7s %(name)s %(message)s"
    )
    # Access lines would repeat every query, key terms included.
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        access_log=False,
        ws_ping_interval=None,
    )
