"""Giving out tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from viva_shared.livekit_tokens import Role, mint_token
from viva_shared.rooms import INTERVIEW_ID, room_name
from viva_shared.settings import LiveKitSettings

from tokens.application.interviews import Interviews
from tokens.domain.errors import InvalidSession, NotConfigured

PARTICIPANT_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,64}")


@dataclass(frozen=True, slots=True)
class Door:
    """What a participant needs to enter: the token, the server's address, the room."""

    token: str
    url: str
    room_name: str


async def issue(
    settings: LiveKitSettings,
    interviews: Interviews,
    *,
    session_id: str,
    participant_name: str,
    scenario: str | None = None,
    role: Role = "candidate",
) -> Door:
    """A token for the interview's room. A candidate's first token makes the interview; later ones find it.

    Raises:
        InvalidSession, NotConfigured, UnknownScenario, UnknownInterview, Conflict, Unavailable.
    """
    if not INTERVIEW_ID.fullmatch(session_id):
        raise InvalidSession(
            "session_id must be 1 to 64 letters, digits, '_' or '-', not starting with '_' or '-'"
        )
    name = participant_name.strip()
    if not PARTICIPANT_NAME.fullmatch(name):
        raise InvalidSession("participant_name must be 1 to 64 characters on one line")
    if missing := settings.missing_livekit:
        raise NotConfigured(f"LiveKit is not configured: set {' and '.join(missing)} and start tokens again")
    room, identity = room_name(session_id), f"{name}-{session_id}"
    if role == "candidate":
        await interviews.ensure(session_id, room, scenario=scenario, identity=identity, name=name)
    else:
        await interviews.must_exist(session_id)
    token = mint_token(settings, room=room, identity=identity, name=name, role=role)
    return Door(token, settings.livekit_url, room)
