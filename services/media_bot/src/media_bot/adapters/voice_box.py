"""Where the mouth finds the session of the moment; between two sessions there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from media_bot.adapters.session import LiveSession
from media_bot.application.ports import Speech, Spoken, VoiceUnavailable


class VoiceBox:
    """Holds the present session."""

    def __init__(self) -> None:
        self.session: LiveSession | None = None
        self.restart: asyncio.Task[None] | None = None

    def say(self, pieces: AsyncIterator[str], done: Callable[[Spoken], None]) -> Speech:
        """Say a stream of text. Raises VoiceUnavailable."""
        if self.session is None:
            raise VoiceUnavailable("there is no session")
        return self.session.say(pieces, done)

    def listen_to(self, identity: str) -> None:
        """This identity is the candidate, for the present session."""
        if self.session is not None:
            self.session.listen_to(identity)

    def hush(self) -> None:
        """Stop whatever is being said; what was heard of it is reported a little later."""
        if self.session is not None:
            self.session.hush()

    def candidate_left(self, *, unfinished: bool) -> None:
        """Stop speaking, and settle what the candidate had begun to say."""
        if self.session is not None:
            self.session.candidate_left(unfinished=unfinished)

    async def aclose(self) -> None:
        """Close the session, or stop making one."""
        if self.restart is not None:
            self.restart.cancel()
        if self.session is not None:
            await self.session.aclose()
