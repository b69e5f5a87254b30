"""``decide`` under any order of events: no stage is skipped, repeated or stuck; it ends once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from brain.domain.effects import Ask, Extract
from brain.domain.state import PHASES, Candidate, Phase
from fakes.world import IDENTITY, SCREENING, World
from hypothesis import given, settings
from hypothesis import strategies as st
from viva_shared.events import (
    BotJoined,
    CandidateJoined,
    CandidateLeft,
    CandidateSilent,
    CandidateSpeaking,
    DeadlinePassed,
    FactsExtracted,
    Payload,
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

pytestmark = pytest.mark.unit

STAGES = [stage.name for stage in SCREENING.stages]
TEXTS = st.sampled_from(["", "hello", "I am Alice, a nurse", "goodbye", "Which project was it?"])
TURNS = st.integers(0, 12).map(lambda n: f"t{n}")
ASKS = st.tuples(TURNS, st.integers(1, 3)).map(lambda p: f"{p[0]}.a{p[1]}")
TOOLS = st.sampled_from(["self_intro_complete", "past_experience_complete", "nonsense"])
ARGUMENTS = st.dictionaries(
    st.sampled_from([*SCREENING.facts, "nonsense"]), st.sampled_from(["Alice", "", None]), max_size=3
) | st.just({"name": "Alice", "current_role": "nurse", "intro_summary": "ten years"})
TIMERS = st.tuples(
    st.sampled_from(["stage", "silence", "absence", "closing", "hearing"]), st.integers(1, 20)
).map(lambda p: f"{p[0]}-{p[1]}")
ANY_INPUT: st.SearchStrategy[Payload] = st.one_of(
    st.builds(BotJoined, bot_epoch=st.integers(1, 3)),
    st.builds(CandidateJoined, identity=st.sampled_from([IDENTITY, "stranger"])),
    st.builds(CandidateLeft, identity=st.just(IDENTITY)),
    st.builds(CandidateSpeaking),
    st.builds(CandidateSilent),
    st.builds(UtterancePartial, text=TEXTS),
    st.builds(UtteranceHeard, utterance_id=st.sampled_from(["u1", "u2"]), text=TEXTS),
    st.builds(ReplyHeard, turn_id=TURNS, text=TEXTS, complete=st.booleans()),
    st.builds(ReplyGenerated, ask_id=ASKS, text=TEXTS, chunks=st.integers(0, 5)),
    st.builds(ToolCalled, ask_id=ASKS, name=TOOLS, arguments=ARGUMENTS),
    st.builds(FactsExtracted, ask_id=ASKS, facts=st.just({"name": "Bob"})),
    st.builds(DeadlinePassed, deadline_id=TIMERS),
)
LIKELY = st.sampled_from(
    ["model_says", "intro_tool", "project_tool", "heard", "stage", "silence", "closing", "hearing"]
)


def likely(world: World, what: str) -> None:
    """What would really come next, where it can; random ids alone would seldom hit an open ask."""
    state = world.is_in
    has_ask = any(isinstance(effect, Ask) for effect in world.effects.values())
    if what == "model_says" and has_ask:
        world.model_says("Tell me more.")
    elif what == "intro_tool" and has_ask:
        world.model_calls(
            "self_intro_complete", name="Alice", current_role="nurse", intro_summary="ten years"
        )
    elif what == "project_tool" and has_ask:
        world.model_calls("past_experience_complete")
    elif what == "heard" and state.reply:
        world.is_heard()
    elif what in state.timers:
        world.pass_deadline(what)


@settings(max_examples=400, deadline=None)
@given(st.lists(ANY_INPUT | LIKELY, max_size=60), st.booleans())
def test_any_order_of_events(events: list[Payload | str], begun: bool) -> None:
    world = World()
    if begun:
        world.begin()
    for event in events:
        if isinstance(event, str):
            likely(world, event)
        else:
            world.happen(event)
    check(world)
    drive_to_the_end(world)
    check(world)
    assert world.is_in.phase is Phase.ENDED


def check(world: World) -> None:
    """What must hold of every interview."""
    assert world.stages() == STAGES[: len(world.stages())], "stages come in order, each once"
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
    assert started == [f"t{n + 1}" for n in range(len(started))]


def drive_to_the_end(world: World) -> None:
    """A patient world: the candidate is there and says nothing more, the model answers, time goes on."""
    for _ in range(60):
        state = world.is_in
        if state.phase is Phase.ENDED:
            return
        if state.candidate is Candidate.ABSENT:
            world.happen(BotJoined(bot_epoch=9))
            world.happen(CandidateJoined(identity=state.candidate_identity or IDENTITY))
        elif state.candidate is Candidate.SPEAKING:
            world.happen(CandidateSilent())
        elif any(isinstance(effect, Ask) for effect in world.effects.values()):
            world.model_says("Tell me more.")
        elif state.reply:
            world.is_heard()
        else:
            world.pass_deadline("silence")
    raise AssertionError(f"stuck in {world.is_in}")
