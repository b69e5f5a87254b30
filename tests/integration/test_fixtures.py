"""The servers that the other tests stand on."""

from __future__ import annotations

import httpx
import pytest
from fixtures.livekit_server import LiveKitServer
from redis.asyncio import Redis
from viva_shared.broker import Mailboxes

pytestmark = pytest.mark.integration


async def test_redis_keeps_an_append_only_file(redis: Redis, mailboxes: Mailboxes) -> None:
    assert (await redis.config_get("appendonly"))["appendonly"] == "yes"
    assert await mailboxes.snapshot("nobody") is None


async def test_livekit_answers(livekit_server: LiveKitServer) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.get(livekit_server.http_url)).text == "OK"
