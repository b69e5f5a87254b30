"""Asking the front door for a candidate's token."""

from __future__ import annotations

import httpx
from pydantic import BaseModel

from viva.rehearsal.errors import RehearsalError


class Door(BaseModel):
    """What a candidate needs to enter."""

    token: str
    url: str
    room_name: str


async def ask_for_token(tokens_url: str, *, session_id: str, participant_name: str, scenario: str) -> Door:
    """Create the interview and get its candidate's token. Raises RehearsalError."""
    body = {"session_id": session_id, "participant_name": participant_name, "scenario": scenario}
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=15) as http:
            answer = await http.post(f"{tokens_url}/livekit/token", json=body)
    except httpx.HTTPError as error:
        what = f"the front door at {tokens_url} does not answer ({error!r})"
        raise RehearsalError(what, "tokens") from error
    if answer.status_code != 200:
        try:
            why = answer.json()["detail"]
        except (ValueError, KeyError, TypeError):
            why = f"{answer.status_code} {answer.text[:200]}"
        raise RehearsalError(f"the front door gave no token: {why}", "tokens")
    return Door.model_validate_json(answer.content)
