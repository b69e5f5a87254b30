"""Interviews as recruiters list and read them, and who did what with them."""

from __future__ import annotations

from viva_shared.archive import Archive, AuditEntry, Interview, InvalidCursor, Page, Status
from viva_shared.broker import Mailboxes
from viva_shared.report import InterviewReport

from tokens.application.live import Details, read_live, refresh
from tokens.application.stores import reaching
from tokens.domain.errors import UnknownInterview, UnknownPage


class Records:
    """All there are. Every method raises Unavailable."""

    def __init__(self, mailboxes: Mailboxes, archive: Archive) -> None:
        self._mailboxes = mailboxes
        self._archive = archive

    async def page(
        self, *, search: str, status: Status | None, scenario: str | None, after: str | None, limit: int
    ) -> Page:
        """Some interviews, newest first. Those under way are filtered by what was known of them seconds ago.

        Raises:
            UnknownPage: ``after`` is no cursor of a page.
        """
        with reaching():
            try:
                page = await self._archive.interviews(
                    search=search, status=status, scenario=scenario, after=after, limit=limit
                )
            except InvalidCursor as error:
                raise UnknownPage(str(error)) from error
            await refresh(self._mailboxes, page.interviews)
        return page

    async def read(self, actor: str, interview_id: str, *, export: str | None = None) -> Details:
        """An interview as far as it is, to be shown or, in a format, exported. Raises UnknownInterview."""
        with reaching():
            details = await self._details(interview_id)
            if export is None:
                await self._archive.audit(actor, "interview.read", interview_id)
            else:
                await self._archive.audit(actor, "interview.exported", interview_id, {"format": export})
        return details

    async def audit_log(self, interview_id: str | None, before: int | None, limit: int) -> list[AuditEntry]:
        """Who did what, newest first; of one interview, or at all. ``before`` is the id of an entry."""
        with reaching():
            return await self._archive.audit_log(interview_id, before=before, limit=limit)

    async def _details(self, interview_id: str) -> Details:
        known = await self._archive.get(interview_id)
        if known and known.status is Status.ENDED and (report := await self._archive.report(interview_id)):
            return Details(known, report, is_final=True)
        if live := await read_live(self._mailboxes, known, interview_id):
            return live
        if known is None:
            raise unknown_interview(interview_id)
        return Details(known, _bare_report(known), is_final=False)


def _bare_report(known: Interview) -> InterviewReport:
    """Of an interview that Redis has lost before it was recorded."""
    return InterviewReport(
        interview_id=known.id,
        scenario=f"{known.scenario}@{known.scenario_hash}",
        scenario_title=known.scenario_title,
        candidate_name=known.candidate_name,
        started_at=known.started_at or known.created_at,
        ended_at=known.ended_at,
        reason=known.end_reason,
    )


def unknown_interview(interview_id: str) -> UnknownInterview:
    """How it is said that there is none."""
    return UnknownInterview(f"there is no interview {interview_id!r}: GET /interviews lists those there are")
