"""The Idempotency-Key header: the same key, caller and request mean the same call."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Request
from pydantic import BaseModel

from tokens.application.idempotency import Call
from tokens.domain.callers import Caller

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="Your own name for this call. The same request, repeated under it within a day, is the "
        "same call: nothing happens twice, and its result is found again.",
        examples=["6f1d2c0e-3f0b-4d0e-9a59-2f1f4f9b6a11"],
    ),
]


def call_of(
    request: Request, caller: Caller, key: str | None, body: BaseModel, interview_id: str | None = None
) -> Call:
    """The call as it may be repeated; ``interview_id``: which interview it is about."""
    asked = f"{request.method} {request.url.path} {body.model_dump_json()}"
    return Call(caller.actor, key, asked, interview_id)
