"""The front door: a token for an interview's room."""

from __future__ import annotations

import httpx
from pydantic import BaseModel, ValidationError

from candidate.application.ports import RoomRefusedError


class Ticket(BaseModel):
    """What the front door gives."""

    token: str
    url: str
    room_name: str


async def get_ticket(
    tokens_url: str,
    session_id: str,
    participant_name: str,
    *,
    scenario: str | None = None,
    timeout: float = 10.0,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Ticket:
    """Ask for a token.

    Raises:
        RoomRefusedError: the front door cannot be reached, refuses, or answers something else.
    """
    address = f"{tokens_url.rstrip('/')}/livekit/token"
    asked = {"session_id": session_id, "participant_name": participant_name}
    if scenario:
        asked["scenario"] = scenario
    try:
        async with httpx.AsyncClient(timeout=timeout, transport=transport, trust_env=False) as client:
            answer = await client.post(address, json=asked)
    except httpx.HTTPError as error:
        raise RoomRefusedError(
            f"no token: {address} does not answer ({error or type(error).__name__})"
        ) from error
    if answer.status_code != httpx.codes.OK and answer.status_code != httpx.codes.CREATED:
        raise RoomRefusedError(f"no token: {address} says {answer.status_code}: {answer.text[:300]}")
    try:
        return Ticket.model_validate_json(answer.content)
    except ValidationError as error:
        raise RoomRefusedError(f"no token: {address} answered something else: {error}") from error
