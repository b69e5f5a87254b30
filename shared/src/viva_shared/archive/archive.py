"""The archive: interviews as a recruiter lists, reads and deletes them, whatever Redis has forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from viva_shared.archive.cursors import cursor_of, position
from viva_shared.archive.database import Database
from viva_shared.archive.errors import AlreadyArchived, Deleted
from viva_shared.archive.models import (
    AuditEntry,
    Base,
    DeletedInterview,
    Interview,
    LoggedEvent,
    Report,
    Score,
    Status,
    Turn,
    folded,
)
from viva_shared.archive.rescorings import score_rows, with_rescored
from viva_shared.report import InterviewReport

Row = TypeVar("Row", bound=Base)

PARTS: tuple[type[Turn | LoggedEvent | Score | Report], ...] = (Turn, LoggedEvent, Score, Report)
DELETED = "interview.deleted"
"""The action of the audit line that a deletion leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A whole interview, as it is archived. ``scenario`` is as it was at the creation, JSON."""

    interview: Interview
    turns: Sequence[Turn] = ()
    events: Sequence[LoggedEvent] = ()
    scores: Sequence[Score] = ()
    report: InterviewReport | None = None
    scenario: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some interviews, newest first.

    Attributes:
        next: the cursor of what follows, None at the end.
        scored: by id, of those with questions: how many have a score, and how many there are.
    """

    interviews: list[Interview]
    next: str | None
    scored: dict[str, tuple[int, int]]


