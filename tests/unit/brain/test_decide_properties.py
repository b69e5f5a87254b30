"""``decide`` under any order of events: no stage is skipped, repeated or stuck; it ends once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from brain.domain.decide import decide
from brain.domain.effects import Ask, EndInterview, Extract, MakeQuestions, ScheduleDeadline
from brain.domain.state import CONSENT, PHASES, Candidate, Line, Phase, State
from fakes.world import GIVEN, IDENTITY, QUESTION_SET, SCREENING, World, set_among_stages
from hypothesis import given, settings
from hypothesis import strategies as st
from viva_shared.consent import heard_with_consent
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
    FactsExtracted,
    ListeningAllowed,
    NudgeGiven,
    Payload,
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
    new_event,
)
from viva_shared.scenario import Scenario

pytestmark = pytest.mark.unit

TEXTS = st.sampled_from(
    ["", "hello", "I am Alice, a nurse", "goodbye", "Which project was it?", "I agree", "Pardon?"]
)
SCENARIOS = st.sampled_from([SCREENING, GIVEN, QUESTION_SET.tailored(count=2), set_among_stages(60)])
VIA = st.sampled_from(["voice", "text"])
TURNS = st.integers(0, 12).map(lambda n: f"t{n}")
ASKS = st.tuples(TURNS, st.integers(1, 3)).map(lambda p: f"{p[0]}.a{p[1]}")
TOOLS = st.sampled_from(["self_intro_complete", "past_experience_complete", "nonsense"])
ARGUMENTS = st.dictionaries(
    st.sampled_from([*SCREENING.facts, "nonsense"]), st.sampled_from(["Alice", "", None]), max_size=3
) | st.just({"name": "Alice", "current_role": "nurse", "intro_summary": "ten years"})
TIMERS = st.tuples(
    st.sampled_from(["stage", "silence", "absence", "closing", "hearing"]), st.integers(1, 20)
).map(lambda p: f"{p[0]}-{p[1]}")
SCORES = st.tuples(st.integers(0, 3), st.integers(1, 3)).map(lambda p: f"score-{p[0]}.{p[1]}")
ANY_INPUT: st.SearchStrategy[Payload] = st.one_of(
    st.builds(BotJoined, bot_epoch=st.integers(1, 3)),
    st.builds(CandidateJoined, identity=st.sampled_from([IDENTITY, "stranger"]), via=VIA),
    st.builds(CandidateLeft, identity=st.just(IDENTITY)),
    st.builds(CandidateReplaced, identity=st.sampled_from([IDENTITY, "stranger"])),
    st.builds(CandidateConsented, via=st.just("page"), notice=st.just("-")),
    st.builds(CandidateSpeaking),
    st.builds(CandidateSilent),
    st.builds(UtterancePartial, text=TEXTS),
    st.builds(UtteranceHeard, utterance_id=st.sampled_from(["u1", "u2"]), text=TEXTS, via=VIA),
    st.builds(ReplyHeard, turn_id=TURNS, text=TEXTS, complete=st.booleans()),
    st.builds(ReplyGenerated, ask_id=ASKS, text=TEXTS, chunks=st.integers(0, 5)),
    st.builds(ToolCalled, ask_id=ASKS, name=TOOLS, arguments=ARGUMENTS),
    st.builds(FactsExtracted, ask_id=ASKS, facts=st.just({"name": "Bob"})),
    st.builds(QuestionsMade, ask_id=st.just("questions"), questions=st.just(("Why?", "Where?"))),
    st.builds(AnswerAssessed, ask_id=SCORES, score=st.just(5), reason=TEXTS, evidence=st.tuples(TEXTS)),
    st.builds(DeadlinePassed, deadline_id=TIMERS),
    st.builds(NudgeGiven, nudge_id=st.sampled_from(["n1", "n2", "n3"]), note=st.just("Ask about money.")),
) | st.builds(EndRequested, by=st.just("candidate"))
LIKELY = st.sampled_from(
    [
        *("model_says", "intro_tool", "project_tool", "heard", "answers", "assessed"),
        *("stage", "silence", "closing", "hearing"),
        *("nudge", "model_fails"),
    ]
)


def likely(world: World, what: str) -> None:
    """What would really come next, where it can; random ids alone would seldom hit an open ask."""
    state = world.is_in
    has_ask = any(isinstance(effect, Ask) for effect in world.effects.values())
    if what == "model_says" and has_ask:
        world.model_says("Tell me more.")
    elif what == "model_fails" and has_ask:
        world.model_fails()
    elif what == "nudge":
        world.nudge(f"n{len(state.nudges)}")
    elif what == "intro_tool" and has_ask:
        world.model_calls(
            "self_intro_complete", name="Alice", current_role="nurse", intro_summary="ten years"
        )
    elif what == "project_tool" and has_ask:
        world.model_calls("past_experience_complete")
    elif what == "answers":
        world.candidate_says("I was a nurse")
    elif what == "assessed" and world.scorings():
        assess(world)
    elif what == "heard" and state.reply:
        world.is_heard()
    elif what in state.timers:
        world.pass_deadline(what)


def assess(world: World) -> None:
    """The model answers the oldest wish for a score."""
    wanted = world.scorings()[0]
    world.happen(AnswerAssessed(ask_id=wanted.effect_id, score=50, reason="-", evidence=("a nurse",)))


@settings(max_examples=500, deadline=None)
@given(
    SCENARIOS,
    st.lists(ANY_INPUT | LIKELY, max_size=60),
    st.sampled_from(["", "voice", "text"]),
    st.booleans(),
)
def test_any_order_of_events(
    scenario: Scenario, events: list[Payload | str], begun: str, consent_required: bool
) -> None:
    world = World(scenario, consent_required=consent_required)
    if begun == "text":
        world.begin_in_writing()
    elif begun:
        world.begin()
    for event in events:
        if isinstance(event, str):
            likely(world, event)
        else:
            world.happen(event)
    check(world)
    drive_to_the_end(world)
    check(world)
    check_end(world)


def check(world: World) -> None:
    """What must hold of every interview."""
    stages = [stage.name for stage in world.scenario.stages]
    assert world.stages() == stages[: len(world.stages())], "stages come in order, each once"
    assert len(world.of_type("interview.ended")) == (world.is_in.phase is Phase.ENDED)
    phases = [decision.state.phase for decision in world.decisions]
    for before, after in pairwise(phases):
        assert before is after or after in PHASES[before]
    opened = [effect.effect_id for decision in world.decisions for effect in decision.opened]
    assert len(opened) == len(set(opened)), "an effect's id is used once"
    check_replies(world)
    asks = [e for e in world.effects.values() if isinstance(e, Ask)]
    open_ask = world.is_in.reply.ask_id if world.is_in.reply else None
    assert [ask.effect_id for ask in asks] == ([open_ask] if open_ask else [])
    extracts = tuple(e.effect_id for e in world.effects.values() if isinstance(e, Extract))
    assert extracts == world.is_in.extracting
    check_questions(world)
    check_nudges(world)
    check_consent(world)
    check_replay(world)


def check_questions(world: World) -> None:
    """Questions are put in order; an attempt at an answer has one score; only the latest's is open."""
    asked = [output.index for output in world.outputs if isinstance(output, QuestionAsked)]
    assert asked == sorted(asked)
    assert sorted(set(asked)) == list(range(len(set(asked))))
    scored = [output.index for output in world.outputs if isinstance(output, AnswerScored)]
    for index, question in enumerate(world.is_in.questions):
        assert scored.count(index) <= question.attempt
        assert question.scored <= question.attempt
        assert not question.attempt or question.heard, "only what was put is scored"
    wanted = [f"score-{i}.{q.attempt}" for i, q in enumerate(world.is_in.questions) if q.scored < q.attempt]
    assert sorted(e.effect_id for e in world.scorings()) == wanted
    making = any(isinstance(effect, MakeQuestions) for effect in world.effects.values())
    assert making is world.is_in.making


