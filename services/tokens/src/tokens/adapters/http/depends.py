"""What routes depend on: the use cases, and who calls by the request's credentials.

All of it is asynchronous: FastAPI sends what is not to a thread, which takes longer than the rest of a call.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from tokens.adapters.http.origins import must_be_same_site, must_be_trusted
from tokens.adapters.http.services import Services
from tokens.adapters.limits import Budget
from tokens.domain.callers import Anyone, Caller, Recruiter, must_be_recruiter

TOKEN_PATHS = frozenset({"/livekit/token", "/livekit/connection", "/api/connection-details"})
"""These give out LiveKit tokens, and have a limit of their own."""


async def services_of(request: Request) -> Services:
    """The application's use cases."""
    services: Services = request.app.state.services
    return services


Wired = Annotated[Services, Depends(services_of)]


async def client_of(request: Request) -> str:
    """Whose calls count together: an IPv4 address, or the IPv6 network that one client has to itself."""
    return _client(request.client.host) if request.client else "unknown"


@lru_cache(4096)
def _client(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    return str(address.ipv4_mapped or ipaddress.IPv6Network((address.packed, 64), strict=False))


Client = Annotated[str, Depends(client_of)]


class Bearer(HTTPBearer):
    """Bearer credentials, verified and counted: a dependency that gives the caller, not the credentials."""

    def __init__(self) -> None:
        super().__init__(
            scheme_name="bearer",
            description="An API key, a recruiter's OIDC token, or a candidate's invite.",
            auto_error=False,
        )

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        """Whoever has credentials that open this door, and calls left.

        Raises:
            NotAuthenticated, TooManyRequests, Unavailable, CrossSiteRequest.
        """
        return await self._admit(request, None)

    async def _admit(self, request: Request, session: str | None) -> Caller:
        services, client = await services_of(request), await client_of(request)
        credentials = await super().__call__(request)
        token = credentials.credentials if credentials else None
        if token or session:
            async with services.limits.attempt(client):
                caller = await services.gate.admit(token, session)
        else:
            caller = await services.gate.admit(None)
        budget: Budget = "tokens" if request.scope["route"].path in TOKEN_PATHS else "calls"
        await services.limits.spend(budget, client, None if isinstance(caller, Anyone) else caller.actor)
        if isinstance(caller, Anyone):
            must_be_trusted(request, services.settings)
        elif isinstance(caller, Recruiter) and token is None:
            must_be_same_site(request, services.settings.public_origin)
        return caller


SESSION_COOKIE = "viva_session"
SessionToken = Annotated[
    str | None,
    Depends(
        APIKeyCookie(
            name=SESSION_COOKIE,
            scheme_name="session",
            description="A recruiter's session, begun by `POST /auth/session`; for pages of the same origin.",
            auto_error=False,
        )
    ),
]


class Admission(Bearer):
    """The same, or a recruiter's session, where no bearer credentials are sent."""

    async def __call__(self, request: Request, session: SessionToken) -> Caller:  # type: ignore[override]
        """As above."""
        return await self._admit(request, session)


Admitted = Annotated[Caller, Depends(Admission())]
ByBearer = Annotated[Caller, Depends(Bearer())]


async def recruiting(caller: Admitted) -> Anyone | Recruiter:
    """Recruiters only. Raises Forbidden."""
    return must_be_recruiter(caller)


Recruiting = Annotated[Anyone | Recruiter, Depends(recruiting)]
