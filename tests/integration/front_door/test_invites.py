"""Invites: what a candidate's link holds, and the token that a page gets for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fixtures.front_door import bearer, front_door
from tokens.application.invites import ACCESS_TTL, Invites
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration


@pytest.fixture
def invites(closed: TokensSettings) -> Invites:
    return Invites(closed.invite_secret.get_secret_value(), "https://viva.test/jobs/", timedelta(days=7))


@pytest.fixture
async def http(closed: TokensSettings, api_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a front door that asks for credentials, and has the interviews ``mine`` and ``theirs``."""
    async with front_door(closed) as http:
        for session_id in ("mine", "theirs"):
            body = {"session_id": session_id, "participant_name": "Alice"}
            assert (await http.post("/livekit/token", json=body, headers=bearer(api_key))).is_success
        yield http


async def exchange(http: httpx.AsyncClient, invite: str) -> httpx.Response:
    return await http.post("/interview/invite", json={"invite": invite})


async def reach(http: httpx.AsyncClient, token: str, session_id: str) -> int:
    body = {"session_id": session_id, "participant_name": "Alice"}
    return (await http.post("/livekit/token", json=body, headers=bearer(token))).status_code


def test_a_link_leads_to_the_page_with_the_invite(invites: Invites) -> None:
    invite, expires_at = invites.make("mine")
    link = urlsplit(invites.link(invite))
    assert (link.scheme, link.netloc, link.path) == ("https", "viva.test", "/jobs/")
    assert parse_qs(link.query) == {"invite": [invite]}
    assert timedelta(days=6, hours=23) < expires_at - datetime.now(UTC) <= timedelta(days=7)


async def test_an_invite_gives_a_token_for_its_interview_and_no_other(
    http: httpx.AsyncClient, invites: Invites
) -> None:
    answer = await exchange(http, invites.make("mine")[0])
    assert answer.status_code == 200, answer.text
    access = answer.json()
    assert access["token_type"] == "Bearer"
    assert access["session_id"] == "mine"
    assert access["expires_in"] == ACCESS_TTL.total_seconds()
    assert answer.headers["cache-control"] == "no-store"
    assert await reach(http, access["access_token"], "mine") == 200
    assert await reach(http, access["access_token"], "theirs") == 403


async def test_the_invite_itself_is_a_token_too(http: httpx.AsyncClient, invites: Invites) -> None:
    invite, _ = invites.make("mine")
    assert await reach(http, invite, "mine") == 200
    assert await reach(http, invite, "theirs") == 403


async def test_no_token_outlives_its_invite(http: httpx.AsyncClient, invites: Invites) -> None:
    invite, _ = invites.make("mine", timedelta(minutes=10))
    assert 595 <= (await exchange(http, invite)).json()["expires_in"] <= 600


async def test_an_expired_invite_says_so(http: httpx.AsyncClient, invites: Invites) -> None:
    invite, _ = invites.make("mine", timedelta(seconds=-1))
    answer = await exchange(http, invite)
    assert answer.status_code == 401
    assert "has expired: ask who invited you" in answer.json()["detail"]
    assert await reach(http, invite, "mine") == 401


async def test_only_invites_are_exchanged(http: httpx.AsyncClient, invites: Invites, api_key: str) -> None:
    access = (await exchange(http, invites.make("mine")[0])).json()["access_token"]
    others = Invites("the secret of another deployment, long", "https://else.test", timedelta(days=7))
    for token in (access, api_key, others.make("mine")[0], "garbage"):
        answer = await exchange(http, token)
        assert answer.status_code == 401
        assert "this invite is not valid" in answer.json()["detail"]
        assert token not in answer.text


async def test_another_secret_ends_all_invites(closed: TokensSettings, invites: Invites) -> None:
    changed = closed.model_copy(update={"invite_secret": type(closed.invite_secret)("x" * 32)})
    async with front_door(changed) as http:
        assert (await exchange(http, invites.make("mine")[0])).status_code == 401


@pytest.mark.parametrize("body", [{}, {"invite": ""}, {"invite": 7}, {"invite": "x" * 3000}, []])
async def test_a_request_without_an_invite_is_malformed(http: httpx.AsyncClient, body: object) -> None:
    assert (await http.post("/interview/invite", json=body)).status_code == 422
