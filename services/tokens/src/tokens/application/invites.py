"""Invites: what opens one interview to its candidate, signed and expiring, in a link."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from tokens.domain.errors import NotAuthenticated

ALGORITHM = "HS256"
INVITE, ACCESS = "viva-invite", "viva-candidate"
"""Audiences: what is in the link, and what a page gets for it."""
ACCESS_TTL = timedelta(hours=4)
"""At most: a page that is open for longer exchanges its invite again."""


@dataclass(frozen=True, slots=True)
class Access:
    """A candidate's bearer token, good for so many seconds."""

    token: str
    expires_in_s: int
    interview_id: str


class Invites:
    """Signs invites, and the tokens that candidates get for them, with one secret."""

    def __init__(self, secret: str, public_url: str, ttl: timedelta) -> None:
        self._secret = secret
        self._public_url = public_url
        self._ttl = ttl

    def make(self, interview_id: str, ttl: timedelta | None = None) -> tuple[str, datetime]:
        """An invite and when it expires; it opens the interview as often as it is shown until then."""
        expires_at = datetime.now(UTC).replace(microsecond=0) + (self._ttl if ttl is None else ttl)
        return self._sign(INVITE, interview_id, expires_at), expires_at

    def link(self, invite: str) -> str:
        """Where the candidate goes with it."""
        return f"{self._public_url.rstrip('/')}/?{urlencode({'invite': invite})}"

    def exchange(self, invite: str) -> Access:
        """A token in place of the invite, for as long as that is good, at most. Raises NotAuthenticated."""
        claims = self._verified(invite, [INVITE])
        now = datetime.now(UTC).replace(microsecond=0)
        expires_at = min(now + ACCESS_TTL, datetime.fromtimestamp(claims["exp"], UTC))
        token = self._sign(ACCESS, claims["sub"], expires_at)
        return Access(token, int((expires_at - now).total_seconds()), claims["sub"])

    def interview_of(self, token: str) -> str:
        """Which interview an invite, or a token made from one, opens. Raises NotAuthenticated."""
        interview_id: str = self._verified(token, [INVITE, ACCESS])["sub"]
        return interview_id

    def _sign(self, audience: str, interview_id: str, expires_at: datetime) -> str:
        claims = {"aud": audience, "sub": interview_id, "exp": expires_at, "jti": secrets.token_urlsafe(9)}
        return jwt.encode(claims, self._secret, ALGORITHM)

    def _verified(self, token: str, audiences: Sequence[str]) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=audiences,
                options={"require": ["aud", "sub", "exp"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise NotAuthenticated("this invite has expired: ask who invited you for a new one") from error
        except jwt.PyJWTError as error:
            raise NotAuthenticated(
                "this invite is not valid: open the link again as it was sent, or ask for a new one"
            ) from error
