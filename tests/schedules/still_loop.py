"""An event loop without I/O, on a clock that stands still: what runs on it is the same in every run."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

FOREVER_S = 3600.0
"""Timers that are farther away than this never come."""


class _Nothing(selectors.SelectSelector):
    """Never waits: the loop asks it to when nothing is left to run."""

    def __init__(self) -> None:
        super().__init__()
        self.idle_s: float | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout != 0 and self.loop:
            self.idle_s = timeout
            self.loop.stop()
        return []


class StillLoop(asyncio.SelectorEventLoop):
    """Runs until every task waits for something that only the outside can bring."""

    def __init__(self) -> None:
        self._nothing = _Nothing()
        self._now = 0.0
        super().__init__(self._nothing)
        self._nothing.loop = self

    def time(self) -> float:
        return self._now

    def settle(self) -> None:
        """Run all that can run without a further answer, and without time."""
        self.run_forever()

    @property
    def to_next_timer_s(self) -> float | None:
        """Seconds from now to the next timer; None without one that ever comes."""
        idle_s = self._nothing.idle_s
        return idle_s if idle_s is not None and idle_s < FOREVER_S else None

    def tick(self) -> None:
        """Go to the next timer, and settle."""
        if (idle_s := self.to_next_timer_s) is not None:
            self._now += idle_s
        self.settle()
