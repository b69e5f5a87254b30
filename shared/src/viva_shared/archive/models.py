"""The tables, each row a dataclass. What is written here outlives Redis; migrations/ makes the schema."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import JSON, Enum, ForeignKey, Index, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from viva_shared.archive.columns import AnyText, UtcDateTime

Stream = Literal["in", "out"]


class Status(StrEnum):
    """How far an interview has come: forward only."""

    CREATED = "created"
    RUNNING = "running"
    ENDED = "ended"

    @property
    def rank(self) -> int:
        """The later, the higher."""
        return list(Status).index(self)


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        str: AnyText(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        Status: Enum(
            Status, native_enum=False, length=16, values_callable=lambda e: [status.value for status in e]
        ),
        Literal["in", "out"]: String(3),
    }


class Interview(Base):
    """One interview; what is not known (yet) is None.

    Attributes:
        created_by: who asked for it, as the front door names its callers.
        started_at: when its first stage was entered.
        end_reason: as in ``interview.ended``.
        overall_score: 0 to 100, of the answers that have a score.
        model: whose words the interviewer's are, and whose the scores.
        archived_at: from when on the database alone has it.
        version: how many inputs had been applied when it was recorded; 0 before.
        rescore_asked_at: since when its answers are to be scored again; None: they are not, or no more.
        search: what a search looks at, in one case.
    """

    __tablename__ = "interviews"

    id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[Status]
    created_at: Mapped[datetime]
    scenario: Mapped[str | None] = mapped_column(default=None)
    scenario_title: Mapped[str | None] = mapped_column(default=None)
    scenario_hash: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str | None] = mapped_column(default=None)
    job_title: Mapped[str | None] = mapped_column(default=None)
    seniority: Mapped[str | None] = mapped_column(default=None)
    candidate_name: Mapped[str | None] = mapped_column(default=None)
    candidate_identity: Mapped[str | None] = mapped_column(default=None)
    created_by: Mapped[str | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    end_reason: Mapped[str | None] = mapped_column(default=None)
    consent_via: Mapped[str | None] = mapped_column(default=None)
    consent_at: Mapped[datetime | None] = mapped_column(default=None)
    consent_notice: Mapped[str | None] = mapped_column(default=None)
    overall_score: Mapped[float | None] = mapped_column(default=None)
    model: Mapped[str | None] = mapped_column(default=None)
    archived_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    rescore_asked_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    search: Mapped[str] = mapped_column(default="", init=False, repr=False, compare=False)

    __table_args__ = (Index(None, "created_at", "id"), Index(None, "status", "created_at", "id"))

    def make_searchable(self) -> None:
        """Fill ``search`` from the rest."""
        parts = (self.id, self.candidate_name, self.job_title, self.scenario_title)
        self.search = folded("\n".join(part for part in parts if part))


class _OfInterview(Base):
    """A row that goes with its interview."""

    __abstract__ = True

    interview_id: Mapped[str] = mapped_column(
        ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True
    )


class Turn(_OfInterview):
    """One turn of either side, as in the report. ``position`` counts from 0."""

    __tablename__ = "turns"

    position: Mapped[int] = mapped_column(primary_key=True)
    speaker: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    stage: Mapped[str]
    source: Mapped[str | None] = mapped_column(default=None)
    complete: Mapped[bool | None] = mapped_column(default=None)
    timings: Mapped[dict[str, Any] | None] = mapped_column(default=None)


class LoggedEvent(_OfInterview):
    """One entry of a stream, as it was there. ``position`` counts from 0 in each.

    Attributes:
        body: the event's JSON; where an entry is none, what can be read of its bytes.
        type, event_id, occurred_at: the event's; None where an entry is none.
    """

    __tablename__ = "events"

    stream: Mapped[Stream] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str]
    body: Mapped[str]
    type: Mapped[str | None] = mapped_column(default=None)
    event_id: Mapped[str | None] = mapped_column(default=None)
    occurred_at: Mapped[datetime | None] = mapped_column(default=None)


class Score(_OfInterview):
    """The score of one answer: 0 to 100, or None with the reason. ``question_index`` counts from 0."""

    __tablename__ = "scores"

    question_index: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    score: Mapped[int | None]
    reason: Mapped[str]
    evidence: Mapped[list[str]]
    feedback: Mapped[str]
    coach_notes: Mapped[str]


class Report(_OfInterview):
    """The report, as ``viva_shared.report`` has it, and the scenario as it was at the creation, JSON."""

    __tablename__ = "reports"

    body: Mapped[dict[str, Any]]
    scenario: Mapped[str | None] = mapped_column(default=None)


class DeletedInterview(Base):
    """An interview that was deleted: a job that still has its log must not bring it back."""

    __tablename__ = "deleted_interviews"

    id: Mapped[str] = mapped_column(primary_key=True)
    deleted_at: Mapped[datetime]


class AuditEntry(Base):
    """Who did what, when. ``detail`` never holds what was said, and stays when the interview is deleted."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    interview_id: Mapped[str | None] = mapped_column(default=None, index=True)
    detail: Mapped[dict[str, Any] | None] = mapped_column(default=None)


class ApiKey(Base):
    """A recruiter's key; of the secret in it only the SHA-256 is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(repr=False)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


def folded(text: str) -> str:
    """Text as it is compared in a search: SQLite and PostgreSQL agree on no other case than this."""
    return unicodedata.normalize("NFKC", text).casefold()