def check_nudges(world: World) -> None:
    """A note is kept once; no line of the conversation is one; only what asks carried is done."""
    ids = [nudge.nudge_id for nudge in world.is_in.nudges]
    assert len(ids) == len(set(ids))
    opened = {effect.effect_id: effect for decision in world.decisions for effect in decision.opened}
    for nudge in world.is_in.nudges:
        assert all(nudge.note not in line.text for line in world.is_in.lines)
        assert nudge.turn_id or not nudge.is_done
        if nudge.ask_id:
            ask = opened[nudge.ask_id]
            assert isinstance(ask, Ask)
            assert nudge.note in ask.notes
    if world.is_in.following_up:
        assert world.scenario.stages[world.scenario.index(world.is_in.stage)].questions


def check_consent(world: World) -> None:
    """Without consent of who is the candidate now nobody listens, nothing is kept or said but the request."""
    for before, decision in pairwise(world.decisions):
        if not decision.state.awaits_consent:
            continue
        started = [output for output in decision.outputs if isinstance(output, ReplyStarted)]
        assert all(output.turn_id.startswith(CONSENT) for output in started)
        assert not any(isinstance(output, ListeningAllowed | StageChanged) for output in decision.outputs)
        assert not decision.state.partial
        if before.state.awaits_consent:
            assert said_by_candidate(decision.state) == said_by_candidate(before.state)

    check_kept(world)


