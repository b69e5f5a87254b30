"""The audit log, for calls that must go on while the database is away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from viva_shared.archive import Archive, ArchiveError
from viva_shared.scenario import Scenario

from tokens.application.live import new_row

log = structlog.get_logger(__name__)


class Auditing:
    """Notes what recruiters do in rooms and with interviews in writing: if not in the database, in the log.

    ``actor`` is who called. What they do under ``/interviews`` is refused unless it can be noted:
    ``Recruiting`` and ``Records`` see to that.
    """

    def __init__(self, archive: Archive, now: Callable[[], datetime]) -> None:
        self._archive = archive
        self._now = now

    async def note(self, actor: str, action: str, interview_id: str) -> None:
        """Who did what; the best that can be done."""
        await self._if_possible(self._archive.audit(actor, action, interview_id), actor, action, interview_id)

    async def created(
        self,
        actor: str,
        interview_id: str,
        scenario: Scenario,
        *,
        candidate_name: str | None,
        candidate_identity: str | None,
    ) -> None:
        """Who made an interview: in the log, and in the list of interviews."""
        await self.note(actor, "interview.created", interview_id)
        row = new_row(
            interview_id,
            scenario,
            self._now(),
            candidate_name=candidate_name,
            candidate_identity=candidate_identity,
            created_by=actor,
        )
        await self._if_possible(self._archive.register(row), actor, "interview.registered", interview_id)

    async def _if_possible(
        self, writing: Awaitable[None], actor: str, action: str, interview_id: str
    ) -> None:
        try:
            await writing
        except ArchiveError as error:
            log.error(
                "audit.not_written", actor=actor, action=action, interview_id=interview_id, error=str(error)
            )
