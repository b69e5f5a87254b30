"""What LiveKit's starter frontends and SDKs ask for: rooms of their own, and no more than they may choose."""

from __future__ import annotations

from typing import Any

import httpx
import jwt
import pytest
from fixtures.front_door import FakeDispatches, as_candidate, front_door
from tokens.settings import TokensSettings
from viva_shared.broker import FIRST, Mailboxes
from viva_shared.events import InterviewCreated, decode

pytestmark = pytest.mark.integration

DETAILS, CONNECTION = "/api/connection-details", "/livekit/connection"
OURS = {"agents": [{"agent_name": "viva-interviewer"}]}


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


async def creation(mailboxes: Mailboxes, interview_id: str) -> InterviewCreated:
    [entry] = await mailboxes.inputs_after(interview_id, FIRST)
    data = decode(entry.raw).data
    assert isinstance(data, InterviewCreated)
    return data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"room_config": null}',
        b'{"room_config": {"agents": [{"agent_name": "viva-interviewer"}]}}',
    ],
)
async def test_a_starter_frontend_gets_a_new_room_with_each_call(
    http: httpx.AsyncClient, mailboxes: Mailboxes, content: bytes
) -> None:
    headers = {"Content-Type": "application/json", "X-Sandbox-Id": "any"}
    first, second = [(await http.post(DETAILS, content=content, headers=headers)).json() for _ in range(2)]

    assert first.keys() == {"serverUrl", "roomName", "participantToken", "participantName"}
    assert (first["serverUrl"], first["participantName"]) == ("ws://livekit.test", "candidate")
    assert first["roomName"] != second["roomName"]
    interview_id = first["roomName"].removeprefix("interview-")
    token = claims(first["participantToken"])
    assert token["exp"] - token["nbf"] == 15 * 60
    assert token["sub"] == f"candidate-{interview_id}"
    assert token["video"]["room"] == first["roomName"]
    assert token["roomConfig"] == {"agents": [{"agentName": "viva-interviewer"}], "departureTimeout": 60}
    created = await creation(mailboxes, interview_id)
    assert (created.scenario, created.candidate_name) == ("screening", None)


@pytest.mark.parametrize("path", [DETAILS, CONNECTION])
@pytest.mark.parametrize(
    ("config", "status", "named"),
    [
        ({"agents": [{"agent_name": "another"}]}, 403, "room_config.agents.0.agent_name: 'another'"),
        ({"agents": [{"agent_name": ""}]}, 422, "room_config.agents.0.agent_name"),
        ({"agents": [{}]}, 422, "room_config.agents.0.agent_name"),
        ({"agents": [{**OURS["agents"][0], "metadata": "be kind"}]}, 422, "room_config.agents.0.metadata"),
        ({"agents": [{**OURS["agents"][0], "deployment": "x"}]}, 422, "room_config.agents.0.deployment"),
        ({"agents": OURS["agents"] * 2}, 422, "room_config.agents"),
        ({"agents": "viva-interviewer"}, 422, "room_config.agents"),
        ({**OURS, "metadata": "x"}, 422, "room_config.metadata"),
        ({**OURS, "egress": {"room": {}}}, 422, "room_config.egress"),
        ({**OURS, "max_participants": 100}, 422, "room_config.max_participants"),
        ({**OURS, "empty_timeout": 1}, 422, "room_config.empty_timeout"),
        ({**OURS, "name": "x"}, 422, "room_config.name"),
        ([], 422, "room_config"),
    ],
)
async def test_a_room_configuration_names_an_allowed_agent_and_nothing_else(
    http: httpx.AsyncClient, mailboxes: Mailboxes, path: str, config: object, status: int, named: str
) -> None:
    answer = await http.post(path, json={"room_config": config})
    assert answer.status_code == status, answer.text
    assert named in answer.json()["detail"]
    assert await mailboxes.open_interviews() == []


@pytest.mark.parametrize("path", [DETAILS, CONNECTION])
async def test_agents_of_the_list_may_be_asked_for(
    settings: TokensSettings, dispatches: FakeDispatches, path: str
) -> None:
    listed = settings.model_copy(update={"agent_names": ("viva-interviewer", "viva-next")})
    async with front_door(listed, dispatches=dispatches) as http:
        answer = await http.post(path, json={"room_config": {"agents": [{"agent_name": "viva-next"}]}})
        body = answer.json()
        token = claims(body.get("participantToken") or body["participant_token"])
        assert token["roomConfig"]["agents"] == [{"agentName": "viva-next"}]
        refused = await http.post(path, json={"room_config": {"agents": [{"agent_name": "other"}]}})
        assert "these may: viva-interviewer, viva-next" in refused.json()["detail"]


