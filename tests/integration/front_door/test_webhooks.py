"""LiveKit's webhooks: who is believed, and what becomes of a room that opens."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import httpx
import pytest
from fixtures.brains import now
from fixtures.front_door import FakeDispatches, front_door
from fixtures.livekit_server import LiveKitServer
from livekit.api import AccessToken, LiveKitAPI
from livekit.protocol.room import CreateRoomRequest
from tokens.adapters.livekit import LiveKitDispatches
from tokens.settings import TokensSettings
from viva_shared.broker import FIRST, Closing, Mailboxes
from viva_shared.events import InterviewCreated, InterviewEnded, decode, new_event

pytestmark = pytest.mark.integration


async def created(mailboxes: Mailboxes, interview_id: str) -> list[InterviewCreated]:
    entries = await mailboxes.inputs_after(interview_id, FIRST)
    events = [decode(entry.raw) for entry in entries]
    return [event.data for event in events if isinstance(event.data, InterviewCreated)]


def signed(
    body: str, settings: TokensSettings, secret: str | None = None, ttl: timedelta = timedelta(minutes=5)
) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    token = (
        AccessToken(settings.livekit_api_key, secret or settings.livekit_api_secret.get_secret_value())
        .with_sha256(digest)
        .with_ttl(ttl)
    )
    return {"Authorization": token.to_jwt()}


def started(room: str) -> str:
    return f'{{"event": "room_started", "room": {{"name": "{room}", "sid": "RM_1"}}}}'


async def test_a_room_of_any_client_gets_an_interview_and_an_interviewer(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes, dispatches: FakeDispatches
) -> None:
    body = started("anything")
    for _ in range(2):  # LiveKit repeats what it is not sure of
        answer = await http.post("/livekit/webhook", content=body, headers=signed(body, settings))
        assert answer.status_code == 200
    assert dispatches.rooms == ["anything"]
    [event] = await created(mailboxes, "room-RM_1")
    assert event.room == "anything"
    assert event.candidate_identity is None


async def test_outside_the_local_profile_only_our_rooms(
    settings: TokensSettings, mailboxes: Mailboxes, dispatches: FakeDispatches
) -> None:
    production = settings.model_copy(update={"profile": "production"})
    async with front_door(production, dispatches=dispatches) as http:
        for room in ("anything", "interview-", "interview-x y", "interview-ok"):
            body = started(room)
            answer = await http.post("/livekit/webhook", content=body, headers=signed(body, settings))
            assert answer.status_code == 200
    assert dispatches.rooms == ["interview-ok"]


async def test_a_room_of_what_is_over_gets_nobody(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes, dispatches: FakeDispatches
) -> None:
    """Whoever still has a token may open it: LiveKit can do nothing about that, and is not refused."""
    for session_id in ("ended", "archived", "deleted"):
        assert (await http.post("/interviews", json={"session_id": session_id})).status_code == 201
    ended = new_event("ended", InterviewEnded(reason="goodbye"), now())
    await mailboxes.redis.xadd(mailboxes.keys.outputs("ended"), {"event": ended.encode()})
    await mailboxes.redis.hset(mailboxes.keys.state("archived"), "status", "archived")  # type: ignore[misc]
    await Closing(mailboxes, tombstone_ttl_s=60).delete("deleted")
    for session_id in ("ended", "archived", "deleted"):
        body = started(f"interview-{session_id}")
        answer = await http.post("/livekit/webhook", content=body, headers=signed(body, settings))
        assert answer.status_code == 200, answer.text
    assert dispatches.rooms == []


async def test_webhooks_of_others_are_refused(
    http: httpx.AsyncClient, settings: TokensSettings, dispatches: FakeDispatches
) -> None:
    body = started("anything")
    for headers in (
        {},
        {"Authorization": "garbage"},
        signed(body, settings, secret="somebody else's secret, long enough"),
        signed(started("else"), settings),
        signed(body, settings, ttl=timedelta(minutes=-2)),  # LiveKit's clock may be a minute off
    ):
        answer = await http.post("/livekit/webhook", content=body, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert dispatches.rooms == []


async def test_other_events_are_taken_and_change_nothing(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes, dispatches: FakeDispatches
) -> None:
    for event in ("participant_joined", "participant_left", "room_finished", "of_a_newer_livekit"):
        body = f'{{"event": "{event}", "room": {{"name": "r", "sid": "RM_1"}}, "unknown": 1}}'
        answer = await http.post("/livekit/webhook", content=body, headers=signed(body, settings))
        assert answer.status_code == 200
    assert dispatches.rooms == []
    assert await mailboxes.open_interviews() == []


async def test_dispatch_in_a_real_livekit(
    livekit_server: LiveKitServer, settings: TokensSettings, mailboxes: Mailboxes
) -> None:
    async with LiveKitAPI(livekit_server.url, livekit_server.api_key, livekit_server.api_secret) as api:
        await api.room.create_room(CreateRoomRequest(name=mailboxes.keys.prefix))
        dispatches = LiveKitDispatches(api, settings.agent_name)
        async with front_door(settings, dispatches=dispatches) as http:
            body = started(mailboxes.keys.prefix)
            for _ in range(2):
                answer = await http.post("/livekit/webhook", content=body, headers=signed(body, settings))
                assert answer.status_code == 200, answer.text
        found = await api.agent_dispatch.list_dispatch(mailboxes.keys.prefix)
    assert [dispatch.agent_name for dispatch in found if dispatch.agent_name] == ["viva-interviewer"]
