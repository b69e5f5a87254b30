"""Answers that are scored again: asked for here, and done by a job. What the scores were before is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from viva_shared.archive.database import Database
from viva_shared.archive.models import AuditEntry, Interview, Report, Score
from viva_shared.report import InterviewReport, ReportScore

ASKED = "interview.rescore_requested"
"""The action of the audit line that asking leaves."""


class Rescorings:
    """Every method raises ArchiveUnavailable while the database is away."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def ask(self, interview_id: str, actor: str) -> bool:
        """Have its answers scored again, once for all who ask meanwhile; False: there is no report."""

        async def work(session: AsyncSession) -> bool:
            await self._database.lock(session, interview_id)
            interview, report = await _interview(session, interview_id)
            if interview is None or report is None:
                return False
            now = self._now()
            interview.rescore_asked_at = interview.rescore_asked_at or now
            session.add(AuditEntry(at=now, actor=actor, action=ASKED, interview_id=interview_id))
            return True

        return await self._database.write(work)

    async def asked(self, limit: int) -> list[str]:
        """Ids of those that wait, the longest first."""
        waiting = select(Interview.id).where(Interview.rescore_asked_at.is_not(None))
        async with self._database.reading() as session:
            return list(await session.scalars(waiting.order_by(Interview.rescore_asked_at).limit(limit)))

    async def is_asked(self, interview_id: str) -> bool:
        async with self._database.reading() as session:
            interview = await session.get(Interview, interview_id)
        return interview is not None and interview.rescore_asked_at is not None

    async def write(
        self, interview_id: str, scores: Sequence[ReportScore], scored_by: str | None
    ) -> InterviewReport | None:
        """Put scores in place of those that there are; None: they are not, or not of these words, waited for.

        Args:
            scored_by: the model; None: none of the scores is new.

        Returns:
            The report with them.
        """

        async def work(session: AsyncSession) -> InterviewReport | None:
            await self._database.lock(session, interview_id)
            interview, stored = await _interview(session, interview_id)
            if interview is None or stored is None or interview.rescore_asked_at is None:
                return None
            report = InterviewReport.model_validate(stored.body)
            if [score.answer for score in report.scores] != [score.answer for score in scores]:
                return None  # it was recorded anew meanwhile, with other words: they are to be scored
            interview.rescore_asked_at = None
            rescored = report.rescored(scores, self._now(), scored_by)
            stored.body = rescored.model_dump(mode="json")
            interview.overall_score = rescored.overall_score
            await session.execute(delete(Score).where(Score.interview_id == interview_id))
            session.add_all(score_rows(rescored))
            return rescored

        return await self._database.write(work)

    async def drop(self, interview_id: str) -> None:
        """Nobody waits for it any more: it cannot be done."""

        async def work(session: AsyncSession) -> None:
            await self._database.lock(session, interview_id)
            if interview := await session.get(Interview, interview_id):
                interview.rescore_asked_at = None

        await self._database.write(work)


async def _interview(session: AsyncSession, interview_id: str) -> tuple[Interview | None, Report | None]:
    return await session.get(Interview, interview_id), await session.get(Report, interview_id)


def with_rescored(report: InterviewReport, stored: Report | None) -> InterviewReport:
    """A report made of the log, with the scores that were given since, if there are any."""
    if stored is None or not stored.body.get("scorings"):
        return report
    return report.with_scores_of(InterviewReport.model_validate(stored.body))


def score_rows(report: InterviewReport) -> list[Score]:
    """One row for each of its questions."""
    return [
        Score(
            interview_id=report.interview_id,
            question_index=score.index,
            question=score.question,
            score=score.score,
            reason=score.reason,
            evidence=list(score.evidence),
            feedback=score.feedback,
            coach_notes=score.coach_notes,
        )
        for score in report.scores
    ]
