"""``decide``: what an interview does about each thing that happens to it. Pure: the log replays it."""

from __future__ import annotations

from typing import assert_never

from viva_shared.events import (
    AnswerAssessed,
    AnswerScored,
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateLeft,
    CandidateReplaced,
    CandidateSilent,
    CandidateSpeaking,
    DeadlinePassed,
    EndRequested,
    Envelope,
    FactsExtracted,
    FactsLearnt,
    InputRejected,
    InterviewCreated,
    InterviewEnded,
    ListeningAllowed,
    NudgeGiven,
    QuestionAsked,
    QuestionsMade,
    ReplyCancelled,
    ReplyChunk,
    ReplyFinished,
    ReplyGenerated,
    ReplyHeard,
    ReplyStarted,
    StageChanged,
    ToolCalled,
    UtteranceHeard,
    UtterancePartial,
)
from viva_shared.scenario import Scenario

from brain.domain.draft import Decision, Draft
from brain.domain.rules import Rules
from brain.domain.state import Phase, State


class NotAnInput(ValueError):
    """An event that cannot happen to an interview (an output, or a second creation): a dead letter."""


def decide(scenario: Scenario, state: State | None, event: Envelope) -> Decision:
    """Apply one input; ``state`` is None only for ``interview.created``. Raises NotAnInput."""
    data = event.data
    if state is None:
        if not isinstance(data, InterviewCreated):
            raise NotAnInput(f"{event.type} came before interview.created")
        return _created(scenario, event, data)
    draft = Draft(state, event.occurred_at)
    rules = Rules(scenario, draft)
    over = state.phase is Phase.ENDED
    match data:
        case BotJoined():
            rules.bot_joined(data)
        case ReplyHeard():
            rules.reply_heard(data)
        case FactsExtracted():
            rules.facts_extracted(data)
        case AnswerAssessed():
            rules.answer_assessed(data)
        case _ if over:
            pass  # nothing else matters any more
        case CandidateConsented():
            rules.candidate_consented(data)
        case CandidateReplaced():
            rules.candidate_replaced(data)
        case QuestionsMade():
            rules.questions_made(data)
        case EndRequested():
            rules.end_requested()
        case NudgeGiven():
            rules.nudge_given(data)
        case CandidateJoined():
            rules.candidate_joined(data)
        case CandidateLeft():
            rules.candidate_left(data)
        case CandidateSpeaking():
            rules.candidate_speaking()
        case CandidateSilent():
            rules.candidate_silent()
        case UtterancePartial():
            rules.utterance_partial(data)
        case UtteranceHeard():
            rules.utterance_heard(data)
        case ReplyGenerated():
            rules.reply_generated(data)
        case ToolCalled():
            rules.tool_called(data)
        case DeadlinePassed():
            rules.deadline_passed(data)
        case (
            InterviewCreated()
            | ReplyStarted()
            | ReplyChunk()
            | ReplyFinished()
            | ReplyCancelled()
            | StageChanged()
            | ListeningAllowed()
            | QuestionAsked()
            | AnswerScored()
            | FactsLearnt()
            | InterviewEnded()
            | InputRejected()
        ):
            raise NotAnInput(f"{event.type} cannot happen to an interview that exists")
        case _:
            assert_never(data)
    return draft.decision()


def _created(scenario: Scenario, event: Envelope, data: InterviewCreated) -> Decision:
    state = State(
        interview_id=event.interview_id,
        room=data.room,
        candidate_identity=data.candidate_identity,
        candidate_name=data.candidate_name,
        stage=scenario.stages[0].name,
        facts=dict.fromkeys(scenario.facts),
        consent_required=data.consent_required,
    )
    draft = Draft(state, event.occurred_at)
    Rules(scenario, draft).created(data)
    return draft.decision()
