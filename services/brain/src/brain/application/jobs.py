"""The jobs: deadlines, reports, and the sweeper. Each may run twice and does its work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from viva_shared.broker import UNAVAILABLE, Glance, Mailboxes, NotOpen, Survey
from viva_shared.events import DeadlinePassed, new_event

from brain.application.ports import Queue
from brain.application.reporting import NoSuchInterview, build_report
from brain.domain.state import Phase, State

log = structlog.get_logger(__name__)

OVERDUE = timedelta(seconds=5)
"""A deadline that did not come is the sweeper's: sweeps are 5 s apart, and one may die with its worker."""
REPORT_OVERDUE = timedelta(seconds=60)
"""The same for a report, after the interview's last input."""
SETTLED = timedelta(minutes=10)
"""After the last input of an interview that has ended: whoever was in the room has gone."""
AT_ONCE = 100
"""Settled interviews that one sweep has archived."""


class ReportNotReady(Exception):
    """The interview still has work open; try again soon."""

    retryable = True


class Jobs:
    """What runs outside the conversation."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        queue: Queue,
        model: str,
        now: Callable[[], datetime],
        settled: timedelta = SETTLED,
    ) -> None:
        self._mailboxes = mailboxes
        self._survey = Survey(mailboxes.redis, mailboxes.keys)
        self._queue = queue
        self._model = model
        self._now = now
        self._settled = settled
        self._listed: dict[str, Phase | None] = {}
        """Open interviews as they are listed in the archive, as far as this process knows."""

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
        if snapshot is None or snapshot.status != "open":
            return
        if set(snapshot.effects) - {"end"}:
            raise ReportNotReady(
                f"interview {interview_id} still has open effects: {sorted(snapshot.effects)}"
            )
        try:
            report = await build_report(self._mailboxes, interview_id, self._model)
            await self._mailboxes.keep_report(interview_id, report.model_dump_json())
        except (NoSuchInterview, NotOpen):  # it was deleted meanwhile
            return
        log.info("report.written", interview_id=interview_id)
        await self._queue.archive(interview_id)

    async def sweep(self) -> int:
        """Mend what a process that died, or a Redis that forgot, left undone; for how many it rang."""
        rung_for = await self._survey.rung_for()
        rings = 0
        phases: dict[str, Phase | None] = {}
        async for glance in self._survey.glances():
            phases[glance.interview_id] = None
            try:
                rings += await self._ring(glance, rung_for)
                await self._look_after(glance, phases)
            except UNAVAILABLE:
                raise
            except Exception:  # a defect in one interview must not keep the others from being looked at
                log.exception("sweeper.failed", interview_id=glance.interview_id)
        await self._archive(phases)
        return rings

    async def _archive(self, phases: dict[str, Phase | None]) -> None:
        """Have the archive list what is open, as far as it has come, and take what is settled."""
        self._listed = {i: phase for i, phase in self._listed.items() if i in phases}
        for interview_id, phase in phases.items():
            if phase not in (None, Phase.ENDED, self._listed.get(interview_id)):
                await self._queue.archive(interview_id)
                self._listed[interview_id] = phase
        until = (self._now() - self._settled).timestamp()
        for interview_id in await self._survey.settled(until, AT_ONCE):
            await self._queue.archive(interview_id)

    async def _ring(self, glance: Glance, rung_for: set[str]) -> bool:
        """Who appended died before it rang, or the doorbell is lost."""
        if glance.is_held or not (glance.has_news or glance.has_effects) or glance.interview_id in rung_for:
            return False
        log.warning("sweeper.rings", interview_id=glance.interview_id)
        await self._mailboxes.ring(glance.interview_id)
        return True

    async def _look_after(self, glance: Glance, phases: dict[str, Phase | None]) -> None:
        if glance.has_news:
            return  # which may be what the state seems to lack
        state = State.model_validate_json(glance.state) if glance.state else None
        if state:
            phases[glance.interview_id] = state.phase
        for timer in state.timers.values() if state else ():
            if not timer.passed and timer.at + OVERDUE < self._now():
                await self.deadline_passed(glance.interview_id, timer.timer_id)
        if glance.is_held or glance.has_effects or (state and state.phase is not Phase.ENDED):
            return
        quiet = self._now() - datetime.fromtimestamp(glance.last_input_at, UTC)
        if state and not glance.has_report and quiet > REPORT_OVERDUE:
            log.warning("sweeper.wants_report", interview_id=glance.interview_id)
            await self._queue.report(glance.interview_id, "end")
        elif quiet > self._settled:
            await self._survey.settle(glance)
