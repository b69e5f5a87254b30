"""The text of a reply on its way to be spoken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator


class Pieces:
    """A queue of text with one reader at a time; who comes after a stalled reader gets the rest."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque()
        self._changed = asyncio.Event()
        self._ended = False
        self._is_released = False
        self.given = ""
        """All that readers have taken."""

    def put(self, text: str) -> None:
        """Add text; empty text adds nothing."""
        if text and not self._ended:
            self._texts.append(text)
            self._changed.set()

    def end(self, *, drop_unread: bool = False) -> None:
        """No more text will come."""
        if drop_unread:
            self._texts.clear()
        self._ended = True
        self._changed.set()

    def release(self) -> None:
        """Let go a reader who waits for more, or would: who comes next gets it."""
        self._is_released = True
        self._changed.set()

    @property
    def has_text(self) -> bool:
        """Whether there is text that nobody has read."""
        return bool(self._texts)

    @property
    def is_drained(self) -> bool:
        """Whether all was read and nothing more will come."""
        return self._ended and not self._texts

    async def read(self, first_s: float, stall_s: float) -> AsyncIterator[str]:
        """Yield text as it comes; ends at the end, when released, or when text is too long in coming."""
        self._is_released = False
        patience = first_s
        while True:
            while self._texts:
                text = self._texts.popleft()
                self.given += text
                patience = stall_s
                yield text
            if self._ended or self._is_released:
                return
            self._changed.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._changed.wait()
            except TimeoutError:
                return
