"""Recruiters sign in on the page: by what they show once, a session begins."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt
import structlog

from tokens.application.invites import ALGORITHM
from tokens.application.ports import IssuerSignIn, SignInSessions
from tokens.domain.callers import Recruiter
from tokens.domain.errors import NotConfigured, SignInFailed

log = structlog.get_logger(__name__)

SESSION_TTL = timedelta(hours=8)
"""At most: no longer than the token that it was begun with."""
SIGN_IN_TTL = timedelta(minutes=10)
"""How long somebody may take at the issuer."""
RECRUITERS_PAGE = "/recruiter"
AUDIENCE = "viva-sign-in"


@dataclass(frozen=True, slots=True)
class Session:
    """What a browser keeps, and what it opens."""

    token: str
    actor: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody goes to the issuer: where to, and what their browser keeps until they come back."""

    url: str
    ticket: str


class SigningIn:
    """Begins and ends sessions."""

    def __init__(
        self, sessions: SignInSessions, issuer: IssuerSignIn | None, secret: str, now: Callable[[], datetime]
    ) -> None:
        """Args: ``secret``: signs what browsers keep of a sign-in under way."""
        self._sessions = sessions
        self._issuer = issuer
        self._secret = secret
        self._now = now

    async def begin(self, recruiter: Recruiter) -> Session:
        """A session of a recruiter whose credentials were verified. Raises Unavailable."""
        latest = self._now().replace(microsecond=0) + SESSION_TTL
        expires_at = min(latest, recruiter.expires_at or latest)
        token = await self._sessions.begin(recruiter.actor, expires_at)
        log.info("recruiter.signed_in", actor=recruiter.actor)
        return Session(token, recruiter.actor, expires_at)

    async def end(self, token: str) -> None:
        """Nothing is opened by this session any more. Raises Unavailable."""
        await self._sessions.end(token)

    async def depart(self, return_to: str) -> Departure:
        """Begin a sign-in at the issuer.

        Args:
            return_to: a path of ours; anything else leads to the recruiters' page.

        Raises:
            NotConfigured: there is no issuer to sign in at.
            Unavailable: it does not answer.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url = await self._at_issuer().authorization_url(state=state, nonce=nonce, verifier=verifier)
        claims = {"state": state, "nonce": nonce, "verifier": verifier, "return_to": own_path(return_to)}
        expiry = {"aud": AUDIENCE, "exp": self._now() + SIGN_IN_TTL}
        return Departure(url, jwt.encode({**claims, **expiry}, self._secret, ALGORITHM))

    async def arrive(
        self, ticket: str | None, *, state: str | None, code: str | None, error: str | None
    ) -> tuple[Session, str]:
        """Somebody is back from the issuer: their session, and the path to which they wanted.

        Args:
            ticket: what their browser kept.
            state, code, error: what the issuer sent with them.

        Raises:
            SignInFailed, NotConfigured, Unavailable.
        """
        try:
            departure = jwt.decode(ticket or "", self._secret, algorithms=[ALGORITHM], audience=AUDIENCE)
        except jwt.PyJWTError as problem:
            raise SignInFailed("expired", "this sign-in was not begun here, or took too long") from problem
        if not hmac.compare_digest(departure["state"].encode(), (state or "").encode()):
            raise SignInFailed("expired", "this is the end of another sign-in than was begun last")
        if error or not code:
            raise SignInFailed("refused", f"the issuer refused: {(error or 'no code')[:100]!r}")
        subject = await self._at_issuer().subject(
            code, nonce=departure["nonce"], verifier=departure["verifier"]
        )
        return await self.begin(Recruiter(f"oidc:{subject}")), departure["return_to"]

    def _at_issuer(self) -> IssuerSignIn:
        if self._issuer is None:
            raise NotConfigured("nobody can sign in by OpenID Connect here: set VIVA_OIDC_CLIENT_ID")
        return self._issuer


def own_path(return_to: str) -> str:
    """A path, with its query, that leads to no other site; the recruiters' page in place of anything else.

    Browsers take ``//`` and ``/\\`` for the beginning of another host, and leave out control characters.
    """
    try:
        parts = urlsplit(return_to)
    except ValueError:
        return RECRUITERS_PAGE
    is_path = return_to.startswith("/") and not return_to.startswith("//") and not parts.netloc
    return return_to if is_path and return_to.isprintable() and "\\" not in return_to else RECRUITERS_PAGE
