"""A recruiter's session on the page: how it begins and ends, what it opens, and for whom it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fixtures.brains import eventually
from fixtures.front_door import as_candidate, bearer, front_door
from fixtures.issuer import AUDIENCE, LocalIssuer, local_issuer
from redis.asyncio import Redis
from tokens.adapters import api_keys
from tokens.settings import TokensSettings
from viva_shared.archive import ApiKeys, Database
from viva_shared.broker import Mailboxes

pytestmark = pytest.mark.integration

PAGE = "https://viva.test"
HERE = "http://tokens"


@pytest.fixture
async def http(closed: TokensSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a front door that asks for credentials; like a browser, it keeps cookies."""
    async with front_door(closed.model_copy(update={"public_url": "http://localhost:3000"})) as http:
        yield http


async def sign_in(http: httpx.AsyncClient, credentials: str) -> httpx.Response:
    answer = await http.post("/auth/session", headers=bearer(credentials))
    assert answer.status_code == 201, answer.text
    return answer


async def signed_in(http: httpx.AsyncClient) -> bool:
    answer = await http.get("/auth/session")
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["signed_in"])


async def test_a_key_becomes_a_session(http: httpx.AsyncClient, api_key: str) -> None:
    nobody = {"signed_in": False, "actor": None, "expires_at": None}
    assert (await http.get("/auth/session")).json() == nobody
    answer = await sign_in(http, api_key)
    name, *how = answer.headers["set-cookie"].split("; ")
    assert name.startswith("viva_session=")
    [age] = [int(part.partition("=")[2]) for part in how if part.startswith("Max-Age=")]
    assert 8 * 3600 - 60 < age <= 8 * 3600
    assert {part for part in how if "=" not in part or "Age" not in part} == {
        *("HttpOnly", "Path=/", "SameSite=strict")
    }
    state = answer.json()
    assert (state["signed_in"], state["actor"]) == (True, f"key:{api_key.split('_')[1]}")
    assert abs(datetime.fromisoformat(state["expires_at"]) - datetime.now(UTC) - timedelta(hours=8)) < (
        timedelta(minutes=1)
    )
    assert (await http.get("/auth/session")).json() == state
    assert (await http.get("/interviews")).status_code == 200
    created = await http.post("/interviews", json={"session_id": "s1"})
    assert created.status_code == 201, created.text
    lines = (await http.get("/audit")).json()["items"]
    assert [(line["actor"], line["action"]) for line in lines] == [(state["actor"], "interview.created")]


async def test_signing_out_ends_it_for_whoever_has_the_cookie(http: httpx.AsyncClient, api_key: str) -> None:
    await sign_in(http, api_key)
    session = http.cookies["viva_session"]
    assert (await http.delete("/auth/session")).status_code == 204
    assert "viva_session" not in http.cookies
    http.cookies.set("viva_session", session)
    assert (await http.get("/interviews")).status_code == 401
    state = await http.get("/auth/session")
    assert not state.json()["signed_in"]
    assert state.headers["set-cookie"].startswith('viva_session=""'), "what opens nothing is not kept"
    assert (await http.delete("/auth/session")).status_code == 204, "there is nothing to end"


async def test_neither_candidates_nor_nobody_begin_one(
    http: httpx.AsyncClient, closed: TokensSettings, settings: TokensSettings, api_key: str
) -> None:
    assert (await http.post("/auth/session", headers=as_candidate(closed, "s1"))).status_code == 403
    assert (await http.post("/auth/session")).status_code == 401
    await sign_in(http, api_key)
    assert (await http.post("/auth/session")).status_code == 401, "no session is begun by another"
    async with front_door(settings) as open_door:
        assert (await open_door.post("/auth/session")).status_code == 401
        assert not await signed_in(open_door)


async def test_credentials_that_are_sent_count_and_not_the_session(
    http: httpx.AsyncClient, closed: TokensSettings, api_key: str
) -> None:
    await sign_in(http, api_key)
    assert (await http.get("/interviews", headers=as_candidate(closed, "s1"))).status_code == 403
    assert (await http.get("/interviews", headers=bearer("garbage"))).status_code == 401


