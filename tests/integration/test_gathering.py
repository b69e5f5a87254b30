"""Commands of many tasks in one pipeline: each gets its own answers, also when something goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from fixtures.outages import NOTICED_S
from fixtures.toxiproxy import TROUBLES, Proxy
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from viva_shared.broker import UNAVAILABLE, GatheringRedis, connect, gathering

pytestmark = pytest.mark.integration


@pytest.fixture
def gathered(redis: Redis) -> GatheringRedis:
    """A client that gathers, on the test's connections."""
    return GatheringRedis(redis.connection_pool)


async def count(redis: Redis, key: str) -> int:
    return int(await redis.incr(key))


async def commands(redis: Redis) -> int:
    """How many times Redis has read something from a client, this time included."""
    return int((await redis.info("stats"))["total_reads_processed"])


async def test_each_gets_the_answers_to_its_own(
    gathered: GatheringRedis, redis: Redis, key_prefix: str
) -> None:
    async def one(number: int) -> tuple[int, list[object]]:
        async with gathered.pipeline(transaction=False) as pipe:
            pipe.rpush(f"{key_prefix}:{number}", number)
            pipe.lrange(f"{key_prefix}:{number}", 0, -1)
            pushed = await pipe.execute()
        return int(await gathered.incr(f"{key_prefix}:all")), pushed

    before = await commands(redis)
    answers = await asyncio.gather(*(one(number) for number in range(200)))
    assert await commands(redis) - before < 20
    assert [pushed for _, pushed in answers] == [[1, [str(number).encode()]] for number in range(200)]
    assert sorted(count for count, _ in answers) == list(range(1, 201))


async def test_more_than_goes_at_once(
    gathered: GatheringRedis, key_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "LARGEST", 3)

    async def four() -> list[int]:
        async with gathered.pipeline(transaction=False) as pipe:
            for _ in range(4):
                pipe.incr(key_prefix)
            return await pipe.execute()

    counts = await asyncio.gather(*(gathered.incr(key_prefix) for _ in range(5)), four())
    assert counts == [1, 2, 3, 4, 5, [6, 7, 8, 9]]


async def test_an_error_is_for_whoever_made_it(gathered: GatheringRedis, key_prefix: str) -> None:
    await gathered.set(key_prefix, "text")

    async def wrong_and_right() -> list[object]:
        async with gathered.pipeline(transaction=False) as pipe:
            pipe.incr(key_prefix)
            pipe.get(key_prefix)
            return await pipe.execute(raise_on_error=False)

    wrong, right, both = await asyncio.gather(
        gathered.incr(key_prefix), gathered.get(key_prefix), wrong_and_right(), return_exceptions=True
    )
    assert isinstance(wrong, ResponseError)
    assert right == b"text"
    assert isinstance(both, list)
    assert isinstance(both[0], ResponseError)
    assert both[1] == b"text"
    pipe = gathered.pipeline(transaction=False)
    pipe.incr(key_prefix)
    with pytest.raises(ResponseError):
        await pipe.execute()


async def test_who_is_cancelled_takes_nothing_from_the_others(
    gathered: GatheringRedis, key_prefix: str
) -> None:
    asked = [asyncio.create_task(count(gathered, key_prefix)) for _ in range(3)]
    await asyncio.sleep(0)
    asked[1].cancel()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [answers[0], answers[2]] == [1, 3]
    assert await gathered.incr(key_prefix) == 4


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=list(TROUBLES))
async def test_redis_is_away_for_all_and_back_for_all(
    redis_proxy: Proxy, key_prefix: str, trouble: Callable[[Proxy], None]
) -> None:
    client = connect(f"redis://127.0.0.1:{redis_proxy.port}/0")
    gathered = GatheringRedis(client.connection_pool)
    await gathered.incr(key_prefix)
    trouble(redis_proxy)
    first = [asyncio.create_task(count(gathered, key_prefix)) for _ in range(5)]
    await asyncio.sleep(0.05)  # on the way, and these wait for their turn
    async with asyncio.timeout(NOTICED_S):
        answers = await asyncio.gather(
            *first, *(gathered.incr(key_prefix) for _ in range(5)), return_exceptions=True
        )
    assert all(isinstance(answer, UNAVAILABLE) for answer in answers), answers
    redis_proxy.mend()
    assert await gathered.incr(key_prefix) >= 2
    await client.aclose()
