"""Tokens are what livekit-api makes, and say of the role what we say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
from livekit.api import AccessToken, TokenVerifier, VideoGrants
from livekit.protocol.agent_dispatch import RoomAgentDispatch
from livekit.protocol.room import RoomConfiguration
from viva_shared.livekit_tokens import CANDIDATE_SOURCES, Role, mint_token
from viva_shared.settings import LOCAL_API_KEY, LOCAL_API_SECRET, LiveKitSettings

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> LiveKitSettings:
    """Of the local profile, whatever this machine's ``.env`` says."""
    monkeypatch.chdir(str(tmp_path))
    return LiveKitSettings(livekit_api_key=LOCAL_API_KEY, livekit_api_secret=LOCAL_API_SECRET)


def claims(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token, LOCAL_API_SECRET, algorithms=["HS256"])
    assert read.pop("exp") - read.pop("nbf") == 60
    return read


GRANTS = {
    "candidate": VideoGrants(
        room_join=True,
        room="interview-s1",
        can_publish=True,
        can_publish_sources=CANDIDATE_SOURCES,
        can_subscribe=True,
        can_publish_data=True,
    ),
    "observer": VideoGrants(
        room_join=True,
        room="interview-s1",
        can_publish=False,
        can_subscribe=True,
        can_publish_data=False,
        hidden=True,
    ),
}


@pytest.mark.parametrize("role", ["candidate", "observer"])
@pytest.mark.parametrize("metadata", ["", "m"])
def test_a_token_has_the_claims_that_livekit_api_gives_it(
    settings: LiveKitSettings, role: Role, metadata: str
) -> None:
    mine = mint_token(
        settings,
        room="interview-s1",
        identity="Ada-s1",
        name="Ada",
        role=role,
        ttl=timedelta(minutes=1),
        agent_name="another",
        metadata=metadata,
        attributes={"page": "2"},
    )
    theirs = (
        AccessToken(LOCAL_API_KEY, LOCAL_API_SECRET)
        .with_identity("Ada-s1")
        .with_name("Ada")
        .with_ttl(timedelta(minutes=1))
        .with_metadata(metadata)
        .with_attributes({"page": "2", "viva.role": role})
        .with_grants(GRANTS[role])
    )
    if role == "candidate":
        agents = [RoomAgentDispatch(agent_name="another")]
        theirs.with_room_config(RoomConfiguration(agents=agents, departure_timeout=60))
    assert claims(mine) == claims(theirs.to_jwt())
    assert TokenVerifier(LOCAL_API_KEY, LOCAL_API_SECRET).verify(mine).identity == "Ada-s1"


def test_one_token_leaves_nothing_in_the_next(settings: LiveKitSettings) -> None:
    minute = timedelta(minutes=1)
    mint_token(settings, room="a", identity="a", metadata="a", attributes={"a": "a"}, ttl=minute)
    token = claims(mint_token(settings, room="b", identity="b", ttl=minute))
    assert (token["video"]["room"], token["name"]) == ("b", "b")
    assert token["attributes"] == {"viva.role": "candidate"}
    assert "metadata" not in token


def test_no_attribute_changes_the_role(settings: LiveKitSettings) -> None:
    token = mint_token(
        settings,
        room="interview-s1",
        identity="x",
        attributes={"viva.role": "observer"},
        ttl=timedelta(minutes=1),
    )
    assert claims(token)["attributes"] == {"viva.role": "candidate"}