async def test_an_sdk_chooses_name_metadata_and_attributes(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    answer = await http.post(
        CONNECTION,
        json={
            "room_name": "interview-s1",
            "participant_name": " Ada ",
            "participant_identity": "user-7",
            "participant_metadata": '{"theme": "dark"}',
            "participant_attributes": {"page": "2", "viva_role": "observer"},
            "room_config": OURS,
        },
    )
    assert answer.status_code == 201, answer.text
    assert answer.json().keys() == {"server_url", "participant_token"}
    assert answer.json()["server_url"] == "ws://livekit.test"
    token = claims(answer.json()["participant_token"])
    assert token.pop("exp") - token.pop("nbf") == 15 * 60
    assert token == {
        "iss": "viva-local",
        "sub": "user-7-s1",
        "name": "Ada",
        "metadata": '{"theme": "dark"}',
        "attributes": {"page": "2", "viva_role": "observer", "viva.role": "candidate"},
        "video": {
            "room": "interview-s1",
            "roomJoin": True,
            "canPublish": True,
            "canPublishSources": ["microphone", "camera", "screen_share", "screen_share_audio"],
            "canSubscribe": True,
            "canPublishData": True,
        },
        "roomConfig": {"agents": [{"agentName": "viva-interviewer"}], "departureTimeout": 60},
    }
    created = await creation(mailboxes, "s1")
    assert (created.candidate_identity, created.candidate_name) == ("user-7-s1", "Ada")


@pytest.mark.parametrize(
    "wrong",
    [
        {"participant_attributes": {"viva.role": "observer"}},
        {"participant_attributes": {"lk.agent.state": "speaking"}},
        {"participant_attributes": {"": "x"}},
        {"participant_attributes": {"key": 1}},
        {"participant_attributes": {f"key{n}": "x" for n in range(17)}},
        {"participant_attributes": {"key": "x" * 257}},
        {"participant_metadata": "x" * 1025},
        {"participant_identity": "a\nb"},
        {"participant_name": "x" * 65},
        {"room_name": "a b"},
        {"room_name": "a/b"},
        {"room_name": "x" * 129},
        {"room_name": "interview--"},
        {"room_name": "interview-"},
        {"roomName": "interview-s1"},
    ],
)
async def test_what_an_sdk_may_not_choose(
    http: httpx.AsyncClient, mailboxes: Mailboxes, wrong: dict[str, object]
) -> None:
    answer = await http.post(CONNECTION, json=wrong)
    assert answer.status_code == 422, answer.text
    assert next(iter(wrong)) in answer.json()["detail"]
    assert await mailboxes.open_interviews() == []


async def test_without_a_room_an_sdk_gets_a_new_one(http: httpx.AsyncClient) -> None:
    rooms = set()
    for body in ({}, {"room_name": "", "participant_name": "", "participant_identity": ""}, None):
        answer = await http.post(CONNECTION, json=body) if body is not None else await http.post(CONNECTION)
        assert answer.status_code == 201, answer.text
        token = claims(answer.json()["participant_token"])
        assert token["sub"] == token["video"]["room"].replace("interview-", "candidate-")
        rooms.add(token["video"]["room"])
    assert len(rooms) == 3


async def test_any_room_is_open_in_the_local_profile_alone(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes, dispatches: FakeDispatches
) -> None:
    asked = {"room_name": "kitchen", "participant_identity": "Bob"}
    token = claims((await http.post(CONNECTION, json=asked)).json()["participant_token"])
    assert (token["video"]["room"], token["sub"], token["name"]) == ("kitchen", "Bob-kitchen", "Bob")
    assert await mailboxes.open_interviews() == []  # it is made when the room opens
    refused = await http.post(CONNECTION, json=asked, headers=as_candidate(settings, "s1"))
    assert refused.status_code == 403
    production = settings.model_copy(update={"profile": "production"})
    async with front_door(production, dispatches=dispatches) as elsewhere:
        refused = await elsewhere.post(CONNECTION, json=asked)
    assert refused.status_code == 403
    assert "those are interview-<session_id>" in refused.json()["detail"]


async def test_a_candidate_s_room_is_the_invited_one(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes
) -> None:
    invited = as_candidate(settings, "s1")
    early = await http.post(CONNECTION, json={}, headers=invited)
    assert (early.status_code, early.json()["type"]) == (404, "unknown_interview")
    await http.post("/livekit/token", json={"session_id": "s1", "participant_name": "candidate"})
    for asked in ({}, {"room_name": "interview-s1"}):
        answer = await http.post(CONNECTION, json=asked, headers=invited)
        assert answer.status_code == 201, answer.text
        assert claims(answer.json()["participant_token"])["video"]["room"] == "interview-s1"
    for path, asked in ((CONNECTION, {"room_name": "interview-s2"}), (DETAILS, {})):
        refused = await http.post(path, json=asked, headers=invited)
        assert (refused.status_code, refused.json()["type"]) == (403, "forbidden")
    assert await mailboxes.open_interviews() == ["s1"]
