"""What redis-py leaves to be mended in our connections."""

from __future__ import annotations

import asyncio

import pytest
import uvloop
from redis.exceptions import ConnectionError as RedisConnectionError
from viva_shared.broker import connect

pytestmark = pytest.mark.integration


def test_a_transport_that_has_closed_is_an_outage_on_uvloop_too(redis_url: str) -> None:
    async def scenario() -> None:
        client = connect(redis_url)
        await client.ping()
        connection = await client.connection_pool.get_connection()
        connection._writer.transport.abort()
        await asyncio.sleep(0.05)
        with pytest.raises(RedisConnectionError, match="closed"):
            await connection.send_command("PING")
        await client.connection_pool.release(connection)
        assert await client.ping()
        await client.aclose()

    uvloop.run(scenario())
