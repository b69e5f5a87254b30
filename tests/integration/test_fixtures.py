"""The servers that the other tests stand on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from fixtures.livekit_server import LiveKitServer
from fixtures.toxiproxy import Proxy
from redis.asyncio import Redis
from viva_shared.broker import Mailboxes

pytestmark = pytest.mark.integration


async def test_redis_keeps_an_append_only_file(redis: Redis, mailboxes: Mailboxes) -> None:
    assert (await redis.config_get("appendonly"))["appendonly"] == "yes"
    assert await mailboxes.snapshot("nobody") is None


async def test_livekit_answers(livekit_server: LiveKitServer) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.get(livekit_server.http_url)).text == "OK"


async def ping(port: int) -> str:
    """Send one PING on a connection of its own; what came of it."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"PING\r\n")
            return (await asyncio.wait_for(reader.read(100), 0.3)).decode()
        finally:
            writer.close()
    except (OSError, TimeoutError) as error:
        return type(error).__name__


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (lambda proxy: proxy.hang(), "TimeoutError"),
        (lambda proxy: proxy.hang("downstream"), "TimeoutError"),
        (Proxy.reset, "ConnectionResetError"),
        (Proxy.cut, "ConnectionRefusedError"),
    ],
)
async def test_a_way_to_redis_is_broken_and_mended(
    redis_proxy: Proxy, trouble: Callable[[Proxy], None], outcome: str
) -> None:
    for _ in range(2):
        assert await ping(redis_proxy.port) == "+PONG\r\n"
        trouble(redis_proxy)
        assert await ping(redis_proxy.port) == outcome
        redis_proxy.mend()
    assert await ping(redis_proxy.port) == "+PONG\r\n"
