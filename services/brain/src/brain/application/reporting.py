"""The report, built from the log alone: the inputs, the outputs, and the state they led to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from viva_shared.broker import Entry, Mailboxes
from viva_shared.events import (
    AnswerScored,
    BotJoined,
    CandidateJoined,
    Envelope,
    InterviewEnded,
    ReplyFinished,
    ReplyGenerated,
    ReplyHeard,
    StageChanged,
    UndecodableEvent,
    UtteranceHeard,
    decode,
)
from viva_shared.report import (
    InterviewReport,
    ReportConsent,
    ReportNudge,
    ReportScore,
    ReportStage,
    ReportTurn,
)
from viva_shared.scenario import Scenario

from brain.domain.state import PARTIAL, State

NOT_PUT = "the question was not put"
NOT_SCORED_YET = "it is not scored yet"


class NoSuchInterview(LookupError):
    """There is nothing to report on."""


async def build_report(mailboxes: Mailboxes, interview_id: str, model: str) -> InterviewReport:
    """Build the report of an interview, over or not. Raises NoSuchInterview."""
    snapshot = await mailboxes.snapshot(interview_id)
    if snapshot is None or not snapshot.state:
        raise NoSuchInterview(interview_id)
    state = State.model_validate_json(snapshot.state)
    scenario = Scenario.model_validate_json(snapshot.scenario)
    inputs = [e async for e in _inputs(mailboxes.every_input(interview_id))]
    outputs = [e async for _, e in mailboxes.every_output(interview_id)]
    ended = next((e for e in outputs if isinstance(e.data, InterviewEnded)), None)
    stages = _stages(outputs, ended.occurred_at if ended else None)
    return InterviewReport(
        interview_id=interview_id,
        scenario=f"{scenario.name}@{scenario.content_hash}",
        scenario_title=scenario.title,
        candidate_name=state.candidate_name,
        # An invited candidate may come days after the creation.
        started_at=stages[0].entered_at if stages else inputs[0].occurred_at,
        ended_at=ended.occurred_at if ended else None,
        reason=state.end_reason,
        facts=state.facts,
        data=state.interview_data(),
        stages=tuple(stages),
        turns=tuple(_turns(state, inputs, outputs)),
        model=model,
        scores=tuple(_scores(state, outputs)),
        consent=ReportConsent(**state.consent.model_dump(exclude={"identity"})) if state.consent else None,
        nudges=tuple(ReportNudge(note=nudge.note, at=nudge.at) for nudge in state.nudges),
        scored_at=max((e.occurred_at for e in outputs if isinstance(e.data, AnswerScored)), default=None),
        scored_by=model if state.questions else None,
    )


async def _inputs(entries: AsyncIterator[Entry]) -> AsyncIterator[Envelope]:
    async for entry in entries:
        try:
            yield decode(entry.raw)
        except UndecodableEvent:
            continue  # a dead letter holds it; it is no part of what was said


def _stages(outputs: list[Envelope], ended_at: datetime | None) -> list[ReportStage]:
    changes = [(e.occurred_at, e.data) for e in outputs if isinstance(e.data, StageChanged)]
    lefts = [*(at for at, _ in changes[1:]), ended_at]
    return [
        ReportStage(name=c.stage, title=c.title, entered_at=at, left_at=left, reason=c.reason)
        for (at, c), left in zip(changes, lefts, strict=False)
    ]


def _scores(state: State, outputs: list[Envelope]) -> list[ReportScore]:
    """The latest score of each answer; the reason for none where a question was not put."""
    latest = {e.data.index: e.data for e in outputs if isinstance(e.data, AnswerScored)}
    scores = []
    for index, question in enumerate(state.questions):
        scored = latest.get(index)
        scores.append(
            ReportScore(
                index=index,
                question=question.text,
                answer=state.answer_to(question),
                utterance_ids=question.answer,
                score=scored.score if scored else None,
                reason=scored.reason if scored else NOT_SCORED_YET if question.heard else NOT_PUT,
                evidence=scored.evidence if scored else (),
                feedback=scored.feedback if scored else "",
                coach_notes=scored.coach_notes if scored else "",
            )
        )
    return scores


def _turns(state: State, inputs: list[Envelope], outputs: list[Envelope]) -> list[ReportTurn]:
    by_the_model = {
        event.data.ask_id.partition(".")[0]
        for event in inputs
        if isinstance(event.data, ReplyGenerated) and event.data.source == "model"
    }
    made_by: dict[str, Envelope] = {}
    bot_epoch = 0
    for event in (*inputs, *outputs):  # what was read in writing may have been reported by nobody
        if isinstance(event.data, BotJoined):
            bot_epoch = event.data.bot_epoch
        if line_id := _line_of(event, bot_epoch):
            made_by.setdefault(line_id, event)
    turns = []
    for line in state.lines:
        event = made_by[line.of]
        spoken = line.speaker == "interviewer"
        turns.append(
            ReportTurn(
                speaker=line.speaker,
                text=line.text,
                at=event.occurred_at,
                stage=line.stage,
                timings=getattr(event.data, "timings", None),
                source=("model" if line.of in by_the_model else "scenario") if spoken else None,
                complete=line.complete if spoken else None,
            )
        )
    return turns


def _line_of(event: Envelope, bot_epoch: int) -> str | None:
    """Which line of the conversation an event made; ``bot_epoch``: of the last bot before it."""
    match event.data:
        case UtteranceHeard(utterance_id=utterance_id):
            return utterance_id
        case ReplyHeard(turn_id=turn_id) | ReplyFinished(turn_id=turn_id):
            return turn_id
        case BotJoined():
            return f"{PARTIAL}{bot_epoch}"
        case CandidateJoined(via="text"):
            return f"{PARTIAL}{bot_epoch}-text"
        case _:
            return None
