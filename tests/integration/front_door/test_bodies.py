"""Requests that are too large, or no JSON: refused as problems, before they cost anything."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fixtures.front_door import front_door
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration

BOUND = 4096
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def http(settings: TokensSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with front_door(settings.model_copy(update={"max_body_bytes": BOUND})) as http:
        yield http


def of_size(size: int) -> bytes:
    """A good request of so many bytes."""
    request = b'{"session_id": "s1", "participant_name": "Alice"}'
    return request + b" " * (size - len(request))


async def in_chunks(body: bytes) -> AsyncIterator[bytes]:
    """Without a Content-Length, then."""
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
async def test_a_body_may_have_so_many_bytes_and_no_more(http: httpx.AsyncClient, chunked: bool) -> None:
    for size, status in ((BOUND, 200), (BOUND + 1, 413)):
        body = of_size(size)
        answer = await http.post("/livekit/token", content=in_chunks(body) if chunked else body, headers=JSON)
        assert ("content-length" in answer.request.headers) is not chunked
        assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert answer.json()["type"] == "body_too_large"
    assert f"{BOUND} bytes" in answer.json()["detail"]


async def test_a_body_that_is_too_large_is_not_read(http: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1000
            yield b" " * 1000

    declared = {**JSON, "Content-Length": str(10**12)}
    assert (await http.post("/livekit/token", content=endless(), headers=declared)).status_code == 413
    assert read == 0
    assert (await http.post("/livekit/token", content=endless(), headers=JSON)).status_code == 413
    assert read <= BOUND + 1000


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (b'{"session_id": "s1",', "application/json", "body.20: JSON decode error"),
        (b'{"session_id": "\xff"}', "application/json", "body: this cannot be read as JSON"),
        (b"[" * 4000, "application/json", "body: this cannot be read as JSON"),
        (b"", "application/json", "body: Field required"),
        (of_size(60), "text/plain", "body: must be a JSON object, sent with Content-Type: application/json"),
        (b"session_id=s1", "application/x-www-form-urlencoded", "body: must be a JSON object, sent with"),
        (b"[]", "application/json", "body: must be a JSON object"),
        (b'"text"', "application/json", "body: must be a JSON object"),
        (b'{"session_id": "\\ud800", "participant_name": "A"}', "application/json", "body.session_id: "),
        (b'{"\\ud800": 1}', "application/json", "body: Input should be a valid string"),
    ],
)
async def test_what_is_no_request_is_refused_as_malformed(
    http: httpx.AsyncClient, body: bytes, content_type: str, says: str
) -> None:
    answer = await http.post("/livekit/token", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "invalid_request"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/interview/start", {"consent": 1}, "body.consent: "),
        ("/interview/start", {"consent": "yes"}, "body.consent: "),
        ("/interview/start", {"num_questions": "2"}, "body.num_questions: must be a number"),
        ("/interviews", {"num_questions": True}, "body.num_questions: must be a number"),
        ("/interviews", {"invite_ttl_s": 60.5}, "body.invite_ttl_s: "),
        ("/interview/consent", {"session_id": "s1", "consent": 1}, "body.consent: "),
        ("/interview/consent", {"session_id": "s1", "consent": False}, "body.consent: must be true"),
    ],
)
async def test_what_somebody_may_have_meant_is_not_guessed(
    http: httpx.AsyncClient, path: str, body: dict[str, object], says: str
) -> None:
    answer = await http.post(path, json=body)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"]


async def test_a_whole_number_may_be_written_as_any_number(http: httpx.AsyncClient) -> None:
    made = await http.post("/interviews", json={"invite_ttl_s": 60.0})
    assert made.status_code == 201, made.text


async def test_what_is_not_there_is_a_problem_too(http: httpx.AsyncClient) -> None:
    unknown, wrong = await http.get("/nothing"), await http.put("/livekit/token", json={})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"
    assert unknown.headers["content-type"] == wrong.headers["content-type"] == "application/problem+json"


async def test_a_defect_is_a_problem_that_tells_nothing(
    settings: TokensSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the inside of the house")

    monkeypatch.setattr("tokens.adapters.limits.RateLimits.spend", broken)
    async with front_door(settings) as http:
        transport = http._transport
        assert isinstance(transport, httpx.ASGITransport)
        transport.raise_app_exceptions = False  # uvicorn logs it
        answer = await http.post("/livekit/token", content=of_size(60), headers=JSON)
    assert answer.status_code == 500
    assert answer.json()["type"] == "internal_error"
    assert "inside" not in answer.text