@pytest.mark.parametrize("token", ["garbage", "", "a" * 5000])
async def test_what_nobody_began_opens_nothing(
    http: httpx.AsyncClient, settings: TokensSettings, token: str
) -> None:
    http.cookies.set("viva_session", token)
    answer = await http.get("/interviews")
    assert answer.status_code == 401
    assert not await signed_in(http)
    async with front_door(settings) as open_door:  # a browser sends it all the same
        open_door.cookies.set("viva_session", token)
        assert (await open_door.get("/interviews")).status_code == 200


async def test_attempts_are_counted_as_those_with_keys_are(closed: TokensSettings, api_key: str) -> None:
    async with front_door(closed.model_copy(update={"limit_failures": "2/minute"})) as http:
        http.cookies.set("viva_session", "guess")
        assert [(await http.get("/interviews")).status_code for _ in range(3)] == [401, 401, 429]
        http.cookies.clear()
        assert (await http.post("/auth/session", headers=bearer(api_key))).status_code == 429


async def test_a_session_ends_by_itself(
    http: httpx.AsyncClient, api_key: str, mailboxes: Mailboxes, redis: Redis
) -> None:
    await sign_in(http, api_key)
    [key] = [key async for key in redis.scan_iter(f"{mailboxes.keys.sessions}:*")]
    assert http.cookies["viva_session"].encode() not in key, "who reads Redis' keys has no session by them"
    assert 8 * 3600 - 60 < await redis.ttl(key) <= 8 * 3600
    await redis.pexpire(key, 1)
    await asyncio.sleep(0.01)
    assert (await http.get("/interviews")).json()["detail"] == "your session is over: sign in again"


async def test_a_revoked_key_ends_its_sessions(
    closed: TokensSettings, api_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys.RememberedKeys.__init__, "__defaults__", (0.1,))
    database = Database(closed.database_url)
    async with front_door(closed) as http:
        await sign_in(http, api_key)
        assert (await http.get("/interviews")).status_code == 200
        await ApiKeys(database, lambda: datetime.now(UTC)).revoke(api_key.split("_")[1])
        await eventually(lambda: signed_in(http), lambda is_in: not is_in, 5)
    await database.aclose()


@pytest.fixture
def issuer() -> Iterator[LocalIssuer]:
    with local_issuer() as issuer:
        issuer.new_key("k1")
        yield issuer


async def test_a_session_is_as_long_as_the_token_that_it_was_begun_with(
    closed: TokensSettings, issuer: LocalIssuer
) -> None:
    trusting = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=20)
    async with front_door(closed.model_copy(update=trusting)) as http:
        state = (await sign_in(http, issuer.token("k1", exp=soon))).json()
        assert state["actor"] == "oidc:rita"
        assert datetime.fromisoformat(state["expires_at"]) == soon
        late = (await sign_in(http, issuer.token("k1", exp=10**12))).json()
        assert datetime.fromisoformat(late["expires_at"]) < datetime.now(UTC) + timedelta(hours=8, minutes=1)


async def test_the_cookie_of_a_page_by_https_goes_by_no_other_way(
    closed: TokensSettings, api_key: str
) -> None:
    async with front_door(closed.model_copy(update={"public_url": PAGE})) as http:
        assert "Secure" in (await sign_in(http, api_key)).headers["set-cookie"].split("; ")


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, False),
        ({}, True),
        ({"Origin": HERE}, True),
        ({"Origin": PAGE}, True),
        ({"Origin": "https://else.test"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://viva.test.else.test"}, False),
        ({"Origin": "http://viva.test"}, False),
    ],
)
async def test_no_other_site_rides_on_the_cookie(
    closed: TokensSettings, api_key: str, headers: dict[str, str], is_own: bool
) -> None:
    async with front_door(closed.model_copy(update={"public_url": PAGE})) as http:
        session = (await sign_in(http, api_key)).cookies["viva_session"]
        http.cookies.set("viva_session", session)  # as if it were not for https
        for method, path in (("POST", "/interviews"), ("DELETE", "/auth/session")):
            answer = await http.request(method, path, json={}, headers=headers)
            assert (answer.status_code < 300) == is_own, answer.text
            if not is_own:
                assert (answer.status_code, answer.json()["type"]) == (403, "cross_site_request")
        if not is_own:
            assert (await http.get("/interviews", headers=headers)).status_code == 200, "it changes nothing"
            with_key = await http.post("/interviews", json={}, headers={**headers, **bearer(api_key)})
            assert with_key.status_code == 201, "no page can send that by itself"
