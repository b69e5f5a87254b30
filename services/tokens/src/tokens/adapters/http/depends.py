"""What routes depend on: the use cases, and who calls by the request's credentials."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tokens.adapters.http.services import Services
from tokens.domain.callers import Anyone, Caller, Recruiter, must_be_recruiter


def services_of(request: Request) -> Services:
    """The application's use cases."""
    services: Services = request.app.state.services
    return services


Wired = Annotated[Services, Depends(services_of)]

_bearer = HTTPBearer(
    auto_error=False, description="An API key, a recruiter's OIDC token, or a candidate's invite."
)


async def admitted(
    services: Wired, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Whoever has credentials that open this door. Raises NotAuthenticated or Unavailable."""
    return await services.gate.admit(credentials.credentials if credentials else None)


Admitted = Annotated[Caller, Depends(admitted)]


def recruiting(caller: Admitted) -> Anyone | Recruiter:
    """Recruiters only. Raises Forbidden."""
    return must_be_recruiter(caller)


Recruiting = Annotated[Anyone | Recruiter, Depends(recruiting)]
