"""Calling the Redis Functions in ``functions.lua``."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import partial
from importlib import resources
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from viva_shared.broker.errors import Damaged


async def load_functions(redis: Redis) -> None:
    """Put the function library into Redis; it replaces itself."""
    source = resources.files("viva_shared.broker").joinpath("functions.lua").read_text()
    await cast(Awaitable[str], redis.function_load(source, replace=True))


async def call_function(redis: Redis, name: str, keys: Sequence[str], *args: str | int | bytes) -> list[Any]:
    """Call one function; a Redis that lost the library, or a new one, gets it first. Raises Damaged."""
    call = partial(redis.fcall, f"viva1_{name}", len(keys), *keys, *args)  # type: ignore[arg-type]
    try:
        return list(await cast(Awaitable[list[Any]], call()))
    except ResponseError as error:
        if "WRONGTYPE" in str(error):
            raise Damaged(f"one of {', '.join(keys)} is of another type: rename or delete it") from error
        if "Function not found" not in str(error):
            raise
        await load_functions(redis)
        return list(await cast(Awaitable[list[Any]], call()))
