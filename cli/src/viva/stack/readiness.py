"""How to know that a process does its work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx

Written = Callable[[], bytes]


class Readiness(Protocol):
    """One look at a process that is being started."""

    async def __call__(self, written: Written) -> bool:
        """Whether it is ready; ``written`` reads what it has written since it was started."""


@dataclass(frozen=True, slots=True)
class Started:
    """It need not say anything."""

    async def __call__(self, written: Written) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Port:
    """It accepts TCP connections on loopback."""

    port: int

    async def __call__(self, written: Written) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


@dataclass(frozen=True, slots=True)
class Http:
    """It answers GET with a status below 400."""

    url: str

    async def __call__(self, written: Written) -> bool:
        try:
            async with httpx.AsyncClient(timeout=1.0, trust_env=False) as http:
                return (await http.get(self.url)).status_code < 400
        except httpx.HTTPError:
            return False


@dataclass(frozen=True, slots=True)
class LogLine:
    """It has written one of these texts."""

    texts: tuple[str, ...]

    async def __call__(self, written: Written) -> bool:
        output = await asyncio.to_thread(written)
        return any(text.encode() in output for text in self.texts)


@dataclass(frozen=True, slots=True)
class Both:
    """It is ready in two ways."""

    first: Readiness
    second: Readiness

    async def __call__(self, written: Written) -> bool:
        return await self.first(written) and await self.second(written)
