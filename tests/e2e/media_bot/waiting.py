"""Waiting for conditions, not for seconds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path


async def until(condition: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
    """Wait for a condition; fails with its name."""
    try:
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen within {timeout_s} s") from None


def lines_of(log: Path, event: str) -> str:
    """What the bot logged of an event, without colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text())
    return "\n".join(line for line in plain.splitlines() if event in line)
