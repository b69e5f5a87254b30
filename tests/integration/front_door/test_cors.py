"""Which pages may call, and what every answer tells the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fixtures.front_door import bearer, front_door
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration

PAGE, OTHER = "https://viva.test", "https://viva.test.else.test"
ASKED = {"session_id": "s1", "participant_name": "Alice"}


@pytest.fixture
async def http(settings: TokensSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with front_door(settings.model_copy(update={"cors_origins": (PAGE,)})) as http:
        yield http


async def preflight(http: httpx.AsyncClient, origin: str, method: str, headers: str) -> httpx.Response:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return await http.options("/livekit/token", headers={"Origin": origin, **asked})


async def test_a_page_on_the_list_may_call_with_credentials(http: httpx.AsyncClient) -> None:
    asked = "authorization, content-type, idempotency-key, last-event-id"
    for method in ("GET", "POST", "DELETE"):
        answer = await preflight(http, PAGE, method, asked)
        assert answer.status_code == 200, answer.text
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert answer.headers["access-control-allow-credentials"] == "true"
    called = await http.post("/livekit/token", json=ASKED, headers={"Origin": PAGE})
    assert called.headers["access-control-allow-origin"] == PAGE
    assert "Retry-After" in called.headers["access-control-expose-headers"]
    assert "Origin" in called.headers["vary"]


async def test_no_other_page_may(http: httpx.AsyncClient) -> None:
    assert (await preflight(http, OTHER, "POST", "authorization")).status_code == 400
    for origin in (OTHER, "null", "http://viva.test"):
        answer = await http.post("/livekit/token", json=ASKED, headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers


async def test_a_page_can_read_why_it_was_refused(http: httpx.AsyncClient) -> None:
    headers = {"Origin": PAGE, "Content-Type": "application/json"}
    for content, status in (b"{", 422), (b" " * 100_000, 413):
        answer = await http.post("/livekit/token", content=content, headers=headers)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == PAGE


async def test_answers_stay_with_whoever_asked(http: httpx.AsyncClient) -> None:
    for answer in (
        await http.post("/livekit/token", json=ASKED),
        await http.post("/livekit/token", content=b" " * 100_000),
        await http.get("/health"),
        await http.get("/nothing"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({}, True),
        ({"Origin": "http://tokens"}, True),
        ({"Origin": PAGE, "Sec-Fetch-Site": "cross-site"}, True),
        ({"Origin": "http://localhost:4173", "Sec-Fetch-Site": "same-origin"}, True),  # through a proxy
        ({"Origin": OTHER, "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": OTHER}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://tokens:8000", "Sec-Fetch-Site": "same-site"}, False),
    ],
)
async def test_an_open_door_obeys_no_page_of_elsewhere(
    http: httpx.AsyncClient, headers: dict[str, str], is_own: bool
) -> None:
    """Browsers send a POST without a body to anybody, and ask nobody before."""
    assert (await http.post("/interviews", json={"session_id": "s1"})).status_code == 201
    ended = await http.post("/interviews/s1/end", headers=headers)
    assert ended.status_code == (202 if is_own else 403), ended.text
    assert is_own or ended.json()["type"] == "cross_site_request"


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        *((host, True) for host in ("tokens", "localhost:3000", "127.0.0.1:8080", "[::1]:8080", "192.0.2.7")),
        *((host, True) for host in ("viva.localhost", "host.docker.internal:8080", "ada.local", "viva.test")),
        *((host, False) for host in ("else.test", "127.0.0.1.else.test:8080", "viva.test.else.test")),
    ],
)
async def test_an_open_door_answers_to_no_strange_name(
    http: httpx.AsyncClient, api_key: str, host: str, is_own: bool
) -> None:
    """Whoever has a domain may let its name lead to this machine, and its pages read what that answers."""
    answer = await http.get("/interviews", headers={"Host": host})
    assert answer.status_code == (200 if is_own else 403), answer.text
    assert is_own or "VIVA_PUBLIC_URL" in answer.json()["detail"]
    with_key = await http.get("/interviews", headers={"Host": host, **bearer(api_key)})
    assert with_key.status_code == 200, "no page can send that by itself"
