"""LiveKit access tokens: who may enter which room, and that the interviewer is sent there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal

from livekit.api import AccessToken, VideoGrants
from livekit.api.access_token import Claims
from livekit.protocol.agent_dispatch import RoomAgentDispatch
from livekit.protocol.room import RoomConfiguration

from viva_shared.rooms import ROLE_ATTRIBUTE
from viva_shared.settings import LiveKitSettings, SettingsError

TOKEN_TTL = timedelta(hours=2)
"""How long a token opens the door. Counts when somebody connects, not while they are in the room."""

Role = Literal["candidate", "observer"]

CANDIDATE_SOURCES = ["microphone", "camera", "screen_share", "screen_share_audio"]


def mint_token(
    settings: LiveKitSettings,
    *,
    room: str,
    identity: str,
    name: str = "",
    role: Role = "candidate",
    ttl: timedelta = TOKEN_TTL,
    agent_name: str | None = None,
    metadata: str = "",
    attributes: Mapping[str, str] | None = None,
) -> str:
    """A signed JWT for one room, which its bearer can read.

    A candidate may publish, subscribe and send data, and the room's configuration dispatches the interviewer
    (or the agent that is named); a room that is open already keeps its own. An observer is hidden, only
    listens, and dispatches nobody. No attribute changes the role.

    Raises:
        SettingsError: a variable without which no token can be signed is not set.
    """
    if missing := settings.missing_livekit:
        raise SettingsError(f"LiveKit is not configured: set {' and '.join(missing)}")
    token = AccessToken(settings.livekit_api_key, settings.livekit_api_secret.get_secret_value())
    common = _claims(role, agent_name or settings.agent_name, settings.departure_timeout_s)
    own = {
        "name": name or identity,
        "video": {**common["video"], "room": room},
        "attributes": {**(attributes or {}), ROLE_ATTRIBUTE: role},
    }
    if metadata:
        own["metadata"] = metadata
    token.claims = _Ready({**common, **own})
    return token.with_identity(identity).with_ttl(ttl).to_jwt()


class _Ready(Claims):
    """Claims in their final form: livekit-api makes that by deep copies, which takes longer than signing."""

    def __init__(self, form: dict[str, Any]) -> None:
        super().__init__()
        self._form = form

    def asdict(self) -> dict[str, Any]:
        return self._form


@lru_cache(64)
def _claims(role: Role, agent_name: str, departure_timeout_s: int) -> dict[str, Any]:
    """What all tokens of a role have in common, in livekit-api's form."""
    if role == "observer":
        grants = VideoGrants(
            room_join=True, can_publish=False, can_subscribe=True, can_publish_data=False, hidden=True
        )
        return Claims(video=grants).asdict()
    grants = VideoGrants(
        room_join=True,
        can_publish=True,
        can_publish_sources=CANDIDATE_SOURCES,
        can_subscribe=True,
        can_publish_data=True,
    )
    config = RoomConfiguration(
        agents=[RoomAgentDispatch(agent_name=agent_name)], departure_timeout=departure_timeout_s
    )
    return Claims(video=grants, room_config=config).asdict()
