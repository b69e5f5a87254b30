"""Interviews as Redis has them: of those that are not over it knows more than the archive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.exceptions import ResponseError
from viva_shared.archive import Interview, Status
from viva_shared.broker import Mailboxes, read_history
from viva_shared.broker.entries import read_entry
from viva_shared.events import Envelope, InterviewCreated, InterviewEnded, StageChanged
from viva_shared.report import InterviewReport
from viva_shared.scenario import Scenario

from tokens.application.interviews import LAST_WORDS
from tokens.application.reading import course_of
from tokens.domain.course import Course
from tokens.domain.so_far import creation_of, end_of, report_so_far


@dataclass(frozen=True, slots=True)
class Details:
    """An interview as far as it is.

    Attributes:
        is_final: the report is the one that was written; else it says what it would say now.
        course: of one that Redis has; None: the archive alone has it.
    """

    interview: Interview
    report: InterviewReport
    is_final: bool
    course: Course | None = None


def new_row(
    interview_id: str,
    scenario: Scenario,
    created_at: datetime,
    *,
    candidate_name: str | None,
    candidate_identity: str | None = None,
    created_by: str | None = None,
) -> Interview:
    """The archive's row of an interview that nobody has begun."""
    asked = scenario.question_stage and scenario.question_stage.questions
    return Interview(
        id=interview_id,
        status=Status.CREATED,
        created_at=created_at,
        created_by=created_by,
        scenario=scenario.name,
        scenario_title=scenario.title,
        scenario_hash=scenario.content_hash,
        language=scenario.language,
        job_title=(asked and asked.job_title) or None,
        seniority=(asked and asked.seniority) or None,
        candidate_name=candidate_name,
        candidate_identity=candidate_identity,
    )


async def read_live(mailboxes: Mailboxes, known: Interview | None, interview_id: str) -> Details | None:
    """An interview with its report; None: Redis does not have it, or not any more.

    Args:
        known: the archive's row of it, which is brought up to date.
    """
    history, written = await asyncio.gather(
        read_history(mailboxes, interview_id), mailboxes.report(interview_id)
    )
    if history is None or history.status != "open":
        return None
    inputs, outputs = ([event for _, event in log] for log in (history.inputs, history.outputs))
    creation = creation_of(inputs)
    if creation is None or not isinstance(created := creation.data, InterviewCreated):
        return None
    scenario = Scenario.model_validate_json(history.scenario)
    report = (
        InterviewReport.model_validate_json(written) if written else report_so_far(scenario, inputs, outputs)
    )
    row = known or new_row(
        interview_id,
        scenario,
        creation.occurred_at,
        candidate_name=created.candidate_name,
        candidate_identity=created.candidate_identity,
    )
    _bring_up_to_date(row, outputs)
    row.candidate_name = report.candidate or row.candidate_name
    row.overall_score, row.model = report.overall_score, report.model or row.model
    if report.consent:
        row.consent_via, row.consent_at = report.consent.via, report.consent.at
        row.consent_notice = report.consent.notice
    course = course_of(interview_id, history, scenario)
    return Details(row, report, is_final=written is not None, course=course)


async def refresh(mailboxes: Mailboxes, rows: Sequence[Interview]) -> None:
    """Bring the state of those that were under way up to date, by the last that was said in them."""
    going_on = [row for row in rows if row.status is not Status.ENDED]
    async with mailboxes.redis.pipeline(transaction=False) as pipe:
        for row in going_on:
            pipe.xrevrange(mailboxes.keys.outputs(row.id), count=LAST_WORDS)
        found = await pipe.execute(raise_on_error=False)
    for row, entries in zip(going_on, found, strict=True):
        if isinstance(entries, ResponseError):
            continue  # a key of another type under its name, which the sweeper names in the log
        read = [read_entry(*entry) for entry in reversed(entries)]
        outputs = await mailboxes.graveyard.outputs(row.id, read)
        _bring_up_to_date(row, [event for _, event in outputs])


def _bring_up_to_date(row: Interview, outputs: Sequence[Envelope]) -> None:
    if opened := next((event for event in outputs if isinstance(event.data, StageChanged)), None):
        row.status = Status.RUNNING
        row.started_at = row.started_at or opened.occurred_at
    ended = end_of(outputs)
    if ended and isinstance(ended.data, InterviewEnded):
        row.status, row.ended_at, row.end_reason = Status.ENDED, ended.occurred_at, ended.data.reason
