"""The front door: who gets in, what is created, what it says when something is wrong."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import jwt
import pytest
from fixtures.front_door import FakeDispatches, front_door
from fixtures.livekit_server import LiveKitServer
from fixtures.outages import NOTICED_S
from fixtures.toxiproxy import TROUBLES, Proxy
from livekit.api import AccessToken, LiveKitAPI
from livekit.protocol.room import CreateRoomRequest
from pydantic import SecretStr
from tokens.adapters.livekit import LiveKitDispatches
from tokens.settings import TokensSettings
from viva_shared.broker import FIRST, Mailboxes
from viva_shared.events import InterviewCreated, InterviewEnded, decode, new_event
from viva_shared.scenario import load_scenario

pytestmark = pytest.mark.integration

SCENARIOS = Path(__file__).parents[3] / "scenarios"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def claims(token: str, settings: TokensSettings) -> dict[str, object]:
    secret = settings.livekit_api_secret.get_secret_value()
    decoded: dict[str, object] = jwt.decode(token, secret, algorithms=["HS256"])
    return decoded


async def created(mailboxes: Mailboxes, interview_id: str) -> list[InterviewCreated]:
    entries = await mailboxes.inputs_after(interview_id, FIRST)
    events = [decode(entry.raw) for entry in entries]
    return [event.data for event in events if isinstance(event.data, InterviewCreated)]


async def test_prometheus_finds_the_metrics(http: httpx.AsyncClient) -> None:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "# TYPE viva_dead_letters_total counter" in answer.text
    assert "/metrics" not in (await http.get("/openapi.json")).json()["paths"]


async def test_candidate_gets_a_token_and_an_interview(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes
) -> None:
    answer = await http.post("/livekit/token", json={"session_id": "s1", "participant_name": "Alice"})

    assert answer.status_code == 200, answer.text
    assert answer.json()["url"] == "ws://livekit.test"
    assert answer.json()["room_name"] == "interview-s1"
    token = claims(answer.json()["token"], settings)
    assert token["sub"] == "Alice-s1"
    assert token["exp"] - token["nbf"] == 2 * 3600  # type: ignore[operator]
    assert token["video"] == {
        "room": "interview-s1",
        "roomJoin": True,
        "canPublish": True,
        "canSubscribe": True,
        "canPublishData": True,
        "canPublishSources": ["microphone", "camera", "screen_share", "screen_share_audio"],
    }
    assert token["attributes"] == {"viva.role": "candidate"}
    assert token["roomConfig"] == {"agents": [{"agentName": "viva-interviewer"}], "departureTimeout": 60}
    [event] = await created(mailboxes, "s1")
    scenario = load_scenario("screening", SCENARIOS)
    assert event == InterviewCreated(
        scenario="screening",
        scenario_hash=scenario.content_hash,
        room="interview-s1",
        candidate_identity="Alice-s1",
        candidate_name="Alice",
    )
    snapshot = await mailboxes.snapshot("s1")
    assert snapshot is not None
    assert snapshot.scenario == scenario.model_dump_json()


async def test_asking_again_changes_nothing(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    body = {"session_id": "s1", "participant_name": "Alice"}
    answers = await asyncio.gather(*(http.post("/livekit/token", json=body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await created(mailboxes, "s1")) == 1


async def test_an_interview_has_one_candidate_and_one_scenario(http: httpx.AsyncClient) -> None:
    await http.post("/livekit/token", json={"session_id": "s1", "participant_name": "Alice"})
    other = await http.post("/livekit/token", json={"session_id": "s1", "participant_name": "Bob"})
    assert other.status_code == 409
    assert "another session_id" in other.json()["detail"]


async def test_observer_is_hidden_and_dispatches_nobody(
    http: httpx.AsyncClient, settings: TokensSettings
) -> None:
    observer = {"session_id": "s1", "participant_name": "Rita", "role": "observer"}
    early = await http.post("/livekit/token", json=observer)
    assert early.status_code == 404
    await http.post("/livekit/token", json={"session_id": "s1", "participant_name": "Alice"})

    answer = await http.post("/livekit/token", json=observer)

    token = claims(answer.json()["token"], settings)
    assert token["video"] == {
        "room": "interview-s1",
        "roomJoin": True,
        "canPublish": False,
        "canSubscribe": True,
        "canPublishData": False,
        "hidden": True,
    }
    assert "roomConfig" not in token
    assert token["attributes"] == {"viva.role": "observer"}


@pytest.mark.parametrize("session_id", ["", "a b", "-a", "../x", "x" * 65, "ä", "abc\n"])
async def test_bad_session_id(http: httpx.AsyncClient, session_id: str) -> None:
    answer = await http.post("/livekit/token", json={"session_id": session_id, "participant_name": "Alice"})
    assert answer.status_code == 422
    assert "letters, digits" in answer.json()["detail"]


async def test_an_interview_that_has_ended_lets_nobody_in(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    body = {"session_id": "over", "participant_name": "Alice"}
    assert (await http.post("/livekit/token", json=body)).status_code == 200
    ended = new_event("over", InterviewEnded(reason="goodbye"), datetime.now(UTC))
    for raw in (ended.encode(), "garbage"):
        await mailboxes.redis.xadd(mailboxes.keys.outputs("over"), {"event": raw})
    answer = await http.post("/livekit/token", json=body)
    assert answer.status_code == 409
    assert "has ended: take another session_id" in answer.json()["detail"]


@pytest.mark.parametrize("scenario", ["nope", "../screening", "/etc/passwd"])
async def test_unknown_scenario_names_those_there_are(http: httpx.AsyncClient, scenario: str) -> None:
    body = {"session_id": "s1", "participant_name": "Alice", "scenario": scenario}
    answer = await http.post("/livekit/token", json=body)
    assert answer.status_code == 404
    assert "screening" in answer.json()["detail"].split("there are:")[1]


async def test_livekit_not_configured_names_the_variables(
    settings: TokensSettings, mailboxes: Mailboxes, dispatches: FakeDispatches
) -> None:
    bare = settings.model_copy(
        update={"profile": "production", "livekit_api_key": "", "livekit_api_secret": SecretStr("")}
    )
    async with front_door(bare, dispatches=dispatches) as http:
        answer = await http.post("/livekit/token", json={"session_id": "s1", "participant_name": "Alice"})
        assert answer.status_code == 500
        assert "LIVEKIT_API_KEY and LIVEKIT_API_SECRET" in answer.json()["detail"]
        health = await http.get("/livekit/health")
    assert health.json() == {
        "livekit_installed": True,
        "livekit_configured": False,
        "url": "ws://livekit.test",
    }
    assert await mailboxes.snapshot("s1") is None


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))
async def test_redis_away(
    settings: TokensSettings,
    dispatches: FakeDispatches,
    redis_proxy: Proxy,
    trouble: Callable[[Proxy], None],
) -> None:
    asked = [{"session_id": f"s{n}", "participant_name": "Alice"} for n in range(10)]
    proxied = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{redis_proxy.port}/0"})
    async with front_door(proxied, dispatches=dispatches) as http:
        assert (await http.post("/livekit/token", json=asked[0])).status_code == 200
        trouble(redis_proxy)
        async with asyncio.timeout(NOTICED_S):
            answers = await asyncio.gather(*(http.post("/livekit/token", json=body) for body in asked))
        assert (await http.get("/health")).status_code == 200
        redis_proxy.mend()
        assert (await http.post("/livekit/token", json=asked[0])).status_code == 200
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].headers["retry-after"] == "2"
    assert "Redis" in answers[0].json()["detail"]


def signed(body: str, settings: TokensSettings, secret: str | None = None) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    token = AccessToken(
        settings.livekit_api_key, secret or settings.livekit_api_secret.get_secret_value()
    ).with_sha256(digest)
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


async def test_webhooks_of_others_are_refused(
    http: httpx.AsyncClient, settings: TokensSettings, dispatches: FakeDispatches
) -> None:
    body = started("anything")
    for headers in (
        {},
        {"Authorization": "garbage"},
        signed(body, settings, secret="somebody else's secret, long enough"),
        signed(started("else"), settings),
    ):
        answer = await http.post("/livekit/webhook", content=body, headers=headers)
        assert answer.status_code == 401
    assert dispatches.rooms == []


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
