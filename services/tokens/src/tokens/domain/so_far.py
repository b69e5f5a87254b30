"""What can be told of an interview whose report is not written yet: read off the events alone."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime

from viva_shared.consent import heard_with_consent
from viva_shared.events import (
    AnswerScored,
    CandidateConsented,
    CandidateJoined,
    CandidateReplaced,
    Envelope,
    FactsLearnt,
    InterviewCreated,
    InterviewEnded,
    ListeningAllowed,
    NudgeGiven,
    QuestionAsked,
    ReplyHeard,
    StageChanged,
    UtteranceHeard,
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


def report_so_far(
    scenario: Scenario, inputs: Sequence[Envelope], outputs: Sequence[Envelope]
) -> InterviewReport:
    """The report as far as the interview is. Until the first stage is entered it starts with its creation.

    Raises:
        ValueError: its creation is not among the inputs.
    """
    creation, ended = creation_of(inputs), end_of(outputs)
    if creation is None or not isinstance(created := creation.data, InterviewCreated):
        raise ValueError("there is no interview.created among the inputs")
    stages = _stages(outputs, ended.occurred_at if ended else None)
    permitted = {event.causation_id for event in outputs if isinstance(event.data, ListeningAllowed)}
    consent = _consent(scenario, inputs, permitted)
    told = (e for e, kept in zip(inputs, heard_with_consent(inputs, outputs), strict=True) if kept)
    conversation = (e for e in told if not (e.event_id in permitted and isinstance(e.data, UtteranceHeard)))
    return InterviewReport(
        interview_id=creation.interview_id,
        scenario=f"{created.scenario}@{created.scenario_hash}",
        scenario_title=scenario.title,
        candidate_name=_name(created, inputs),
        started_at=stages[0].entered_at if stages else creation.occurred_at,
        ended_at=ended.occurred_at if ended else None,
        reason=ended.data.reason if ended and isinstance(ended.data, InterviewEnded) else None,
        facts=dict.fromkeys(scenario.facts) | _facts(outputs),
        stages=tuple(stages),
        turns=tuple(_turns(conversation, stages)),
        scores=tuple(_scores(outputs)),
        consent=consent,
        nudges=tuple(
            ReportNudge(note=e.data.note, at=e.occurred_at) for e in inputs if isinstance(e.data, NudgeGiven)
        ),
        scored_at=max((e.occurred_at for e in outputs if isinstance(e.data, AnswerScored)), default=None),
    )


def creation_of(inputs: Iterable[Envelope]) -> Envelope | None:
    """The ``interview.created``."""
    return next((event for event in inputs if isinstance(event.data, InterviewCreated)), None)


def end_of(outputs: Iterable[Envelope]) -> Envelope | None:
    """The ``interview.ended``; None: it goes on."""
    return next((event for event in outputs if isinstance(event.data, InterviewEnded)), None)


def _name(created: InterviewCreated, inputs: Iterable[Envelope]) -> str | None:
    name = created.candidate_name
    for event in inputs:
        match event.data:
            case CandidateReplaced(name=other):
                name = other
            case CandidateJoined(name=joined):
                name = name or joined
    return name


def _consent(
    scenario: Scenario, inputs: Iterable[Envelope], permitted: Container[str | None]
) -> ReportConsent | None:
    """The last, given by a call; or on the chat, which shows in that the brain permitted to listen then."""
    given: ReportConsent | None = None
    for event in inputs:
        match event.data:
            case CandidateConsented(via=via, notice=notice) if event.event_id in permitted or given is None:
                given = ReportConsent(via=via, notice=notice, at=event.occurred_at)
            case UtteranceHeard() if event.event_id in permitted:
                given = ReportConsent(via="chat", notice=scenario.consent.notice, at=event.occurred_at)
            case _:
                pass
    return given


def _facts(outputs: Iterable[Envelope]) -> dict[str, str | None]:
    facts: dict[str, str | None] = {}
    for event in outputs:
        if isinstance(event.data, FactsLearnt):
            facts |= event.data.facts
    return facts


def _stages(outputs: Iterable[Envelope], ended_at: datetime | None) -> list[ReportStage]:
    changes = [(event.occurred_at, event.data) for event in outputs if isinstance(event.data, StageChanged)]
    lefts = [*(at for at, _ in changes[1:]), ended_at]
    return [
        ReportStage(name=to.stage, title=to.title, entered_at=at, left_at=left, reason=to.reason)
        for (at, to), left in zip(changes, lefts, strict=False)
    ]


def _turns(inputs: Iterable[Envelope], stages: Sequence[ReportStage]) -> Iterable[ReportTurn]:
    """What was said, in the order in which it was heard."""
    first = stages[0].name if stages else ""
    for event in inputs:
        at = event.occurred_at
        stage = next((stage.name for stage in reversed(stages) if stage.entered_at < at), first)
        match event.data:
            case UtteranceHeard(text=text):
                yield ReportTurn(speaker="candidate", text=text, at=at, stage=stage)
            case ReplyHeard(text=text, complete=complete, timings=timings) if text:
                yield ReportTurn(
                    speaker="interviewer", text=text, at=at, stage=stage, timings=timings, complete=complete
                )


def _scores(outputs: Iterable[Envelope]) -> Iterable[ReportScore]:
    """The last score of each question that was put; for one that is not scored yet, why."""
    scores: dict[int, ReportScore] = {}
    for event in outputs:
        match event.data:
            case QuestionAsked(index=index, text=text) if index not in scores:
                scores[index] = ReportScore(index=index, question=text, reason="not scored yet")
            case AnswerScored(index=index) as scored if index in scores:
                told = scored.model_dump(include=set(ReportScore.model_fields))
                scores[index] = scores[index].model_copy(update=told)
    return scores.values()
