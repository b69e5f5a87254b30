"""Refusals. Each says what was wrong and what to do; the HTTP adapter answers with its status and type."""

from __future__ import annotations

import re
from typing import ClassVar


class TokensError(Exception):
    """Base of what a caller is told.

    Attributes:
        status: of the HTTP answer.
        type: names the kind of refusal for programs; the class's name in snake case.
        retryable: whether the same call may succeed later.
    """

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    type: ClassVar[str] = "error"

    def __init_subclass__(cls) -> None:
        cls.type = re.sub(r"(?<=.)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def headers(self) -> dict[str, str]:
        """Headers that the answer has because of it."""
        return {}


class InvalidSession(TokensError):
    """A session_id or a name that cannot be part of a room's name or an identity."""

    status = 422


class NotAuthenticated(TokensError):
    """No credentials, or none that are known, or that have expired."""

    status = 401

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(TokensError):
    """The credentials are good, for something else."""

    status = 403


class UnknownScenario(TokensError):
    """No such scenario; the message names those that exist."""

    status = 404


class UnknownInterview(TokensError):
    """There is no such interview: nobody asked for it yet, or it was deleted."""

    status = 404


class Conflict(TokensError):
    """The interview is there, and is not what the request says."""

    status = 409


class NotConfigured(TokensError):
    """Variables of the server's environment are missing; the message names them."""


class WebhookRefused(TokensError):
    """A webhook that LiveKit did not sign with our key."""

    status = 401


class Unavailable(TokensError):
    """Redis, LiveKit, the database or the brain does not answer: the same request may succeed later."""

    status = 503
    retryable = True

    def __init__(self, what: str, retry_after_s: int = 2) -> None:
        super().__init__(f"{what} cannot be reached at the moment; try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_s)}
