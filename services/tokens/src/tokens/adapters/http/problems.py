"""How a refusal looks: problem details (RFC 9457), with the errors of a malformed request in a list."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tokens.domain.errors import TokensError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


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
    """OpenAPI's ``responses`` of a route that may refuse with these."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"model": Problem, "content": content, "description": HTTPStatus(status).phrase}
        for status in sorted(statuses)
    }


def answer(
    status: int,
    kind: str,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
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
    return JSONResponse(
        problem.model_dump(exclude_none=True), status_code=status, media_type=MEDIA_TYPE, headers=headers
    )


def handle_problems(app: FastAPI) -> None:
    """Answer every refusal of this application in the one form."""

    @app.exception_handler(TokensError)
    async def refused(_: Request, error: TokensError) -> JSONResponse:
        if error.status >= 500:
            log.warning("request.failed", error=str(error), retryable=error.retryable)
        return answer(error.status, error.type, str(error), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [FieldError(loc=list(problem["loc"]), msg=problem["msg"]) for problem in error.errors()]
        wrong = "; ".join(f"{'.'.join(map(str, each.loc))}: {each.msg}" for each in errors)
        return answer(422, "invalid_request", wrong, errors=errors)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        headers = dict(error.headers) if error.headers else None
        return answer(error.status_code, kind, str(error.detail), headers=headers)
