"""Who calls, and what they may reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from viva_shared.scenario import Scenario

from tokens.domain.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Anyone:
    """Somebody without credentials, where the front door stands open: may do everything."""

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return "anyone"


@dataclass(frozen=True, slots=True)
class Recruiter:
    """By API key or OIDC: reaches every interview.

    Attributes:
        actor: ``key:<id>`` or ``oidc:<subject>``.
        expires_at: until when what they have shown is good; None: until it is revoked.
    """

    actor: str
    expires_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """By invite: reaches one interview."""

    interview_id: str

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f"candidate:{self.interview_id}"


Caller = Anyone | Recruiter | Candidate


def must_be_recruiter(caller: Caller) -> Anyone | Recruiter:
    """Raises Forbidden for a candidate."""
    if isinstance(caller, Candidate):
        raise Forbidden("an invite does not open this: an API key or a recruiter's sign-in does")
    return caller


def must_reach(caller: Caller, interview_id: str) -> None:
    """Raises Forbidden if the interview is not the candidate's own."""
    if isinstance(caller, Candidate) and caller.interview_id != interview_id:
        raise Forbidden("this invite is for another interview")


def sees_scores(caller: Caller, scenario: Scenario) -> bool:
    """Whether scores, and the report with them, are for the caller: a candidate's only where it practises."""
    return scenario.shows_scores or not isinstance(caller, Candidate)
