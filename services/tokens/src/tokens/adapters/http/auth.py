"""Under ``/auth``: a recruiter's credentials become a session of the page, which keeps no secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from tokens.adapters.http.depends import SESSION_COOKIE, ByBearer, Client, Wired
from tokens.adapters.http.origins import must_be_same_site
from tokens.adapters.http.problems import problems
from tokens.adapters.http.services import Services
from tokens.application.signing_in import RECRUITERS_PAGE, SIGN_IN_TTL, Session
from tokens.domain.callers import Anyone, must_be_recruiter
from tokens.domain.errors import NotAuthenticated, SignInFailed, TokensError

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/auth", tags=["auth"])

TICKET_COOKIE, TICKET_PATH = "viva_sign_in", "/auth/oidc"
SETS_COOKIE = {"Set-Cookie": {"schema": {"type": "string"}, "description": f"`{SESSION_COOKIE}`."}}
REDIRECT: dict[int | str, dict[str, Any]] = {
    303: {
        "description": "To the issuer; or to the recruiters' page with `sign_in_error`: refused, expired, "
        "invalid, not_configured, unavailable or too_many_requests.",
        "headers": {"Location": {"schema": {"type": "string"}, "required": True}},
    }
}


class SessionState(BaseModel):
    """Who is signed in."""

    signed_in: bool
    actor: str | None = Field(
        None,
        description="As in the audit log.",
        examples=["key:0f3a5b7c9d1e"],
    )
    expires_at: datetime | None = Field(None, description="The session ends then, at the latest.")


@router.post(
    "/session",
    status_code=201,
    responses={201: {"headers": SETS_COOKIE}, **problems(401, 403, 503)},
)
async def sign_in(caller: ByBearer, services: Wired, response: Response) -> SessionState:
    """Begin a session in place of a recruiter's bearer credentials: a cookie that no script can read.

    It is good for eight hours, or as long as the credentials, and only for calls from the page's own origin.
    """
    recruiter = must_be_recruiter(caller)
    if isinstance(recruiter, Anyone):
        raise NotAuthenticated("send an API key or a recruiter's token to begin a session", given=False)
    session = await services.signing_in.begin(recruiter)
    _set_session(response, session, services)
    return SessionState(signed_in=True, actor=session.actor, expires_at=session.expires_at)


@router.get("/session", responses=problems(429, 503))
async def session_state(
    request: Request, client: Client, services: Wired, response: Response
) -> SessionState:
    """Who is signed in on this page, if anybody is; never 401."""
    await services.limits.spend("calls", client, None)
    if not (token := request.cookies.get(SESSION_COOKIE)):
        return SessionState(signed_in=False)
    recruiter = await services.gate.signed_in(token)
    if recruiter is None:
        response.delete_cookie(SESSION_COOKIE)
        return SessionState(signed_in=False)
    return SessionState(signed_in=True, actor=recruiter.actor, expires_at=recruiter.expires_at)


@router.delete("/session", status_code=204, responses=problems(403, 429, 503))
async def sign_out(request: Request, client: Client, services: Wired, response: Response) -> None:
    """End the session, for whoever has its cookie; without one there is nothing to end."""
    await services.limits.spend("calls", client, None)
    if token := request.cookies.get(SESSION_COOKIE):
        must_be_same_site(request, services.settings.public_origin)
        await services.signing_in.end(token)
    response.delete_cookie(SESSION_COOKIE)


@router.get("/oidc", status_code=303, response_class=RedirectResponse, responses=REDIRECT)
async def sign_in_at_issuer(client: Client, services: Wired, return_to: str = RECRUITERS_PAGE) -> Response:
    """Where the page's link "sign in" leads: on to the OpenID Connect issuer, and back to `return_to`."""
    try:
        await services.limits.spend("calls", client, None)
        departure = await services.signing_in.depart(return_to)
    except TokensError as error:
        return _failed(error)
    response = RedirectResponse(departure.url, 303)
    response.set_cookie(
        TICKET_COOKIE,
        departure.ticket,
        max_age=int(SIGN_IN_TTL.total_seconds()),
        path=TICKET_PATH,
        secure=_is_secure(services),
        httponly=True,
        samesite="lax",  # the issuer's page sends the browser back
    )
    return response


@router.get("/oidc/callback", status_code=303, response_class=RedirectResponse, responses=REDIRECT)
async def arrive_from_issuer(
    request: Request,
    client: Client,
    services: Wired,
    code: str | None = None,
    state: str | None = None,
    error: str | None = None,
) -> Response:
    """Where the issuer sends the browser back: with its code a session begins."""
    try:
        await services.limits.spend("calls", client, None)
        async with services.limits.attempt(client):
            session, return_to = await services.signing_in.arrive(
                request.cookies.get(TICKET_COOKIE), state=state, code=code, error=error
            )
    except TokensError as problem:
        response: Response = _failed(problem)
    else:
        response = RedirectResponse(return_to, 303)
        _set_session(response, session, services)
    response.delete_cookie(TICKET_COOKIE, path=TICKET_PATH)
    return response


def _set_session(response: Response, session: Session, services: Services) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        session.token,
        max_age=int((session.expires_at - datetime.now(UTC)).total_seconds()),
        secure=_is_secure(services),
        httponly=True,
        samesite="strict",
    )


def _is_secure(services: Services) -> bool:
    return services.settings.public_url.startswith("https://")


def _failed(error: TokensError) -> RedirectResponse:
    """Browsers are here, with people before them: the page says what went wrong."""
    reason = error.reason if isinstance(error, SignInFailed) else error.type
    log.warning("sign_in.failed", reason=reason, error=str(error))
    return RedirectResponse(f"{RECRUITERS_PAGE}?{urlencode({'sign_in_error': reason})}", 303)
