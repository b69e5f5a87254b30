"""What the use cases need from outside."""

from __future__ import annotations

from typing import Protocol

from tokens.domain.callers import Caller


class Dispatches(Protocol):
    """LiveKit's list of which agents were sent to which room."""

    async def dispatched(self, room: str) -> bool:
        """Whether the interviewer was sent to this room. Raises Unavailable."""

    async def dispatch(self, room: str) -> None:
        """Send the interviewer. Raises Unavailable."""


class Gate(Protocol):
    """Who gets in."""

    async def admit(self, token: str | None) -> Caller:
        """Who this bearer token is of; None: there was none. Raises NotAuthenticated or Unavailable."""
