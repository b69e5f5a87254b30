"""The front door's HTTP interface."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import structlog
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from viva_shared import metrics
from viva_shared.livekit_tokens import Role
from viva_shared.settings import LiveKitSettings

from tokens.adapters.livekit import verified_webhook
from tokens.application.interviews import Interviews
from tokens.application.issue import issue
from tokens.application.ports import Dispatches
from tokens.application.rooms import room_started
from tokens.domain.errors import TokensError, Unavailable

log = structlog.get_logger(__name__)


class TokenRequest(BaseModel):
    """Who wants to enter which interview."""

    session_id: str = Field(description="The interview's id: 1 to 64 letters, digits, '_' or '-'.")
    participant_name: str = Field(
        description="How the participant is called, in the room and by the interviewer."
    )
    scenario: str | None = Field(None, description="Name of the scenario; None: the default one.")
    role: Role = Field("candidate", description="An observer is hidden and only listens.")


class TokenResponse(BaseModel):
    """What a LiveKit client needs to enter the room."""

    token: str
    url: str
    room_name: str


class LiveKitHealth(BaseModel):
    """Whether tokens can be made here."""

    livekit_installed: bool
    livekit_configured: bool
    url: str


def build_app(settings: LiveKitSettings, interviews: Interviews, dispatches: Dispatches) -> FastAPI:
    """The application on the given use cases; it opens and closes nothing."""
    app = FastAPI(title="Viva front door", version="0.1.0")

    @app.exception_handler(TokensError)
    async def refuse(_: Request, error: TokensError) -> JSONResponse:
        if error.status >= 500:
            log.warning("request.failed", error=str(error), retryable=error.retryable)
        headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, Unavailable) else None
        return JSONResponse({"detail": str(error)}, status_code=error.status, headers=headers)

    @app.post("/livekit/token")
    async def token(request: TokenRequest) -> TokenResponse:
        """A token for an interview's room; a candidate's first one creates the interview."""
        door = await issue(
            settings,
            interviews,
            session_id=request.session_id,
            participant_name=request.participant_name,
            scenario=request.scenario,
            role=request.role,
        )
        return TokenResponse(token=door.token, url=door.url, room_name=door.room_name)

    @app.get("/livekit/health")
    async def livekit_health() -> LiveKitHealth:
        """Whether LiveKit's SDK is here and its keys are set."""
        return LiveKitHealth(
            livekit_installed=find_spec("livekit.api") is not None,
            livekit_configured=not settings.missing_livekit,
            url=settings.livekit_url,
        )

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Liveness: this process answers."""
        return {"status": "ok"}

    @app.get("/metrics", include_in_schema=False)
    async def prometheus() -> Response:
        content, content_type = metrics.exposition()
        return Response(content, media_type=content_type)

    @app.post("/livekit/webhook")
    async def webhook(request: Request, authorization: Annotated[str, Header()] = "") -> dict[str, str]:
        """LiveKit's events; signed by LiveKit with our key."""
        event = verified_webhook(
            await request.body(),
            authorization,
            settings.livekit_api_key,
            settings.livekit_api_secret.get_secret_value(),
        )
        if event.event == "room_started":
            await room_started(
                interviews,
                dispatches,
                room=event.room.name,
                sid=event.room.sid,
                any_room=settings.profile == "local",
            )
        return {"status": "ok"}

    return app
