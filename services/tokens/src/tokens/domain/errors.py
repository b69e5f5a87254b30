"""Refusals. Each says what was wrong and what to do; the HTTP adapter answers with its status and type."""

from __future__ import annotations

import re
from typing import ClassVar, Literal


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

    def __init__(self, message: str, *, given: bool = True) -> None:
        super().__init__(message)
        self.given = given

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer error="invalid_token"' if self.given else "Bearer"}


class Forbidden(TokensError):
    """The credentials are good, for something else."""

    status = 403


class CrossSiteRequest(TokensError):
    """Another site's page had the browser send this, with a recruiter's cookie or to an open door."""

    status = 403


class SignInFailed(NotAuthenticated):
    """The issuer did not vouch for whoever came back from it.

    Attributes:
        reason: refused (by the issuer or the user), expired (what we remembered of the sign-in is gone) or
            invalid (what the issuer says is not right).
    """

    def __init__(self, reason: Literal["refused", "expired", "invalid"], message: str) -> None:
        super().__init__(message)
        self.reason = reason


class UnknownScenario(TokensError):
    """No such scenario; the message names those that exist."""

    status = 404


class UnknownInterview(TokensError):
    """There is no such interview: nobody asked for it yet, or it was deleted."""

    status = 404


class UnknownRoom(TokensError):
    """No interview's room of this name is open."""

    status = 404


class UnknownParticipant(TokensError):
    """Nobody of this identity is in the room."""

    status = 404


class UnsuitableScenario(TokensError):
    """The scenario is there, and cannot be held as the request wants it."""

    status = 409


class Conflict(TokensError):
    """The interview is there, and is not what the request says."""

    status = 409


class ConsentRequired(TokensError):
    """The candidate has not agreed yet; the message holds the notice to agree to."""

    status = 403


class NotStarted(TokensError):
    """Nothing was asked yet that could be answered."""

    status = 409


class OutOfTurn(TokensError):
    """The answer is to another turn than the current one, or the interviewer is still speaking."""

    status = 409


class AlreadyAnswered(TokensError):
    """The turn has another answer, or this one's result was given out already."""

    status = 409


class AnswerRejected(TokensError):
    """The interviewer could not take this answer in, and kept it apart: the turn may be answered again."""

    status = 409


class AnswerTooLong(TokensError):
    """No event may be so large."""

    status = 413


class InterviewEnded(TokensError):
    """Nothing can be said any more."""

    status = 409


class UnknownPage(TokensError):
    """The cursor is none that a page before gave."""

    status = 404


class IdempotencyKeyReused(TokensError):
    """The key came with another request before."""

    status = 422


class InvalidRecording(TokensError):
    """What was dictated is no WAV file, or not one that is taken here."""

    status = 422


class UnsupportedMediaType(TokensError):
    """The body is of a type that this call does not take; the message names the one that it does."""

    status = 415


class ProviderFailed(TokensError):
    """A provider refused what it should have taken, or answered what it should not."""

    status = 502


class NotConfigured(TokensError):
    """Variables of the server's environment are missing or wrong; the message names them."""


class WebhookRefused(TokensError):
    """A webhook that LiveKit did not sign with our key."""

    status = 401

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class TooManyRequests(TokensError):
    """A limit is reached; the message says which, and when there is room again."""

    status = 429
    retryable = True

    def __init__(self, what: str, retry_after_s: int) -> None:
        super().__init__(f"{what}: try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_s)}


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


class BrainBusy(TokensError):
    """The interviewer takes longer than a call may. What was said is kept: the same request gets the rest."""

    status = 503
    retryable = True

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}
