"""Who gets in, by their bearer token."""

from __future__ import annotations

from tokens.domain.callers import Anyone, Caller
from tokens.domain.errors import NotAuthenticated


class OpenGate:
    """The local profile's: nobody needs credentials."""

    async def admit(self, token: str | None) -> Caller:
        """Anyone, without credentials."""
        if token is None:
            return Anyone()
        raise NotAuthenticated("these credentials are not known here: leave them out, this door is open")
