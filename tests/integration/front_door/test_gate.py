"""Who gets in: by which credentials, to what, and how everybody else is refused."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from fixtures.brains import eventually
from fixtures.front_door import as_candidate, bearer, front_door
from fixtures.operations import Operation, operations
from tokens.adapters.api_keys import RememberedKeys
from tokens.adapters.http import openapi
from tokens.domain.errors import Unavailable
from tokens.settings import TokensSettings
from viva_shared.archive import ApiKey, ApiKeys, Database

pytestmark = pytest.mark.integration

OPEN = {
    "GET /health",
    "GET /livekit/health",
    "POST /livekit/webhook",  # LiveKit signs it
    "POST /interview/invite",  # the invite is what it needs
    "GET /page",
    "GET /auth/session",
    "DELETE /auth/session",
    "GET /auth/oidc",  # the issuer asks
    "GET /auth/oidc/callback",
}
"""What needs no credentials. Anything else that stands open is an oversight."""
THEIRS = {
    **dict.fromkeys(("session_id", "interview_id"), "theirs"),
    **dict.fromkeys(("room", "room_name"), "interview-theirs"),
}
"""Everything that names an interview names another candidate's."""
DOCUMENT = openapi()
CLOSED = [operation for operation in operations(DOCUMENT, THEIRS) if operation.needs_credentials]


