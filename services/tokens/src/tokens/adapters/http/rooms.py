"""The rooms that are open, for recruiters: who is in them, and closing them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from tokens.adapters.http.depends import Recruiting, Wired
from tokens.adapters.http.problems import problems

router = APIRouter(prefix="/rooms", tags=["rooms"])

RoomName = Annotated[
    str, Path(min_length=1, max_length=256, pattern="^[^/]+$", examples=["interview-summer-2026-ada"])
]
Identity = Annotated[
    str, Path(min_length=1, max_length=256, pattern=r"^[^\n]+$", examples=["Ada Lovelace-summer-2026-ada"])
]


class RoomView(BaseModel):
    """A room that is open, and whose interview it is."""

    name: str = Field(examples=["interview-summer-2026-ada"])
    sid: str = Field(description="LiveKit's id of it.", examples=["RM_u4T7uz8AhwKr"])
    session_id: str = Field(description="The interview's id.", examples=["summer-2026-ada"])
    num_participants: int = Field(description="As LiveKit counts, every few seconds, without hidden ones.")
    created_at: datetime


class TrackView(BaseModel):
    """What somebody publishes, in LiveKit's words."""

    model_config = ConfigDict(from_attributes=True)

    sid: str
    type: str = Field(examples=["audio"])
    source: str = Field(examples=["microphone"])
    muted: bool


class ParticipantView(BaseModel):
    """Somebody in a room."""

    model_config = ConfigDict(from_attributes=True)

    identity: str = Field(examples=["Ada Lovelace-summer-2026-ada"])
    name: str = Field(examples=["Ada Lovelace"])
    kind: str = Field(
        description="standard (a person), agent, or another of LiveKit's.", examples=["standard"]
    )
    role: str | None = Field(
        description="candidate or observer; none in a bare token.", examples=["candidate"]
    )
    state: str = Field(description="joining, joined, active or disconnected.", examples=["active"])
    joined_at: datetime
    tracks: list[TrackView]


@router.get("", responses=problems(401, 403, 500, 503))
async def list_rooms(_: Recruiting, services: Wired) -> list[RoomView]:
    """The rooms of interviews that are open now."""
    return [
        RoomView(
            name=room.name,
            sid=room.sid,
            session_id=interview_id,
            num_participants=room.num_participants,
            created_at=room.created_at,
        )
        for room, interview_id in await services.rooms.open()
    ]


@router.get("/{room}/participants", responses=problems(401, 403, 404, 422, 500, 503))
async def list_participants(room: RoomName, _: Recruiting, services: Wired) -> list[ParticipantView]:
    """Who is in a room, hidden observers included."""
    return [ParticipantView.model_validate(someone) for someone in await services.rooms.participants(room)]


@router.delete(
    "/{room}/participants/{identity:path}",
    status_code=204,
    responses=problems(401, 403, 404, 422, 500, 503),
)
async def remove_participant(room: RoomName, identity: Identity, caller: Recruiting, services: Wired) -> None:
    """Put somebody out of a room. Their token stays good: who must not come back needs another interview."""
    await services.rooms.remove(caller.actor, room, identity)


@router.delete("/{room}", status_code=204, responses=problems(401, 403, 404, 422, 500, 503))
async def close_room(room: RoomName, caller: Recruiting, services: Wired) -> None:
    """Put everybody out of a room. An interview that goes on waits for its candidate to come back."""
    await services.rooms.close(caller.actor, room)
