"""Refusals. Each says what was wrong and what to do; the HTTP adapter gives each its status."""

from __future__ import annotations


class TokensError(Exception):
    """Base of what a caller is told."""

    status = 500
    retryable = False


class InvalidSession(TokensError):
    """A session_id or a name that cannot be part of a room's name or an identity."""

    status = 422


class UnknownScenario(TokensError):
    """No such scenario; the message names those that exist."""

    status = 404


class UnknownInterview(TokensError):
    """Nobody has asked to be interviewed under this id yet."""

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
    """Redis or LiveKit is away: the same request may succeed later."""

    status = 503
    retryable = True

    def __init__(self, what: str, retry_after_s: int = 2) -> None:
        super().__init__(f"{what} cannot be reached at the moment; try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s
