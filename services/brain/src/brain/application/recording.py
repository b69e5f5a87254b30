"""An interview as the archive has it: from its log, its state and its report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from viva_shared.archive import Interview, LoggedEvent, Record, Status, Stream, Turn, score_rows
from viva_shared.broker import FIRST, Entry, Mailboxes, Snapshot
from viva_shared.consent import heard_with_consent, without_words
from viva_shared.events import Envelope, InterviewCreated, UndecodableEvent, decode
from viva_shared.report import InterviewReport
from viva_shared.scenario import Scenario

from brain.application.reporting import NoSuchInterview, build_report
from brain.domain.state import Phase, State

STATUSES = {
    Phase.WAITING: Status.CREATED,
    Phase.RUNNING: Status.RUNNING,
    Phase.CLOSING: Status.RUNNING,
    Phase.ENDED: Status.ENDED,
}


async def build_record(
    mailboxes: Mailboxes, interview_id: str, snapshot: Snapshot, model: str
) -> tuple[Record, str]:
    """All that there is of an interview, and the entry id of its last output.

    Args:
        snapshot: read before; what is read now is as new, or newer.
    """
    inputs, happened = await _log(interview_id, "in", mailboxes.every_input(interview_id))
    outputs, said = await _log(interview_id, "out", mailboxes.every_output_entry(interview_id))
    _forget_words(inputs, happened, said)
    created = next((event for event in happened if event and isinstance(event.data, InterviewCreated)), None)
    try:
        report = await build_report(mailboxes, interview_id, model)
    except NoSuchInterview:  # none of its inputs could be applied
        report = None
    record = Record(
        interview=_row(interview_id, snapshot, created, report, inputs),
        turns=_turns(report) if report else (),
        events=(*inputs, *outputs),
        scores=score_rows(report) if report else (),
        report=report,
        scenario=snapshot.scenario,
    )
    return record, outputs[-1].entry_id if outputs else FIRST


async def _log(
    interview_id: str, stream: Stream, entries: AsyncIterator[Entry]
) -> tuple[list[LoggedEvent], list[Envelope | None]]:
    """A stream's rows, and the event of each; None: it cannot be read."""
    rows: list[LoggedEvent] = []
    events: list[Envelope | None] = []
    async for entry in entries:
        row = LoggedEvent(
            interview_id=interview_id,
            stream=stream,
            position=len(rows),
            entry_id=entry.entry_id,
            body=entry.raw.decode(errors="backslashreplace"),
        )
        rows.append(row)
        try:
            event = decode(entry.raw)
        except UndecodableEvent as error:
            row.event_id = error.event_id
            events.append(None)
            continue
        row.type, row.event_id, row.occurred_at = event.type, event.event_id, event.occurred_at
        events.append(event)
    return rows, events


def _forget_words(
    inputs: list[LoggedEvent], happened: list[Envelope | None], said: list[Envelope | None]
) -> None:
    """What was said without consent, where it is required, is not archived; nor what might hold it."""
    for row, event, with_consent in zip(inputs, happened, heard_with_consent(happened, said), strict=True):
        if with_consent:
            continue
        if event is None:
            row.body = ""
        elif (wordless := without_words(event)) is not event:
            row.body = wordless.encode()


def _row(
    interview_id: str,
    snapshot: Snapshot,
    created: Envelope | None,
    report: InterviewReport | None,
    inputs: list[LoggedEvent],
) -> Interview:
    phase = State.model_validate_json(snapshot.state).phase if snapshot.state else Phase.WAITING
    row = Interview(
        id=interview_id,
        status=STATUSES[phase],
        created_at=_creation(created, inputs),
        version=snapshot.version,
    )
    scenario = Scenario.model_validate_json(snapshot.scenario)
    row.scenario, row.scenario_title = scenario.name, scenario.title
    row.scenario_hash, row.language = scenario.content_hash, scenario.language
    if (stage := scenario.question_stage) and stage.questions:
        row.job_title, row.seniority = stage.questions.job_title or None, stage.questions.seniority or None
    if created and isinstance(created.data, InterviewCreated):
        row.candidate_name = created.data.candidate_name
        row.candidate_identity = created.data.candidate_identity
    if report is None:
        return row
    row.candidate_name = report.candidate or row.candidate_name
    row.started_at = report.stages[0].entered_at if report.stages else None
    row.ended_at, row.end_reason = report.ended_at, report.reason
    row.overall_score, row.model = report.overall_score, report.model
    if report.consent:
        row.consent_via, row.consent_at = report.consent.via, report.consent.at
        row.consent_notice = report.consent.notice
    return row


def _creation(created: Envelope | None, inputs: list[LoggedEvent]) -> datetime:
    """When it was made; where that cannot be read, when Redis got the first of its inputs."""
    if created:
        return created.occurred_at
    milliseconds = inputs[0].entry_id.partition("-")[0] if inputs else "0"
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _turns(report: InterviewReport) -> list[Turn]:
    return [
        Turn(
            interview_id=report.interview_id,
            position=position,
            speaker=turn.speaker,
            text=turn.text,
            at=turn.at,
            stage=turn.stage,
            source=turn.source,
            complete=turn.complete,
            timings=turn.timings.model_dump() if turn.timings else None,
        )
        for position, turn in enumerate(report.turns)
    ]
