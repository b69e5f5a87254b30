"""Tokens for an interview's room: who gets one, what is in it, what is created, what is said if not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import jwt
import pytest
from fixtures.front_door import FakeDispatches, as_candidate, front_door
from fixtures.outages import NOTICED_S
from fixtures.toxiproxy import TROUBLES, Proxy
from pydantic import SecretStr
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
    assert token.pop("exp") - token.pop("nbf") == 2 * 3600  # type: ignore[operator]
    assert token == {  # its bearer can read it: nothing else may be in it
        "iss": "viva-local",
        "sub": "Alice-s1",
        "name": "Alice",
        "video": {
            "room": "interview-s1",
            "roomJoin": True,
            "canPublish": True,
            "canSubscribe": True,
            "canPublishData": True,
            "canPublishSources": ["microphone", "camera", "screen_share", "screen_share_audio"],
        },
        "attributes": {"viva.role": "candidate"},
        "roomConfig": {"agents": [{"agentName": "viva-interviewer"}], "departureTimeout": 60},
    }
    [event] = await created(mailboxes, "s1")
    scenario = load_scenario("screening", SCENARIOS)
    assert event.model_copy(update={"expires_at": None}) == InterviewCreated(
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


async def test_an_interview_has_one_scenario(http: httpx.AsyncClient) -> None:
    body = {"session_id": "s1", "participant_name": "Alice"}
    await http.post("/livekit/token", json=body)
    other = await http.post("/livekit/token", json={**body, "scenario": "question_set"})
    assert other.status_code == 409
    assert "follows scenario 'screening'" in other.json()["detail"]


async def test_a_candidate_gets_into_the_interview_of_the_invite_alone(
    http: httpx.AsyncClient, settings: TokensSettings
) -> None:
    body = {"session_id": "s1", "participant_name": "Alice"}
    invited = as_candidate(settings, "s1")
    early = await http.post("/livekit/token", json=body, headers=invited)
    assert (early.status_code, early.json()["type"]) == (404, "unknown_interview")
    await http.post("/livekit/token", json=body)
    assert (await http.post("/livekit/token", json=body, headers=invited)).status_code == 200
    for refused in ({**body, "session_id": "s2"}, {**body, "role": "observer"}):
        answer = await http.post("/livekit/token", json=refused, headers=invited)
        assert (answer.status_code, answer.json()["type"]) == (403, "forbidden")


async def test_the_candidate_s_name_is_no_observer_s(http: httpx.AsyncClient) -> None:
    body = {"session_id": "s1", "participant_name": "Alice"}
    await http.post("/livekit/token", json=body)
    answer = await http.post("/livekit/token", json={**body, "role": "observer"})
    assert answer.status_code == 409
    assert "observe under another name" in answer.json()["detail"]


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


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        *(
            ({"session_id": text}, "session_id: must be 1 to 64 letters, digits")
            for text in ("", "a b", "-a", "../x", "x" * 65, "ä", "abc\n")
        ),
        *(
            ({"participant_name": text}, "participant_name: ")
            for text in ("", "  ", "x" * 65, "a\nb", "a\u2028b", "\u0000")
        ),
        ({"scenario": "x" * 65}, "scenario: "),
        ({"role": "agent"}, "role: "),
        ({"room_config": {}}, "room_config: Extra inputs are not permitted"),
    ],
)
async def test_a_malformed_request(http: httpx.AsyncClient, wrong: dict[str, str], why: str) -> None:
    body = {"session_id": "s1", "participant_name": "Alice", **wrong}
    answer = await http.post("/livekit/token", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid_request")
    assert why in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "called", "identity"),
    [("  Zoë ", "Zoë", "Zoë-s1"), ("😀" * 64, "😀" * 64, "😀" * 63 + "-s1")],
    ids=["trimmed", "too long for LiveKit, which takes 256 bytes"],
)
async def test_a_name_and_its_identity(
    http: httpx.AsyncClient, settings: TokensSettings, name: str, called: str, identity: str
) -> None:
    answer = await http.post("/livekit/token", json={"session_id": "s1", "participant_name": name})
    token = claims(answer.json()["token"], settings)
    assert (token["name"], token["sub"]) == (called, identity)


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
    bare = settings.model_copy(update={"livekit_api_key": "", "livekit_api_secret": SecretStr("")})
    async with front_door(bare, dispatches=dispatches) as http:
        body = {"session_id": "s1", "participant_name": "Alice"}
        for answer in (
            await http.post("/livekit/token", json=body),
            await http.post("/livekit/token", json={**body, "role": "observer"}),
            await http.post("/livekit/connection", json={"room_name": "interview-s1"}),
            await http.post("/livekit/connection", json={"room_name": "any"}),
            await http.post("/api/connection-details", json={}),
            await http.get("/rooms"),
            await http.delete("/rooms/interview-s1"),
        ):
            assert (answer.status_code, answer.json()["type"]) == (500, "not_configured")
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
