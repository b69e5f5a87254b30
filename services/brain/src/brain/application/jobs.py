"""The jobs: deadlines, reports, and the sweeper. Each may run twice and does its work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from viva_shared.broker import UNAVAILABLE, Glance, Mailboxes, NotOpen, Survey
from viva_shared.events import DeadlinePassed, new_event

from brain.application.ports import Queue
from brain.application.reporting import build_report
from brain.domain.state import Phase, State

log = structlog.get_logger(__name__)

OVERDUE = timedelta(seconds=5)
"""A deadline that did not come is the sweeper's: sweeps are 5 s apart, and one may die with its worker."""
REPORT_OVERDUE = timedelta(seconds=60)
"""The same for a report, after the interview's last input."""
SETTLED = timedelta(minutes=10)
"""After the last input of an interview that has ended: whoever was in the room has gone."""


class ReportNotReady(Exception):
    """The interview still has work open; try again soon."""

    retryable = True


class Jobs:
    """What runs outside the conversation."""

    def __init__(self, mailboxes: Mailboxes, queue: Queue, model: str, now: Callable[[], datetime]) -> None:
        self._mailboxes = mailboxes
        self._survey = Survey(mailboxes.redis, mailboxes.keys)
        self._queue = queue
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
        """Mend what a process that died, or a Redis that forgot, left undone; for how many it rang."""
        rung_for = await self._survey.rung_for()
        rings = 0
        async for glance in self._survey.glances():
            try:
                rings += await self._ring(glance, rung_for)
                await self._look_after(glance)
            except UNAVAILABLE:
                raise
            except Exception:  # a defect in one interview must not keep the others from being looked at
                log.exception("sweeper.failed", interview_id=glance.interview_id)
        return rings

    async def _ring(self, glance: Glance, rung_for: set[str]) -> bool:
        """Who appended died before it rang, or the doorbell is lost."""
        if glance.is_held or not (glance.has_news or glance.has_effects) or glance.interview_id in rung_for:
            return False
        log.warning("sweeper.rings", interview_id=glance.interview_id)
        await self._mailboxes.ring(glance.interview_id)
        return True

    async def _look_after(self, glance: Glance) -> None:
        if glance.has_news:
            return  # which may be what the state seems to lack
        state = State.model_validate_json(glance.state) if glance.state else None
        for timer in state.timers.values() if state else ():
            if not timer.passed and timer.at + OVERDUE < self._now():
                await self.deadline_passed(glance.interview_id, timer.timer_id)
        if glance.is_held or glance.has_effects or (state and state.phase is not Phase.ENDED):
            return
        quiet = self._now() - datetime.fromtimestamp(glance.last_input_at, UTC)
        if state and not glance.has_report and quiet > REPORT_OVERDUE:
            log.warning("sweeper.wants_report", interview_id=glance.interview_id)
            await self._queue.report(glance.interview_id, "end")
        elif quiet > SETTLED:
            await self._survey.settle(glance)