@pytest.fixture
async def http(closed: TokensSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a front door that asks for credentials."""
    async with front_door(closed) as http:
        yield http


def test_only_these_need_no_credentials() -> None:
    assert {
        operation.name for operation in operations(DOCUMENT, {}) if not operation.needs_credentials
    } == OPEN


@pytest.mark.parametrize("operation", CLOSED, ids=lambda operation: operation.name)
async def test_nobody_gets_in_without_credentials(http: httpx.AsyncClient, operation: Operation) -> None:
    answer = await http.request(operation.method, operation.url, json={})
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "not_authenticated"
    assert "Authorization: Bearer" in answer.json()["detail"]


@pytest.mark.parametrize("operation", CLOSED, ids=lambda operation: operation.name)
async def test_a_candidate_reaches_no_other_interview(
    http: httpx.AsyncClient, closed: TokensSettings, operation: Operation
) -> None:
    answer = await operation.call(http, as_candidate(closed, "mine"))
    assert answer.status_code == 403, answer.text
    assert answer.json()["type"] == "forbidden"


async def test_a_candidate_reaches_the_own_interview(
    http: httpx.AsyncClient, closed: TokensSettings, api_key: str
) -> None:
    asked = {"session_id": "mine", "participant_name": "Alice"}
    created = await http.post("/livekit/token", json=asked, headers=bearer(api_key))
    assert created.status_code == 200, created.text
    mine = await http.post("/livekit/token", json=asked, headers=as_candidate(closed, "mine"))
    assert mine.status_code == 200, mine.text


def forged(claims: Mapping[str, object], secret: str, algorithm: str) -> str:
    return jwt.encode({"exp": datetime.now(UTC) + timedelta(hours=1), **claims}, secret, algorithm)


def not_ours(settings: TokensSettings, api_key: str) -> dict[str, str]:
    """What somebody might try, by name."""
    good = {"aud": "viva-invite", "sub": "mine"}
    secret = settings.invite_secret.get_secret_value()
    _, key_id, key_secret = api_key.split("_", 2)
    return {
        "garbage": "garbage",
        "no header": "a.b.c",
        "empty parts": "..",
        "a number as header": "MTIz.e30.AA",
        "no algorithm": "e30.e30.AA",
        "deep": "W1tb" * 9000 + ".e30.AA",  # [[[…
        "key without secret": f"viva_{key_id}",
        "key with another secret": f"viva_{key_id}_{key_secret[::-1]}",
        "key with more": f"{api_key}x",
        "unknown key": f"viva_0123456789ab_{key_secret}",
        "key of another kind": f"viva__{key_id}_{key_secret}",
        "unsigned": forged(good, "", "none"),
        "another's secret": forged(good, "somebody else's, and long enough for HS256", "HS256"),
        "HS512": forged(good, secret * 2, "HS512"),
        "no audience": forged({"sub": "mine"}, secret, "HS256"),
        "LiveKit's audience": forged({**good, "aud": "livekit"}, secret, "HS256"),
        "no subject": forged({"aud": "viva-invite"}, secret, "HS256"),
        "expired": forged({**good, "exp": 1}, secret, "HS256"),
        "for ever": jwt.encode(good, secret, "HS256"),
        "in future": forged({**good, "nbf": datetime.now(UTC) + timedelta(hours=1)}, secret, "HS256"),
    }


@pytest.mark.parametrize("stands", ["open", "required"])
async def test_what_is_not_valid_opens_nothing(settings: TokensSettings, api_key: str, stands: str) -> None:
    async with front_door(settings.model_copy(update={"auth": stands})) as http:
        asked = {"session_id": "mine", "participant_name": "Alice"}
        for what, token in not_ours(settings, api_key).items():
            answer = await http.post("/livekit/token", json=asked, headers=bearer(token))
            assert answer.status_code == 401, what
            assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
            assert answer.json()["type"] == "not_authenticated"
            assert "new" in answer.json()["detail"], "it says what to do"
            assert token not in answer.text


async def test_where_the_door_stands_open_nobody_needs_credentials(settings: TokensSettings) -> None:
    async with front_door(settings) as http:
        asked = {"session_id": "s1", "participant_name": "Alice"}
        assert (await http.post("/livekit/token", json=asked)).status_code == 200
        basic = {"Authorization": "Basic YTpi"}  # a proxy's
        assert (await http.post("/livekit/token", json=asked, headers=basic)).status_code == 200


async def test_credentials_are_asked_for_before_the_request_is_looked_at(http: httpx.AsyncClient) -> None:
    answer = await http.post("/livekit/token", json={"session_id": "a b"})
    assert answer.status_code == 401


class CountedKeys(ApiKeys):
    """Counts what the database is asked."""

    queries = 0

    async def verify(self, text: str) -> ApiKey | None:
        self.queries += 1
        await asyncio.sleep(0)
        return await super().verify(text)


@pytest.fixture
async def keys(settings: TokensSettings) -> AsyncIterator[CountedKeys]:
    database = Database(settings.database_url)
    yield CountedKeys(database, lambda: datetime.now(UTC))
    await database.aclose()


async def test_calls_cost_no_query(keys: CountedKeys, api_key: str) -> None:
    remembered = RememberedKeys(keys)
    owners = await asyncio.gather(*(remembered.owner(api_key) for _ in range(50)))
    assert {*owners, await remembered.owner(api_key)} == {api_key.split("_")[1]}
    assert [await remembered.owner("viva_unknown_key") for _ in range(2)] == [None, None]
    assert keys.queries == 2


async def test_a_revoked_key_dies(keys: CountedKeys, api_key: str) -> None:
    remembered = RememberedKeys(keys, remembered_s=0.1)
    assert await remembered.owner(api_key)
    await keys.revoke(api_key.split("_")[1])
    await eventually(lambda: remembered.owner(api_key), lambda owner: owner is None, 5)


async def test_without_the_database_a_key_is_good_for_as_long_as_it_is_remembered(
    settings: TokensSettings, keys: CountedKeys, api_key: str
) -> None:
    remembered = RememberedKeys(keys)
    assert await remembered.owner(api_key)
    with sqlite3.connect(settings.database_url.removeprefix("sqlite+aiosqlite:///")) as database:
        database.execute("DROP TABLE api_keys")
    database.close()
    assert await remembered.owner(api_key)
    with pytest.raises(Unavailable, match="the database"):
        await remembered.owner(f"{api_key[:-3]}xyz")
