"""Which pages may call, and what every answer tells the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fixtures.front_door import front_door
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