class Archive:
    """All interviews in one database. Every method raises ArchiveUnavailable while that is away."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    # -- writing --

    async def register(self, interview: Interview) -> None:
        """Know of an interview that is not over yet. Of a later state that is known nothing is overwritten.

        Raises:
            Deleted: it was deleted.
            AlreadyArchived: it has the id of one that is archived.
        """

        async def work(session: AsyncSession) -> None:
            await self._put(session, interview)

        await self._database.write(work)

    async def record(self, record: Record) -> None:
        """Write a whole interview, in place of an older record of it. Raises Deleted or AlreadyArchived."""
        interview_id = record.interview.id

        async def work(session: AsyncSession) -> None:
            await self._database.lock(session, interview_id)
            if await self._has_newer(session, record):  # whoever made this one was slow
                return
            report, scores = record.report, record.scores
            stored = await session.get(Report, interview_id)
            if report and (rescored := with_rescored(report, stored)) is not report:
                report, scores = rescored, score_rows(rescored)
                record.interview.overall_score = rescored.overall_score
            await self._put(session, record.interview)
            await session.flush()
            reports = [_report_row(report, record.scenario)] if report else []
            for part, rows in zip(PARTS, (record.turns, record.events, scores, reports), strict=True):
                await session.execute(delete(part).where(part.interview_id == interview_id))
                if rows:
                    await session.execute(insert(part), [_values(row) for row in rows])

        await self._database.write(work)

    async def _has_newer(self, session: AsyncSession, record: Record) -> bool:
        stored = await session.get(Interview, record.interview.id)
        logged = select(LoggedEvent.entry_id).where(LoggedEvent.interview_id == record.interview.id)
        entry_ids = list(await session.scalars(logged))
        if stored is None or not entry_ids:
            return False
        return _age(record.interview, [e.entry_id for e in record.events]) < _age(stored, entry_ids)

    async def mark_archived(self, interview_id: str) -> None:
        """From now on the database alone has it; the first time counts."""

        async def work(session: AsyncSession) -> None:
            await self._database.lock(session, interview_id)
            interview = await session.get(Interview, interview_id)
            if interview and interview.archived_at is None:
                interview.archived_at = self._now()

        await self._database.write(work)

    async def delete(self, interview_id: str, actor: str) -> bool:
        """Remove all that is known of an interview, for good; it leaves one audit line. False if it had been.

        What is in Redis and in files is not touched: ``erase`` does all of it.
        """

        async def work(session: AsyncSession) -> bool:
            await self._database.lock(session, interview_id)
            now, known = self._now(), await session.get(Interview, interview_id)
            deleted = await session.get(DeletedInterview, interview_id)
            if deleted and not known:
                return False
            await session.execute(delete(Interview).where(Interview.id == interview_id))
            await session.merge(DeletedInterview(id=interview_id, deleted_at=now))
            session.add(AuditEntry(at=now, actor=actor, action=DELETED, interview_id=interview_id))
            return True

        return await self._database.write(work)

    async def audit(
        self, actor: str, action: str, interview_id: str | None = None, detail: dict[str, Any] | None = None
    ) -> None:
        """Note who did what. Nothing that was said may be in ``detail``: it outlives the interview."""

        async def work(session: AsyncSession) -> None:
            session.add(
                AuditEntry(
                    at=self._now(), actor=actor, action=action, interview_id=interview_id, detail=detail
                )
            )

        await self._database.write(work)

    async def _put(self, session: AsyncSession, interview: Interview) -> None:
        """Insert or complete the interview's own row; until the transaction ends nobody else writes to it."""
        await self._database.lock(session, interview.id)
        deleted = await session.get(DeletedInterview, interview.id)
        if deleted and interview.created_at <= deleted.deleted_at:
            raise Deleted(interview.id)
        stored = await session.get(Interview, interview.id)
        if stored and stored.archived_at and stored.archived_at < interview.created_at:
            raise AlreadyArchived(interview.id)
        if stored is None:
            stored = Interview(**_values(interview))
            session.add(stored)
        else:
            _complete(stored, interview)
        stored.make_searchable()

    # -- reading --

    async def get(self, interview_id: str) -> Interview | None:
        async with self._database.reading() as session:
            return await session.get(Interview, interview_id)

    async def was_deleted(self, interview_id: str) -> bool:
        """Whether there was such an interview, and nothing may bring it back."""
        async with self._database.reading() as session:
            return await session.get(DeletedInterview, interview_id) is not None

    async def interviews(
        self,
        *,
        search: str = "",
        status: Status | None = None,
        scenario: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        """A page of the list, newest first.

        Args:
            search: a part of the candidate's name, the job's or the scenario's title, or the id, in any case.
            after: ``next`` of the page before.

        Raises:
            InvalidCursor: ``after`` is none.
        """
        wanted = select(Interview).order_by(Interview.created_at.desc(), Interview.id.desc()).limit(limit + 1)
        if search:
            wanted = wanted.where(Interview.search.contains(folded(search), autoescape=True))
        if status is not None:
            wanted = wanted.where(Interview.status == status)
        if scenario is not None:
            wanted = wanted.where(Interview.scenario == scenario)
        if after is not None:
            wanted = wanted.where(tuple_(Interview.created_at, Interview.id) < position(after))
        async with self._database.reading() as session:
            found = list(await session.scalars(wanted))
            page = found[:limit]
            counted = (
                select(Score.interview_id, func.count(Score.score), func.count())
                .where(Score.interview_id.in_([interview.id for interview in page]))
                .group_by(Score.interview_id)
            )
            scored = {iid: (numbers, of) for iid, numbers, of in await session.execute(counted)}
        return Page(page, cursor_of(page[-1]) if len(found) > limit else None, scored)

    async def turns(self, interview_id: str) -> list[Turn]:
        """What was said, in order."""
        return await self._all(select(Turn).where(Turn.interview_id == interview_id).order_by(Turn.position))

    async def events(self, interview_id: str) -> list[LoggedEvent]:
        """Both logs, each in order; the inputs come first."""
        logged = select(LoggedEvent).where(LoggedEvent.interview_id == interview_id)
        return await self._all(logged.order_by(LoggedEvent.stream, LoggedEvent.position))

    async def scores(self, interview_id: str) -> list[Score]:
        """One of each question that has been scored, in order."""
        scores = select(Score).where(Score.interview_id == interview_id)
        return await self._all(scores.order_by(Score.question_index))

    async def report(self, interview_id: str) -> InterviewReport | None:
        """The report; None until it is written."""
        async with self._database.reading() as session:
            found = await session.get(Report, interview_id)
        return InterviewReport.model_validate(found.body) if found else None

    async def scenario(self, interview_id: str) -> str | None:
        """The scenario that its report is by, JSON; None until that is written."""
        async with self._database.reading() as session:
            wanted = select(Report.scenario).where(Report.interview_id == interview_id)
            return await session.scalar(wanted)

    async def older_than(self, at: datetime, *, after: str = "", limit: int = 100) -> list[Interview]:
        """Interviews that ended (or, if they never did, were created) before then, by id after ``after``."""
        over_since = func.coalesce(Interview.ended_at, Interview.created_at)
        old = select(Interview).where(over_since < at, Interview.id > after)
        return await self._all(old.order_by(Interview.id).limit(limit))

    async def audit_log(
        self, interview_id: str | None = None, *, before: int | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        """Who did what, newest first: with this interview, or at all; ``before`` is the id of an entry."""
        entries = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
        if interview_id is not None:
            entries = entries.where(AuditEntry.interview_id == interview_id)
        if before is not None:
            entries = entries.where(AuditEntry.id < before)
        return await self._all(entries)

    async def _all(self, wanted: Select[Row]) -> list[Row]:
        async with self._database.reading() as session:
            return list(await session.scalars(wanted))


def _values(row: Base) -> dict[str, Any]:
    columns = (column.key for column in type(row).__table__.columns)
    return {name: getattr(row, name) for name in columns if name != "search"}


def _report_row(report: InterviewReport, scenario: str | None) -> Report:
    return Report(interview_id=report.interview_id, body=report.model_dump(mode="json"), scenario=scenario)


def _complete(stored: Interview, told: Interview) -> None:
    """Take over what is told, unless it is of an earlier state: then only what was not known."""
    is_news = told.status.rank >= stored.status.rank
    for name, value in _values(told).items():
        if value is None or name in ("id", "created_at"):
            continue
        if is_news or getattr(stored, name) is None:
            setattr(stored, name, value)


def _age(interview: Interview, entry_ids: Sequence[str]) -> tuple[int, int, int]:
    """What grows from one record to the next, even where Redis has lost its last second in between."""
    last_ms = max((int(entry_id.partition("-")[0]) for entry_id in entry_ids), default=0)
    return last_ms, interview.version, len(entry_ids)
