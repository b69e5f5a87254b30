"""Who gets in, by their bearer token or their sign-in session."""

from __future__ import annotations

from datetime import UTC, datetime

import jwt

from tokens.application.invites import ALGORITHM, Invites
from tokens.application.ports import Issuer, KeyRing, SignInSessions
from tokens.domain.callers import Anyone, Caller, Candidate, Recruiter
from tokens.domain.errors import NotAuthenticated

KEY_PREFIX = "viva_"
KEY_ACTOR = "key:"
LATEST = 253_402_300_799
"""The last second that a datetime knows."""
INVALID = (
    "these credentials are not valid, or not any more: send an API key (`viva keys create` makes one), "
    "sign in again, or ask for a new invite"
)


class Gate:
    """Knows callers by an API key, a recruiter's OpenID Connect token or session, or a candidate's invite.

    Where it stands open, who brings none is anyone; credentials that are brought are verified all the same.
    """

    def __init__(
        self,
        keys: KeyRing,
        invites: Invites,
        issuer: Issuer | None,
        sessions: SignInSessions,
        *,
        stands_open: bool,
    ) -> None:
        self._keys = keys
        self._invites = invites
        self._issuer = issuer
        self._sessions = sessions
        self._stands_open = stands_open

    async def admit(self, token: str | None, session: str | None = None) -> Caller:
        """Who this bearer token is of; without one, whose session this is. None: there was none.

        Raises:
            NotAuthenticated: it is nobody's, or has expired, or there is none where one is needed.
            Unavailable: Redis, the database or the issuer is away; keys that were verified lately are known
                without them.
        """
        if token is not None:
            return await self._bearer(token)
        if session and (recruiter := await self.signed_in(session)):
            return recruiter
        if self._stands_open:
            return Anyone()
        if session:
            raise NotAuthenticated("your session is over: sign in again")
        raise NotAuthenticated(
            "this needs credentials: send an API key, a recruiter's token or an invite, "
            "as `Authorization: Bearer …`",
            given=False,
        )

    async def signed_in(self, session: str) -> Recruiter | None:
        """Whose session this is; None if it is over, or the key that it was begun with is revoked.

        Raises:
            Unavailable: Redis or the database is away.
        """
        recruiter = await self._sessions.find(session)
        if recruiter and recruiter.actor.startswith(KEY_ACTOR):
            is_good = await self._keys.is_good(recruiter.actor.removeprefix(KEY_ACTOR))
            return recruiter if is_good else None
        return recruiter

    async def _bearer(self, token: str) -> Caller:
        if token.startswith(KEY_PREFIX):
            if key_id := await self._keys.owner(token):
                return Recruiter(f"{KEY_ACTOR}{key_id}")
            raise NotAuthenticated(INVALID)
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise NotAuthenticated(INVALID) from error
        # The header only says whom to ask: each takes its own algorithms, with its own keys.
        if header.get("alg") == ALGORITHM:
            return Candidate(self._invites.interview_of(token))
        claims = await self._issuer.claims(token, header.get("kid")) if self._issuer else None
        if claims is None:
            raise NotAuthenticated(INVALID)
        expires_at = datetime.fromtimestamp(min(int(claims["exp"]), LATEST), UTC)
        return Recruiter(f"oidc:{claims['sub']}", expires_at)
