"""The rooms as a recruiter sees and closes them, in a real LiveKit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest
from fixtures.brains import eventually
from fixtures.front_door import FakeDispatches, as_candidate, front_door
from fixtures.livekit_server import LiveKitServer
from fixtures.processes import free_port
from livekit import rtc
from pydantic import SecretStr
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(settings: TokensSettings, livekit_server: LiveKitServer) -> TokensSettings:
    """With a real LiveKit."""
    return settings.model_copy(update={"livekit_url": livekit_server.url})


@pytest.fixture
def session_id(mailboxes: Mailboxes) -> str:
    """An interview that no other test has: they share LiveKit."""
    return mailboxes.keys.prefix


@pytest.fixture
def room_name(session_id: str) -> str:
    """Its room."""
    return f"interview-{session_id}"


@asynccontextmanager
async def inside(http: httpx.AsyncClient, **asked: str) -> AsyncIterator[rtc.Room]:
    answer = await http.post("/livekit/connection", json=asked)
    assert answer.status_code == 201, answer.text
    room = rtc.Room()
    await room.connect(answer.json()["server_url"], answer.json()["participant_token"])
    try:
        yield room
    finally:
        await room.disconnect()


async def is_out(room: rtc.Room) -> None:
    await eventually(lambda: asyncio.sleep(0, room), lambda room: not room.isconnected())


async def observe(http: httpx.AsyncClient, session_id: str, settings: TokensSettings) -> rtc.Room:
    asked = {"session_id": session_id, "participant_name": "Rita", "role": "observer"}
    token = (await http.post("/livekit/token", json=asked)).json()["token"]
    room = rtc.Room()
    await room.connect(settings.livekit_url, token)
    return room


async def test_who_is_in_which_room(
    http: httpx.AsyncClient, settings: TokensSettings, session_id: str, room_name: str
) -> None:
    async with inside(http, room_name=room_name, participant_name="A/B") as candidate:
        source = rtc.AudioSource(48_000, 1)
        microphone = rtc.LocalAudioTrack.create_audio_track("m", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await candidate.local_participant.publish_track(microphone, options)
        rita = await observe(http, session_id, settings)

        rooms = (await http.get("/rooms")).json()
        answer = await http.get(f"/rooms/{room_name}/participants")
        await rita.disconnect()
    await source.aclose()

    [room] = [room for room in rooms if room["name"] == room_name]
    assert room["session_id"] == session_id
    assert room["sid"].startswith("RM_")
    assert room["num_participants"] in (0, 1)  # LiveKit counts anew every few seconds
    assert datetime.now(UTC) - datetime.fromisoformat(room["created_at"]) < timedelta(minutes=1)
    there = {someone["identity"]: someone for someone in answer.json()}
    first = there[f"A/B-{session_id}"]
    assert datetime.now(UTC) - datetime.fromisoformat(first.pop("joined_at")) < timedelta(minutes=1)
    [track] = first.pop("tracks")
    assert track.pop("sid").startswith("TR_")
    assert track == {"type": "audio", "source": "microphone", "muted": False}
    assert first == {
        "identity": f"A/B-{session_id}",
        "name": "A/B",
        "kind": "standard",
        "role": "candidate",
        "state": "active",
    }
    assert there[f"Rita-{session_id}"]["role"] == "observer"


async def test_somebody_is_put_out(
    http: httpx.AsyncClient, settings: TokensSettings, session_id: str, room_name: str
) -> None:
    async with inside(http, room_name=room_name, participant_name="A/B ß?") as candidate:
        rita = await observe(http, session_id, settings)
        path = f"/rooms/{room_name}/participants/{quote(f'A/B ß?-{session_id}', safe='')}"
        answer = await http.delete(path)
        assert (answer.status_code, answer.content) == (204, b"")
        await is_out(candidate)
        assert rita.isconnected()
        again = await http.delete(path)
        assert (again.status_code, again.json()["type"]) == (404, "unknown_participant")
        await rita.disconnect()
    lines = (await http.get("/audit", params={"session_id": session_id})).json()["items"]
    assert [(line["actor"], line["action"]) for line in lines] == [
        ("anyone", "room.participant_removed"),
        ("anyone", "room.observer_admitted"),
    ]
    assert "A/B" not in str(lines), "who it was goes with the interview"


async def test_a_room_is_closed_and_may_be_opened_again(
    http: httpx.AsyncClient, session_id: str, room_name: str
) -> None:
    async with inside(http, room_name=room_name) as candidate:
        answer = await http.delete(f"/rooms/{room_name}")
        assert (answer.status_code, answer.content) == (204, b"")
        await is_out(candidate)
    assert room_name not in [room["name"] for room in (await http.get("/rooms")).json()]
    for method, path in (("DELETE", ""), ("GET", "/participants"), ("DELETE", "/participants/x")):
        gone = await http.request(method, f"/rooms/{room_name}{path}")
        assert (gone.status_code, gone.json()["type"]) == (404, "unknown_room")
    async with inside(http, room_name=room_name) as back:  # the interview goes on
        assert back.isconnected()
    [line] = (await http.get("/audit")).json()["items"]
    assert (line["action"], line["session_id"]) == ("room.closed", session_id)


async def test_rooms_of_others_are_not_ours_outside_the_local_profile(
    http: httpx.AsyncClient, settings: TokensSettings, dispatches: FakeDispatches, session_id: str
) -> None:
    production = settings.model_copy(update={"profile": "production"})
    async with inside(http, room_name=session_id) as somebody:
        [room] = [room for room in (await http.get("/rooms")).json() if room["name"] == session_id]
        assert room["session_id"] == f"room-{room['sid']}"
        async with front_door(production, dispatches=dispatches) as elsewhere:
            assert session_id not in [room["name"] for room in (await elsewhere.get("/rooms")).json()]
            assert (await elsewhere.delete(f"/rooms/{session_id}")).status_code == 404
            assert (await elsewhere.get(f"/rooms/{session_id}/participants")).status_code == 404
        assert somebody.isconnected()


async def test_rooms_are_a_recruiter_s(http: httpx.AsyncClient, settings: TokensSettings) -> None:
    invited = as_candidate(settings, "s1")
    for method, path in (
        ("GET", "/rooms"),
        ("GET", "/rooms/interview-s1/participants"),
        ("DELETE", "/rooms/interview-s1/participants/x"),
        ("DELETE", "/rooms/interview-s1"),
    ):
        answer = await http.request(method, path, headers=invited)
        assert (answer.status_code, answer.json()["type"]) == (403, "forbidden")


async def test_livekit_is_away(settings: TokensSettings) -> None:
    away = settings.model_copy(update={"livekit_url": f"ws://127.0.0.1:{free_port()}"})
    async with front_door(away) as http:
        for method, path in (("GET", "/rooms"), ("DELETE", "/rooms/interview-s1")):
            answer = await http.request(method, path)
            assert (answer.status_code, answer.json()["type"]) == (503, "unavailable")
            assert answer.headers["retry-after"] == "2"


async def test_livekit_does_not_know_our_key(settings: TokensSettings) -> None:
    wrong = settings.model_copy(update={"livekit_api_secret": SecretStr("another one, which is long enough")})
    async with front_door(wrong) as http:
        for method, path in (("GET", "/rooms"), ("DELETE", "/rooms/interview-s1")):
            answer = await http.request(method, path)
            assert (answer.status_code, answer.json()["type"]) == (500, "not_configured")
            assert "LIVEKIT_API_SECRET" in answer.json()["detail"]
