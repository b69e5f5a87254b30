"""How the command talks: a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.status import Status


class ConsoleReporter:
    """Tells what the stack does. Lines go to standard error, so that standard output stays for results."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._status: Status | None = None
        self._said_at = 0.0

    def waiting(self, text: str) -> None:
        """Show a spinner; where there is no terminal, a line every five seconds."""
        if self._console.is_terminal:
            if self._status is None:
                self._status = self._console.status(text)
                self._status.start()
            else:
                self._status.update(text)
        elif time.monotonic() - self._said_at >= 5:
            self._said_at = time.monotonic()
            self._console.print(f"… {text}", soft_wrap=True)

    def done(self, text: str) -> None:
        """A step is over."""
        self._clear()
        self._console.print(f"[green]✓[/] {text}", soft_wrap=True)

    def problem(self, text: str) -> None:
        """Something went wrong."""
        self._clear()
        self._console.print("[red]✗[/] ", end="")
        self._console.print(text, markup=False, soft_wrap=True)

    def line(self, text: str = "") -> None:
        """Something to know."""
        self._clear()
        self._console.print(text, soft_wrap=True)

    @asynccontextmanager
    async def patience(self, text: str) -> AsyncIterator[None]:
        """Say, once a second after the first two, that the block is still at work."""
        ticking = asyncio.create_task(self._tick(text))
        try:
            yield
        finally:
            ticking.cancel()
            self._clear()

    async def _tick(self, text: str) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(1)
            if (elapsed := time.monotonic() - began) > 2:
                self.waiting(f"{text} ({elapsed:.0f} s)")

    def _clear(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def fail(text: str) -> None:
    """One line on standard error."""
    print(f"viva: {text}", file=sys.stderr)
