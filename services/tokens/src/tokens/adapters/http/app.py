"""The application: its routes, how they refuse, and what stands before them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from tokens.adapters.http import (
    auth,
    connections,
    dictation,
    events,
    interview,
    invites,
    livekit,
    page,
    recruiter,
    rooms,
    system,
)
from tokens.adapters.http.document import DESCRIPTION, TITLE, describe
from tokens.adapters.http.middleware import BoundedBodies, PrivateAnswers
from tokens.adapters.http.page_files import PageFiles
from tokens.adapters.http.page_headers import page_headers
from tokens.adapters.http.problems import handle_problems
from tokens.adapters.http.services import Services

ROUTERS = (
    *(system.router, livekit.router, connections.router, rooms.router),
    *(invites.router, interview.router, events.router, dictation.router),
    *(recruiter.router, auth.router, page.router),
)
METHODS = ("GET", "POST", "DELETE")
REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID")
ANSWER_HEADERS = ("Content-Disposition", "Retry-After", "WWW-Authenticate")
"""Which pages of other origins may send, and read."""


def build_app(services: Services) -> FastAPI:
    """The application on the given use cases; it opens and closes nothing."""
    settings = services.settings
    app = _routed()
    app.state.services = services
    if settings.web_dir:
        headers = page_headers(settings.livekit_url, any_livekit=settings.profile == "local")
        app.router.default = PageFiles(settings.web_dir, headers)  # for what no route has
    # From the inside out: what a bound refuses a page may read, too.
    app.add_middleware(BoundedBodies, max_bytes=settings.max_body_bytes, larger=(dictation.BOUND,))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=True,
        allow_methods=METHODS,
        allow_headers=REQUEST_HEADERS,
        expose_headers=ANSWER_HEADERS,
    )
    app.add_middleware(PrivateAnswers)
    return app


def openapi() -> dict[str, Any]:
    """The OpenAPI document, which depends on no setting."""
    return _routed().openapi()


def _routed() -> FastAPI:
    app = FastAPI(
        title=TITLE,
        version="0.1.0",
        description=DESCRIPTION,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    handle_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    describe(app)
    return app
