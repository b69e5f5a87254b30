"""What LiveKit's own clients ask for a connection: its starter frontends, and the SDKs' ``TokenSource``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tokens.adapters.http.depends import Admitted, Wired
from tokens.adapters.http.fields import BLANK, NAME, Form
from tokens.adapters.http.problems import problems
from tokens.application.issue import Wishes

router = APIRouter(tags=["livekit"])

ATTRIBUTES = 16
KEY = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""No dot: ``lk.…`` is LiveKit's, ``viva.…`` is ours."""
ROOM = rf"[^/{BLANK}\x00-\x1f\x7f-\x9f]*"


class Agent(BaseModel):
    """An agent to dispatch to the room."""

    model_config = ConfigDict(extra="forbid")

    agent_name: str = Field(
        min_length=1, max_length=128, description="One that the server allows.", examples=["viva-interviewer"]
    )


class RoomConfig(BaseModel):
    """LiveKit's room configuration, of which a client may choose the agent and nothing else."""

    model_config = ConfigDict(extra="forbid")

    agents: list[Agent] = Field([], max_length=1, description="None: the interviewer.")


class ConnectionDetailsRequest(BaseModel):
    """What LiveKit's starter frontends send."""

    model_config = ConfigDict(extra="forbid")

    room_config: RoomConfig | None = None


class ConnectionDetails(BaseModel):
    """What LiveKit's starter frontends read."""

    serverUrl: str = Field(examples=["wss://livekit.example.com"])
    roomName: str = Field(examples=["interview-0b51f7c83fae4dd4a2f2ab0f7f2c8a4e"])
    participantToken: str = Field(description="A JWT, good for 15 minutes.")
    participantName: str = Field(examples=["candidate"])


Chosen = Annotated[
    str,
    StringConstraints(max_length=64),
    Form(f"({NAME})?", "1 to 64 characters on one line, not only blanks"),
]


Attributes = Annotated[
    dict[KEY, Annotated[str, StringConstraints(max_length=256)]],
    Field(max_length=ATTRIBUTES, json_schema_extra={"additionalProperties": False}),  # as to the keys
]


class ConnectionRequest(BaseModel):
    """What the SDKs' ``TokenSource.endpoint`` sends: all of it is optional, and an empty text is none."""

    model_config = ConfigDict(extra="forbid")

    room_name: (
        Annotated[str, StringConstraints(max_length=128), Form(ROOM, "without blanks and slashes")] | None
    ) = Field(
        None,
        description="`interview-<session_id>`. None: the candidate's own, else a new interview's.",
        examples=["interview-summer-2026-ada"],
    )
    participant_identity: Chosen | None = Field(
        None, description="In place of the name, as the first part of the identity."
    )
    participant_name: Chosen | None = Field(None, examples=["Ada Lovelace"])
    participant_metadata: Annotated[str, StringConstraints(max_length=1024)] | None = None
    participant_attributes: Attributes | None = None
    room_config: RoomConfig | None = None


class ConnectionResponse(BaseModel):
    """What ``TokenSource.endpoint`` reads."""

    server_url: str = Field(examples=["wss://livekit.example.com"])
    participant_token: str = Field(description="A JWT, good for 15 minutes.")


REFUSALS = problems(401, 403, 404, 409, 422, 500, 503)


@router.post("/api/connection-details", responses=REFUSALS)
async def connection_details(
    caller: Admitted, services: Wired, request: ConnectionDetailsRequest | None = None
) -> ConnectionDetails:
    """A new interview in a new room, with each call: what LiveKit's starter frontends ask for."""
    connections = services.connections
    agent_name = connections.agent(_agents(request.room_config if request else None))
    door = await connections.new_room(caller, Wishes(agent_name=agent_name))
    return ConnectionDetails(
        serverUrl=door.url,
        roomName=door.room_name,
        participantToken=door.token,
        participantName=door.participant_name,
    )


@router.post("/livekit/connection", status_code=201, responses=REFUSALS)
async def connection(
    caller: Admitted, services: Wired, request: ConnectionRequest | None = None
) -> ConnectionResponse:
    """LiveKit's standard token endpoint, for the SDKs' `TokenSource.endpoint`."""
    asked = request or ConnectionRequest()
    connections = services.connections
    door = await connections.connect(
        caller,
        asked.room_name or None,
        _name(asked.participant_name) or _name(asked.participant_identity),
        Wishes(
            identity=_name(asked.participant_identity),
            agent_name=connections.agent(_agents(asked.room_config)),
            metadata=asked.participant_metadata or "",
            attributes=asked.participant_attributes or {},
        ),
    )
    return ConnectionResponse(server_url=door.url, participant_token=door.token)


def _agents(config: RoomConfig | None) -> list[str]:
    return [agent.agent_name for agent in config.agents] if config else []


def _name(text: str | None) -> str | None:
    return (text or "").strip() or None
