"""Who gets in, by their bearer token."""

from __future__ import annotations

import jwt

from tokens.application.invites import ALGORITHM, Invites
from tokens.application.ports import Issuer, KeyRing
from tokens.domain.callers import Anyone, Caller, Candidate, Recruiter
from tokens.domain.errors import NotAuthenticated

KEY_PREFIX = "viva_"
INVALID = (
    "these credentials are not valid, or not any more: send an API key (`viva keys create` makes one), "
    "sign in again, or ask for a new invite"
)


class Gate:
    """Knows callers by an API key, a recruiter's OpenID Connect token, or a candidate's invite.

    Where it stands open, who brings none is anyone; credentials that are brought are verified all the same.
    """

    def __init__(self, keys: KeyRing, invites: Invites, issuer: Issuer | None, *, stands_open: bool) -> None:
        self._keys = keys
        self._invites = invites
        self._issuer = issuer
        self._stands_open = stands_open

    async def admit(self, token: str | None) -> Caller:
        """Who this bearer token is of; None: there was none.

        Raises:
            NotAuthenticated: it is nobody's, or has expired, or there is none where one is needed.
            Unavailable: the database or the issuer is away; what was verified lately is known without them.
        """
        if token is None:
            if self._stands_open:
                return Anyone()
            raise NotAuthenticated(
                "this needs credentials: send an API key, a recruiter's token or an invite, "
                "as `Authorization: Bearer …`",
                given=False,
            )
        if token.startswith(KEY_PREFIX):
            if key_id := await self._keys.owner(token):
                return Recruiter(f"key:{key_id}")
            raise NotAuthenticated(INVALID)
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise NotAuthenticated(INVALID) from error
        # The header only says whom to ask: each takes its own algorithms, with its own keys.
        if header.get("alg") == ALGORITHM:
            return Candidate(self._invites.interview_of(token))
        subject = await self._issuer.subject(token, header.get("kid")) if self._issuer else None
        if subject is None:
            raise NotAuthenticated(INVALID)
        return Recruiter(f"oidc:{subject}")