def check_kept(world: World) -> None:
    """What may be kept of what is said is told by the log alone, and is what was said with consent."""
    outputs = [
        new_event("i1", output, event.occurred_at, cause=event)
        for event, decision in zip(world.log, world.decisions, strict=True)
        for output in decision.outputs
    ]
    kept = heard_with_consent(world.log, outputs)
    for event, with_consent, (before, after) in zip(
        world.log[1:], [*kept][1:], pairwise(decision.state for decision in world.decisions), strict=True
    ):
        if isinstance(event.data, UtteranceHeard | UtterancePartial) and before.phase is not Phase.ENDED:
            assert with_consent is not (before.awaits_consent and after.awaits_consent)


def said_by_candidate(state: State) -> list[Line]:
    return [line for line in state.lines if line.speaker == "candidate"]


def check_replay(world: World) -> None:
    """The same inputs lead to the same state and say the same."""
    state: State | None = None
    outputs: list[Payload] = []
    for event in world.log:
        decision = decide(world.scenario, state, event)
        state = decision.state
        outputs += decision.outputs
    assert (state, outputs) == (world.state, world.outputs)


def check_end(world: World) -> None:
    """Only facts and scores may still come; then nothing is left but jobs, and what was put has a score."""
    while world.scorings():
        assess(world)
    assert world.is_in.phase is Phase.ENDED
    assert all(isinstance(e, EndInterview | Extract | ScheduleDeadline) for e in world.effects.values())
    assert all(question.scored or not question.heard for question in world.is_in.questions)
    check(world)


def check_replies(world: World) -> None:
    """Each turn starts once, one at a time; its chunks are numbered without a gap; it is over once."""
    in_flight: str | None = None
    started: list[str] = []
    for output in world.outputs:
        match output:
            case ReplyStarted(turn_id=turn):
                started.append(turn)
                in_flight = turn
            case ReplyChunk(turn_id=turn):
                assert turn == in_flight
            case ReplyFinished(turn_id=turn):
                assert turn == in_flight
            case ReplyCancelled(turn_id=turn):
                assert turn == in_flight
                in_flight = None
            case StageChanged() | _:
                pass
    assert [turn.removeprefix(CONSENT).removeprefix("t") for turn in started] == [
        str(n + 1) for n in range(len(started))
    ]


def drive_to_the_end(world: World) -> None:
    """A patient world: the candidate is there and says nothing more, the model answers, time goes on."""
    for _ in range(120):
        state = world.is_in
        if state.phase is Phase.ENDED:
            return
        if state.awaits_consent:
            world.happen(CandidateConsented(via="page", notice="-"))
        elif state.making:
            world.model_makes("Why?")
        elif state.candidate is Candidate.ABSENT:
            world.happen(BotJoined(bot_epoch=9))
            world.happen(CandidateJoined(identity=state.candidate_identity or IDENTITY))
        elif state.candidate is Candidate.SPEAKING:
            world.happen(CandidateSilent())
        elif any(isinstance(effect, Ask) for effect in world.effects.values()):
            world.model_says("Tell me more.")
        elif state.reply:
            world.is_heard()
        else:
            world.pass_deadline("silence" if state.via == "voice" else "absence")
    raise AssertionError(f"stuck in {world.is_in}")
