"""``POST /interview/invite``: what is in a candidate's link becomes a bearer token."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tokens.adapters.http.depends import Client, Wired
from tokens.adapters.http.problems import problems

router = APIRouter(prefix="/interview", tags=["interview"])


class InviteRequest(BaseModel):
    """The invite of a candidate's link."""

    invite: str = Field(
        min_length=1,
        max_length=2048,
        description="The value of `invite` in the link.",
        examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJ2aXZhLWludml0ZSJ9.c2lnbmF0dXJl"],
    )


class AccessToken(BaseModel):
    """What opens the interview to its candidate."""

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(
        description="Seconds; then the invite, if it is still good, gives another.", examples=[14400]
    )
    session_id: str = Field(description="The interview.", examples=["backend-7f3a"])


@router.post("/invite", responses=problems(401, 429, 503))
async def exchange_invite(request: InviteRequest, client: Client, services: Wired) -> AccessToken:
    """A candidate's bearer token in place of an invite; needs no credentials but the invite."""
    await services.limits.spend("calls", client, None)
    async with services.limits.attempt(client):
        access = services.invites.exchange(request.invite)
    return AccessToken(
        access_token=access.token, expires_in=access.expires_in_s, session_id=access.interview_id
    )
