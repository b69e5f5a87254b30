"""How often who may call: exactly, over all replicas, and what who calls too often is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import Request
from fixtures.brains import eventually
from fixtures.front_door import as_candidate, bearer, front_door, new_key
from fixtures.operations import operations
from tokens.adapters.http import build_app, openapi
from tokens.adapters.http.depends import client_of
from tokens.main import wired
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration

ASKED = {"session_id": "s1", "participant_name": "Alice"}


@asynccontextmanager
async def clients(settings: TokensSettings, *addresses: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Clients at these addresses, of one front door."""
    async with wired(settings) as services:
        app = build_app(services)
        yield [
            httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(each, 7)), base_url="http://tokens")
            for each in addresses
        ]


async def token(http: httpx.AsyncClient, headers: dict[str, str] | None = None) -> int:
    return (await http.post("/livekit/token", json=ASKED, headers=headers)).status_code


async def test_two_replicas_let_through_no_more_than_one(settings: TokensSettings) -> None:
    limited = settings.model_copy(update={"limit_tokens": "60/minute"})
    async with front_door(limited) as one, front_door(limited) as two:
        statuses = Counter(await asyncio.gather(*(token(http) for _ in range(150) for http in (one, two))))
    assert statuses == {200: 60, 429: 240}


async def test_who_calls_too_often_is_told_when_to_come_back(settings: TokensSettings) -> None:
    async with front_door(settings.model_copy(update={"limit_tokens": "2/second"})) as http:
        answers = [await http.post("/livekit/token", json=ASKED) for _ in range(3)]
        refused = answers[2]
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == "too_many_requests"
        assert refused.json()["detail"] == (
            "too many calls for LiveKit tokens for this address (2 per 1 second): try again in 1 s"
        )
        await eventually(lambda: token(http), lambda status: status == 200, 2)


async def test_the_wait_is_as_long_as_the_window_asks(settings: TokensSettings) -> None:
    async with front_door(settings.model_copy(update={"limit_tokens": "1/minute"})) as http:
        await http.post("/livekit/token", json=ASKED)
        answer = await http.post("/livekit/token", json=ASKED)
    assert 55 <= int(answer.headers["retry-after"]) <= 60


async def test_addresses_and_credentials_count_apart(closed: TokensSettings) -> None:
    limited = closed.model_copy(update={"limit_tokens": "4/minute"})
    one, two, three = [bearer(await new_key(closed)) for _ in range(3)]
    async with clients(limited, "192.0.2.1", "192.0.2.2", "192.0.2.3") as (here, there, elsewhere):
        assert [await token(here, one) for _ in range(2)] == [200, 200]
        assert [await token(there, one) for _ in range(3)] == [200, 200, 429], "the key has been used up"
        assert [await token(here, two) for _ in range(3)] == [200, 200, 429], "and so has the address"
        assert await token(elsewhere, three) == 200
        refused = await elsewhere.post("/livekit/token", json=ASKED, headers=one)
        assert "for this credential" in refused.json()["detail"]


async def test_a_candidate_has_a_budget_of_the_own(closed: TokensSettings) -> None:
    limited = closed.model_copy(update={"limit_tokens": "3/minute"})
    recruiter, alice = bearer(await new_key(closed)), as_candidate(closed, "s1")
    async with clients(limited, *(f"192.0.2.{n}" for n in range(5))) as https:
        assert await token(https[0], recruiter) == 200
        assert [await token(http, alice) for http in https[1:]] == [200, 200, 200, 429]


async def test_calls_for_tokens_and_others_count_apart(settings: TokensSettings) -> None:
    limited = settings.model_copy(update={"limit_tokens": "1/minute", "limit_calls": "1/minute"})
    async with front_door(limited) as http:
        assert [await token(http) for _ in range(2)] == [200, 429]
        exchanged = [await http.post("/interview/invite", json={"invite": "x"}) for _ in range(2)]
        assert [answer.status_code for answer in exchanged] == [401, 429]


async def test_what_has_a_limit_says_so(settings: TokensSettings) -> None:
    limited = settings.model_copy(update={"limit_tokens": "1/hour", "limit_calls": "1/hour"})
    async with front_door(limited) as http:
        await token(http)
        await http.get("/audit")
        for operation in operations(openapi(), {}):
            answer = await operation.call(http)
            assert (answer.status_code == 429) is ("429" in operation.statuses), operation.name
            assert ("retry-after" in answer.headers) is (answer.status_code == 429)


async def test_health_and_figures_have_no_limit(settings: TokensSettings) -> None:
    limited = settings.model_copy(update={"limit_tokens": "1/minute", "limit_calls": "1/minute"})
    async with front_door(limited) as http:
        for path in ("/health", "/livekit/health", "/metrics", "/openapi.json"):
            assert [(await http.get(path)).status_code for _ in range(3)] == [200, 200, 200]


async def test_who_guesses_is_not_heard_for_a_while(closed: TokensSettings, api_key: str) -> None:
    limited = closed.model_copy(update={"limit_failures": "3/minute"})
    good, bad = bearer(api_key), bearer(f"{api_key[:-3]}xyz")
    async with clients(limited, "192.0.2.1", "192.0.2.2") as (here, there):
        assert [await token(here, bad) for _ in range(4)] == [401, 401, 401, 429]
        refused = await here.post("/livekit/token", json=ASKED, headers=good)
        assert refused.status_code == 429, "or it would be known that these are the good ones"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert (await here.post("/interview/invite", json={"invite": "x"})).status_code == 429
        assert await token(here) == 401, "nothing was guessed"
        assert await token(there, good) == 200


async def test_exchanging_invites_counts_as_guessing(closed: TokensSettings) -> None:
    async with front_door(closed.model_copy(update={"limit_failures": "2/minute"})) as http:
        answers = [await http.post("/interview/invite", json={"invite": "x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not: an address", "not: an address"),
    ],
)
async def test_a_client_cannot_choose_among_its_own_addresses(host: str, client: str) -> None:
    assert await client_of(Request({"type": "http", "client": (host, 7)})) == client
