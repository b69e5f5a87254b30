"""Every operation while something that it needs is away: 503 where it needs it, and nothing undeclared."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fixtures.front_door import front_door
from fixtures.operations import Operation, operations
from fixtures.postgres import PostgresServer
from fixtures.processes import free_port
from fixtures.redis_server import running_redis
from fixtures.toxiproxy import Proxy, Toxiproxy
from fixtures.writing import brain
from tokens.adapters.http import openapi
from tokens.settings import TokensSettings
from viva_shared.archive import migrate
from viva_shared.broker import Keys, Mailboxes, connect

pytestmark = pytest.mark.integration


def about(number: int) -> dict[str, Any]:
    """What to call an interview of its own, whatever it is in."""
    interview_id = f"i{number}"
    return {
        **dict.fromkeys(("session_id", "interview_id"), interview_id),
        **dict.fromkeys(("room", "room_name"), f"interview-{interview_id}"),
        "scenario": "question_set",
    }


DOCUMENT = openapi()
COUNT = len([*operations(DOCUMENT, {})])
OPERATIONS = [
    operation
    for number in range(COUNT)
    if not (operation := [*operations(DOCUMENT, about(number))][number]).name.endswith(
        "/events"
    )  # never ends
]
"""Each about another interview."""
LIMITED = {operation.name for operation in OPERATIONS if "429" in operation.statuses}
ROOMS = {operation.name for operation in OPERATIONS if " /rooms" in operation.name}
"""These need LiveKit, which is not there in any of these tests."""
RECORDED = {operation.name for operation in OPERATIONS if " /interviews" in operation.name} | {"GET /audit"}
WRITTEN = {
    "POST /livekit/token",
    "POST /livekit/connection",
    "POST /api/connection-details",
    "POST /interview/consent",
    "POST /interview/answer",
    "POST /interview/finish",
    "POST /interviews",
    "POST /interviews/{session_id}/end",
    "POST /interviews/{session_id}/nudge",
    "DELETE /interviews/{session_id}",
}

WITHOUT_REDIS = {
    *("GET /audit", "GET /scenarios", "POST /interview/invite", "POST /interviews/{session_id}/rescore"),
    *(f"{method} /auth/session" for method in ("GET", "POST", "DELETE")),  # as nobody has a session here
}
"""These need it for their limits only."""


class Unlimited:
    """Counts nothing: without Redis, the real one lets nobody as far as to what else needs it."""

    async def spend(self, *_: object) -> None:
        pass

    @asynccontextmanager
    async def attempt(self, *_: object) -> AsyncIterator[None]:
        yield


async def begin_all(http: httpx.AsyncClient) -> None:
    """Every interview is under way, and was made by a recruiter."""
    for number in range(COUNT):
        made = await http.post("/interviews", json={"session_id": f"i{number}", "scenario": "question_set"})
        assert made.status_code == 201, made.text
        begun = await http.post("/interview/start", json={"session_id": f"i{number}"})
        assert begun.status_code == 201, begun.text


async def unavailable(http: httpx.AsyncClient) -> set[str]:
    """Which operations say that something is away; each must answer as it declares."""
    return {operation.name for operation in OPERATIONS if await is_unavailable(http, operation)}


async def is_unavailable(http: httpx.AsyncClient, operation: Operation) -> bool:
    answer = await operation.call(http)
    assert str(answer.status_code) in operation.statuses, f"{operation.name}: {answer.text}"
    if answer.status_code < 500:
        return False
    assert answer.status_code == 503, f"{operation.name}: {answer.text}"
    assert answer.json()["type"] == "unavailable"
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    return True


async def test_redis_is_away(settings: TokensSettings, mailboxes: Mailboxes, redis_proxy: Proxy) -> None:
    proxied = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{redis_proxy.port}/0"})
    async with front_door(proxied) as http, front_door(proxied, limits=Unlimited()) as unlimited:
        async with brain(mailboxes):
            await begin_all(http)
        redis_proxy.cut()
        assert await unavailable(http) == LIMITED
        assert await unavailable(unlimited) == LIMITED - WITHOUT_REDIS


@pytest.mark.parametrize(
    ("setting", "value"), [("maxmemory", 1), ("min-replicas-to-write", 1)], ids=["full", "without replicas"]
)
async def test_redis_takes_nothing(
    settings: TokensSettings, tmp_path: Path, setting: str, value: int
) -> None:
    with running_redis(tmp_path, free_port()) as server:
        elsewhere = settings.model_copy(update={"redis_url": server.url})
        redis = connect(server.url)
        async with front_door(elsewhere) as http, front_door(elsewhere, limits=Unlimited()) as unlimited:
            async with brain(Mailboxes(redis, Keys(settings.key_prefix))):
                await begin_all(http)
            await redis.config_set(setting, value)
            assert await unavailable(http) == LIMITED
            assert await unavailable(unlimited) == WRITTEN | ROOMS
        await redis.aclose()


async def test_the_database_is_away(
    settings: TokensSettings, mailboxes: Mailboxes, postgres: PostgresServer, toxiproxy: Toxiproxy
) -> None:
    url = await postgres.create_database()
    await migrate(url)
    with toxiproxy.proxy(postgres.port) as proxy:
        proxied = url.replace(f":{postgres.port}/", f":{proxy.port}/")
        elsewhere = settings.model_copy(update={"database_url": proxied})
        async with front_door(elsewhere) as http, brain(mailboxes):
            await begin_all(http)
            proxy.cut()
            assert await unavailable(http) == RECORDED | ROOMS


async def test_livekit_is_away(settings: TokensSettings, mailboxes: Mailboxes) -> None:
    nowhere = settings.model_copy(update={"livekit_url": f"ws://127.0.0.1:{free_port()}"})
    async with front_door(nowhere) as http, brain(mailboxes):
        await begin_all(http)
        assert await unavailable(http) == ROOMS
