"""The jobs: deadlines, reports, and the sweeper. Each may run twice and does its work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from viva_shared.broker import Mailboxes, NotOpen
from viva_shared.events import DeadlinePassed, new_event

from brain.application.reporting import build_report
from brain.domain.state import State

log = structlog.get_logger(__name__)

OVERDUE = timedelta(seconds=16)
"""By then a deadline has fired, even if a job worker died with it (5 s of time-out, 10 s of arq's own)."""


class ReportNotReady(Exception):
    """The interview still has work open; try again soon."""

    retryable = True


class Jobs:
    """What runs outside the conversation."""

    def __init__(self, mailboxes: Mailboxes, model: str, now: Callable[[], datetime]) -> None:
        self._mailboxes = mailboxes
        self._model = model
        self._now = now

    async def deadline_passed(self, interview_id: str, deadline_id: str) -> None:
        """Append the deadline as an input, unless it is not set any more."""
        snapshot = await self._mailboxes.snapshot(interview_id)
        if snapshot is None or not snapshot.state:
            return
        state = State.model_validate_json(snapshot.state)
        if deadline_id not in {timer.timer_id for timer in state.timers.values()}:
            return
        event = new_event(
            interview_id,
            DeadlinePassed(deadline_id=deadline_id),
            self._now(),
            event_id=f"deadline:{deadline_id}",
        )
        try:
            await self._mailboxes.append(event)
        except NotOpen:
            log.info("deadline.too_late", interview_id=interview_id, deadline_id=deadline_id)

    async def write_report(self, interview_id: str) -> None:
        """Build the report from the log and keep it. Raises ReportNotReady while effects are open."""
        snapshot = await self._mailboxes.snapshot(interview_id)
        if snapshot is None:
            return
        if set(snapshot.effects) - {"end"}:
            raise ReportNotReady(
                f"interview {interview_id} still has open effects: {sorted(snapshot.effects)}"
            )
        report = await build_report(self._mailboxes, interview_id, self._model)
        await self._mailboxes.keep_report(interview_id, report.model_dump_json())
        log.info("report.written", interview_id=interview_id)

    async def sweep(self) -> int:
        """Ring for interviews with unread inputs and no holder: their producer died before it rang."""
        rung = 0
        for interview_id in await self._mailboxes.open_interviews():
            await self._overdue(interview_id)
            if await self._mailboxes.is_forgotten(interview_id):
                log.warning("sweeper.rings", interview_id=interview_id)
                await self._mailboxes.ring(interview_id)
                rung += 1
        return rung

    async def _overdue(self, interview_id: str) -> None:
        """A deadline whose job was lost passes all the same."""
        snapshot = await self._mailboxes.snapshot(interview_id)
        state = State.model_validate_json(snapshot.state) if snapshot and snapshot.state else None
        for timer in state.timers.values() if state else ():
            if not timer.passed and timer.at + OVERDUE < self._now():
                await self.deadline_passed(interview_id, timer.timer_id)
