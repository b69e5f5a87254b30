"""Under ``/livekit``: tokens for an interview's room, and LiveKit's webhooks."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from viva_shared.livekit_tokens import Role

from tokens.adapters.http.depends import Admitted, Wired
from tokens.adapters.http.fields import ParticipantName, SessionId
from tokens.adapters.http.problems import problems
from tokens.adapters.livekit import verified_webhook
from tokens.application.rooms import room_started
from tokens.domain.callers import Candidate, must_be_recruiter, must_reach

router = APIRouter(prefix="/livekit", tags=["livekit"])


class TokenRequest(BaseModel):
    """Who wants to enter which interview."""

    model_config = ConfigDict(extra="forbid")

    session_id: SessionId
    participant_name: Annotated[
        ParticipantName,
        Field(
            description="How the participant is called, in the room and by the interviewer.",
            examples=["Ada Lovelace"],
        ),
    ]
    scenario: str | None = Field(
        None,
        max_length=64,
        description="Name of the scenario; none: the default one.",
        examples=["screening"],
    )
    role: Role = Field("candidate", description="An observer is hidden and only listens.")


class TokenResponse(BaseModel):
    """What a LiveKit client needs to enter the room."""

    token: str = Field(description="A JWT, good for two hours.")
    url: str = Field(description="LiveKit's address.", examples=["wss://livekit.example.com"])
    room_name: str = Field(examples=["interview-summer-2026-ada"])


class LiveKitHealth(BaseModel):
    """Whether tokens can be made here."""

    livekit_installed: bool
    livekit_configured: bool
    url: str


@router.post("/token", responses=problems(401, 403, 404, 409, 422, 500, 503))
async def token(request: TokenRequest, caller: Admitted, services: Wired) -> TokenResponse:
    """A token for an interview's room.

    A candidate's first one creates the interview. One for another name replaces the candidate, who is put out
    of the room: an interview has one candidate. Observers are for recruiters: hidden, they only listen.
    """
    must_reach(caller, request.session_id)
    name = request.participant_name.strip()
    if request.role == "observer":
        actor = must_be_recruiter(caller).actor
        door = await services.tokens.observer(actor, request.session_id, name)
    else:
        door = await services.tokens.candidate(
            request.session_id,
            name,
            scenario=request.scenario,
            may_create=not isinstance(caller, Candidate),
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


@router.post(
    "/webhook",
    responses=problems(401, 500, 503),
    openapi_extra={
        "requestBody": {
            "description": "An event, as LiveKit's protocol has it.",
            "required": True,
            "content": {
                "application/webhook+json": {
                    "schema": {"type": "object"},
                    "example": {"event": "room_started", "room": {"name": "interview-summer-2026-ada"}},
                }
            },
        }
    },
)
async def webhook(request: Request, services: Wired) -> dict[str, str]:
    """LiveKit's events, each signed by LiveKit with our key. A room that opens gets an interview."""
    settings = services.settings
    event = verified_webhook(
        await request.body(),
        request.headers.get("authorization", ""),
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
