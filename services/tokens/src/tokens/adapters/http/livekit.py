"""Under ``/livekit``: tokens for LiveKit, and LiveKit's webhooks."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field
from viva_shared.livekit_tokens import Role

from tokens.adapters.http.depends import Admitted, Wired
from tokens.adapters.http.problems import problems
from tokens.adapters.livekit import verified_webhook
from tokens.application.issue import issue
from tokens.application.rooms import room_started
from tokens.domain.callers import must_be_recruiter, must_reach

router = APIRouter(prefix="/livekit", tags=["livekit"])


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


@router.post("/token", responses=problems(401, 403, 404, 409, 422, 500, 503))
async def token(request: TokenRequest, caller: Admitted, services: Wired) -> TokenResponse:
    """A token for an interview's room; a candidate's first one creates the interview."""
    must_reach(caller, request.session_id)
    if request.role == "observer":
        must_be_recruiter(caller)
    door = await issue(
        services.settings,
        services.interviews,
        session_id=request.session_id,
        participant_name=request.participant_name,
        scenario=request.scenario,
        role=request.role,
    )
    return TokenResponse(token=door.token, url=door.url, room_name=door.room_name)


@router.get("/health")
async def livekit_health(services: Wired) -> LiveKitHealth:
    """Whether LiveKit's SDK is here and its keys are set."""
    return LiveKitHealth(
        livekit_installed=find_spec("livekit.api") is not None,
        livekit_configured=not services.settings.missing_livekit,
        url=services.settings.livekit_url,
    )


@router.post("/webhook", responses=problems(401, 503))
async def webhook(
    request: Request, services: Wired, authorization: Annotated[str, Header()] = ""
) -> dict[str, str]:
    """LiveKit's events; signed by LiveKit with our key."""
    settings = services.settings
    event = verified_webhook(
        await request.body(),
        authorization,
        settings.livekit_api_key,
        settings.livekit_api_secret.get_secret_value(),
    )
    if event.event == "room_started":
        await room_started(
            services.interviews,
            services.dispatches,
            room=event.room.name,
            sid=event.room.sid,
            any_room=settings.profile == "local",
        )
    return {"status": "ok"}
