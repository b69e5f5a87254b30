"""How a refusal looks: problem details (RFC 9457), with the errors of a malformed request in a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from viva_shared.broker import passes

from tokens.domain.errors import TokensError, Unavailable

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
BODY_TOO_LARGE = "body_too_large"
INVALID_REQUEST = "invalid_request"
KINDS = {413: BODY_TOO_LARGE}
"""Of refusals that are HTTP's own: where its words change, ours do not."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_HEADERS = {
    401: {"WWW-Authenticate": ("string", "`Bearer`, and whether a token was given that is not valid.")},
    429: {"Retry-After": ("integer", "Seconds until there is room again.")},
    503: {"Retry-After": ("integer", "Seconds until it is worth another try.")},
}


class FieldError(BaseModel):
    """What is wrong with one part of a request."""

    loc: list[str | int] = Field(description="Where: body, query, path or header, then the names on the way.")
    msg: str


class Problem(BaseModel):
    """Why a request was refused, and what to do."""

    type: str = Field(description="The kind of refusal, for programs.", examples=["unknown_interview"])
    title: str = Field(description="The HTTP status in words.", examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="For people.", examples=["there is no interview 'i1'"])
    errors: list[FieldError] | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's ``responses`` of a route that may refuse with these.

    What any route with credentials or a body may answer is added in ``document``, and ``Problem`` itself, as
    FastAPI would take a model here for one of ``application/json``, too.
    """
    return {status: _response(status) for status in sorted(statuses)}


def _response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if headers := _HEADERS.get(status):
        response["headers"] = {
            name: {"schema": {"type": kind}, "description": what, "required": True}
            for name, (kind, what) in headers.items()
        }
    return response


def answer(
    status: int,
    kind: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
) -> JSONResponse:
    """A refusal as it is sent."""
    problem = Problem(
        type=kind,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(errors) or None,
    )
    return JSONResponse(problem.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def handle_problems(app: FastAPI) -> None:
    """Answer every refusal of this application in the one form."""

    @app.exception_handler(TokensError)
    async def refused(_: Request, error: TokensError) -> JSONResponse:
        if error.status >= 500:
            log.warning("request.failed", error=str(error), retryable=error.retryable)
        return answer(error.status, error.type, str(error), headers=error.headers)

    @app.exception_handler(RedisError)
    async def refused_by_redis(request: Request, error: RedisError) -> JSONResponse:
        """It answers, and cannot write for now: it has lost its replicas or its disk, or is failing over."""
        if not passes(error):
            raise error
        return await refused(request, Unavailable("Redis"))

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [FieldError(loc=list(problem["loc"]), msg=_message(problem)) for problem in error.errors()]
        wrong = "; ".join(f"{'.'.join(map(str, each.loc))}: {each.msg}" for each in errors)
        return answer(422, INVALID_REQUEST, wrong, errors=errors)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 400:  # what FastAPI says of bytes that no decoder takes
            return answer(422, INVALID_REQUEST, "body: this cannot be read as JSON")
        kind = KINDS.get(error.status_code) or HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
        return answer(error.status_code, kind, str(error.detail), headers=headers)

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:  # which nobody reads
        return Response(status_code=400)

    @app.exception_handler(Exception)
    async def broken(_: Request, __: Exception) -> JSONResponse:  # which uvicorn logs
        return answer(500, "internal_error", "this is a defect: the server's log says more")


def _allowed(request: Request) -> str:
    """Which methods this path takes: Starlette names those of the first of its routes."""
    return ", ".join(
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    )


def _message(problem: Mapping[str, Any]) -> str:
    if tuple(problem["loc"]) == ("body",) and problem["type"].startswith(("model_", "dict_")):
        return "must be a JSON object, sent with Content-Type: application/json"
    return str(problem["msg"])
