"""``decide`` by example: each test is a short story about one interview."""

from __future__ import annotations

import pytest
from brain.domain.decide import NotAnInput, decide
from brain.domain.effects import Ask, Task
from brain.domain.state import Phase
from fakes.world import IDENTITY, SCREENING, World
from viva_shared.events import (
    BotJoined,
    CandidateJoined,
    CandidateLeft,
    CandidateSilent,
    CandidateSpeaking,
    DeadlinePassed,
    FactsExtracted,
    FactsLearnt,
    ListeningAllowed,
    Payload,
    ReplyChunk,
    ReplyGenerated,
    ReplyHeard,
    ReplyStarted,
    ToolCalled,
    UtteranceHeard,
    new_event,
)

pytestmark = pytest.mark.unit

INTRO = {"name": "Alice", "current_role": "nurse", "intro_summary": "ten years of nursing"}


@pytest.fixture
def world() -> World:
    """An interview whose greeting and first question were heard."""
    world = World()
    world.begin()
    world.model_says("Please introduce yourself.")
    world.is_heard()
    return world


def types(outputs: list[Payload]) -> list[str]:
    return [getattr(output, "type", "") for output in outputs]


def test_nothing_is_said_before_the_candidate_is_there() -> None:
    world = World()
    assert world.happen(BotJoined(bot_epoch=1)) == [ListeningAllowed(reason="not_required")]
    world.happen(CandidateJoined(identity="somebody-else"))
    assert world.is_in.phase is Phase.WAITING
    outputs = world.happen(CandidateJoined(identity=IDENTITY))
    assert types(outputs) == ["stage.changed", "reply.started", "reply.chunk"]
    assert isinstance(outputs[2], ReplyChunk)
    assert outputs[2].text == SCREENING.words.greeting
    assert world.ask().said == SCREENING.words.greeting


def test_a_room_without_a_known_candidate_takes_the_one_the_bot_names() -> None:
    world = World()
    world.state = world.is_in.model_copy(update={"candidate_identity": None})
    world.happen(BotJoined(bot_epoch=1))
    world.happen(CandidateJoined(identity="bare", name="Bare"))
    assert (world.is_in.candidate_identity, world.is_in.phase) == ("bare", Phase.RUNNING)


def test_an_answer_is_asked_of_the_model_and_finished(world: World) -> None:
    outputs = world.candidate_says("hello there")
    assert outputs == [ReplyStarted(turn_id="t2", in_reply_to="u1")]
    assert types(world.model_says("What is your name?")) == ["reply.finished"]
    world.is_heard()
    assert [line.text for line in world.is_in.lines][-2:] == ["hello there", "What is your name?"]


def test_the_tool_changes_the_stage_in_the_same_turn(world: World) -> None:
    world.candidate_says("I am Alice, a nurse for ten years")
    outputs = world.model_calls("self_intro_complete", **INTRO)
    assert types(outputs) == ["facts.learnt", "stage.changed"]
    assert outputs[0] == FactsLearnt(facts=dict(INTRO))
    assert world.ask().turn_id == "t2"
    assert world.ask().fallback == SCREENING.stages[1].words.opening
    assert world.is_in.interview_data()["name"] == "Alice"
    assert world.is_in.interview_data()["stage"] == "past_experience"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("self_intro_complete", {"name": "Alice"}),
        ("self_intro_complete", INTRO | {"name": "  "}),
        ("self_intro_complete", INTRO | {"shoe_size": "38"}),
        ("self_intro_complete", INTRO | {"name": 7}),
        ("past_experience_complete", {}),
    ],
)
def test_a_refused_tool_call_is_mended_and_at_last_closed_by_the_scenarios_words(
    world: World, name: str, arguments: dict[str, object]
) -> None:
    world.candidate_says("hm")
    for _ in range(4):
        call = {
            "ask_id": world.ask().effect_id,
            "name": name,
            "arguments": arguments,
            "chunks": world.ask().seq,
        }
        outputs = world.happen(ToolCalled.model_validate(call))
    assert world.stages() == ["self_intro"]
    assert types(outputs) == ["reply.chunk", "reply.finished"]


def test_the_deadline_waits_for_the_candidates_sentence(world: World) -> None:
    world.happen(CandidateSpeaking())
    assert world.pass_deadline("stage") == []
    outputs = world.candidate_says("and so on and so forth")
    assert types(outputs) == ["stage.changed", "reply.started", "reply.chunk"]
    assert isinstance(outputs[1], ReplyStarted)
    assert isinstance(outputs[2], ReplyChunk)
    assert outputs[1].in_reply_to == "u1"
    assert outputs[2].text == SCREENING.stages[0].words.bridge
    assert world.extractions()[0].wanted == ("name", "current_role", "intro_summary")


def test_the_deadline_waits_for_the_interviewers_sentence(world: World) -> None:
    world.candidate_says("hello")
    assert world.pass_deadline("stage") == []
    world.model_says("What is your name?")
    assert "stage.changed" in types(world.is_heard())
    assert world.stages() == ["self_intro", "past_experience"]


def test_the_deadline_acts_at_once_in_a_silence_and_after_a_cough(world: World) -> None:
    world.happen(CandidateSpeaking())
    world.pass_deadline("stage")
    assert "stage.changed" in types(world.happen(CandidateSilent()))


def test_tool_then_deadline_hands_over_once(world: World) -> None:
    world.candidate_says("I am Alice")
    passed = world.is_in.timers
    world.model_calls("self_intro_complete", **INTRO)
    for timer in passed.values():
        world.happen(DeadlinePassed(deadline_id=timer.timer_id))
    world.model_says("Which project?")
    world.is_heard()
    assert world.stages() == ["self_intro", "past_experience"]


def test_deadline_then_tool_hands_over_once(world: World) -> None:
    world.candidate_says("I am Alice")
    late = world.ask()
    world.pass_deadline("stage")
    world.candidate_says("and a nurse")
    world.happen(
        ToolCalled.model_validate(
            {"ask_id": late.effect_id, "name": "self_intro_complete", "arguments": INTRO}
        )
    )
    assert world.stages() == ["self_intro", "past_experience"]


def test_extraction_fills_only_what_is_missing(world: World) -> None:
    world.candidate_says("I am Alice")
    world.pass_deadline("stage")
    world.candidate_says("that is me")
    world.state = world.is_in.model_copy(update={"facts": world.is_in.facts | {"name": "Alice"}})
    [extract] = world.extractions()
    world.happen(FactsExtracted(ask_id=extract.effect_id, facts={"name": "Bob", "current_role": "nurse"}))
    assert (world.is_in.facts["name"], world.is_in.facts["current_role"]) == ("Alice", "nurse")
    assert world.extractions() == []


def test_an_interruption_leaves_what_was_heard_in_the_history(world: World) -> None:
    world.candidate_says("hello")
    ask = world.ask()
    world.happen(CandidateSpeaking())
    outputs = world.is_heard("What is", complete=False)
    assert types(outputs) == ["reply.cancelled"]
    assert ask.effect_id not in world.effects
    world.happen(ReplyGenerated(ask_id=ask.effect_id, text="What is your name?", chunks=1))
    world.candidate_says("sorry, I am Alice")
    assert [line.text for line in world.is_in.lines][-3:] == ["hello", "What is", "sorry, I am Alice"]


def test_an_utterance_cancels_the_reply_before_it(world: World) -> None:
    world.candidate_says("hello")
    outputs = world.candidate_says("I mean, good morning")
    assert types(outputs) == ["reply.cancelled", "reply.started"]
    assert world.ask().turn_id == "t3"


def test_an_unasked_reply_that_nobody_heard_is_said_anew_but_not_for_ever() -> None:
    world = World()
    world.begin()
    for _ in range(3):
        world.model_says("Please introduce yourself.")
        world.is_heard("", complete=False)
    assert len(world.of_type("reply.started")) == 3
    assert world.is_in.reply is None


def test_a_candidate_who_leaves_and_returns_gets_the_same_question(world: World) -> None:
    world.happen(CandidateLeft(identity=IDENTITY))
    outputs = world.happen(CandidateJoined(identity=IDENTITY))
    assert isinstance(outputs[1], ReplyChunk)
    assert outputs[1].text == f"{SCREENING.words.welcome_back} Please introduce yourself."
    world.is_heard()
    assert world.stages() == ["self_intro"]


def test_a_candidate_who_stays_away_has_abandoned_the_interview(world: World) -> None:
    world.happen(CandidateLeft(identity=IDENTITY))
    assert types(world.pass_deadline("absence")) == ["interview.ended"]
    assert world.is_in.end_reason == "abandoned"
    assert world.happen(CandidateJoined(identity=IDENTITY)) == []


def test_silence_is_reminded_then_the_stage_is_left(world: World) -> None:
    for words in SCREENING.silence.reminders:
        outputs = world.pass_deadline("silence")
        assert isinstance(outputs[1], ReplyChunk)
        assert outputs[1].text == words
        world.is_heard()
    assert "stage.changed" in types(world.pass_deadline("silence"))


def test_who_speaks_is_not_reminded(world: World) -> None:
    assert "silence" in world.is_in.timers
    world.happen(CandidateSpeaking())
    assert "silence" not in world.is_in.timers


def to_the_last_stage(world: World) -> None:
    world.candidate_says("I am Alice")
    world.model_calls("self_intro_complete", **INTRO)
    world.model_says("Which project?")
    world.is_heard()
    world.candidate_says("a ward plan")
    world.model_calls("past_experience_complete", project="a ward plan")
    world.model_says("Thank you. Any questions?")
    world.is_heard()


def test_goodbye_ends_the_interview_once_the_farewell_was_heard(world: World) -> None:
    world.candidate_says("goodbye is what I said to my last employer")
    assert world.is_in.phase is Phase.RUNNING, "goodbye ends only the last stage"
    world.model_says("I see.")
    world.is_heard()
    to_the_last_stage(world)
    world.candidate_says("No, thank you, good bye.")
    assert world.of_type("interview.ended") == []
    assert types(world.is_heard()) == ["interview.ended"]
    assert "end" in world.effects
    assert world.is_in.end_reason == "goodbye"


def test_silence_ends_the_last_stage(world: World) -> None:
    to_the_last_stage(world)
    world.pass_deadline("silence")
    world.is_heard()
    assert world.is_in.end_reason == "silence"


def test_a_farewell_that_cannot_be_heard_does_not_keep_the_interview_open(world: World) -> None:
    to_the_last_stage(world)
    world.candidate_says("bye")
    assert types(world.pass_deadline("closing")) == ["interview.ended"]


def test_what_is_heard_after_the_end_still_counts(world: World) -> None:
    to_the_last_stage(world)
    world.candidate_says("bye")
    reply = world.is_in.reply
    assert reply is not None
    world.pass_deadline("closing")
    world.happen(ReplyHeard(turn_id=reply.turn_id, text=reply.said, complete=True))
    assert world.is_in.lines[-1].text == SCREENING.ending.farewell
    assert len(world.of_type("interview.ended")) == 1


def test_words_heard_after_the_report_was_ordered_order_it_again(world: World) -> None:
    to_the_last_stage(world)
    world.candidate_says("bye")
    reply = world.is_in.reply
    assert reply is not None
    world.pass_deadline("closing")
    assert [effect for effect in world.effects if effect.startswith("end")] == ["end"]
    world.happen(ReplyHeard(turn_id=reply.turn_id, text=reply.said, complete=True))
    assert len([effect for effect in world.effects if effect.startswith("end")]) == 2


def test_a_farewell_after_a_silence_can_be_answered(world: World) -> None:
    to_the_last_stage(world)
    world.pass_deadline("silence")
    world.candidate_says("sorry, I was muted. What is the next step?")
    assert world.is_in.phase is Phase.RUNNING
    assert world.ask().task is Task.ANSWER
    world.model_says("A second interview.")
    world.is_heard()
    world.candidate_says("goodbye")
    world.is_heard()
    assert world.is_in.end_reason == "goodbye"


def test_the_end_waits_for_the_candidates_last_words(world: World) -> None:
    to_the_last_stage(world)
    world.pass_deadline("silence")
    world.happen(CandidateSpeaking())
    assert world.is_heard() == []
    assert types(world.happen(CandidateSilent())) == ["interview.ended"]


def test_an_end_leaves_no_ask_open(world: World) -> None:
    world.happen(CandidateLeft(identity=IDENTITY))
    world.candidate_says("my last words, cut off by my leaving")
    assert "reply.cancelled" in types(world.pass_deadline("absence"))
    assert not any(isinstance(effect, Ask) for effect in world.effects.values())


def test_who_had_the_last_word_is_answered_on_return(world: World) -> None:
    world.candidate_says("I am Alice")
    world.happen(CandidateLeft(identity=IDENTITY))
    world.happen(CandidateJoined(identity=IDENTITY))
    assert world.ask().task is Task.ANSWER
    assert world.ask().said == SCREENING.words.welcome_back


def test_what_was_cut_short_is_not_repeated_as_the_question(world: World) -> None:
    world.happen(CandidateLeft(identity=IDENTITY))
    world.happen(CandidateJoined(identity=IDENTITY))
    world.is_heard("Welcome back. Let us", complete=False)
    world.happen(CandidateLeft(identity=IDENTITY))
    outputs = world.happen(CandidateJoined(identity=IDENTITY))
    assert isinstance(outputs[1], ReplyChunk)
    assert outputs[1].text.endswith("Please introduce yourself.")


def test_who_left_during_the_bridge_hears_the_new_stages_question(world: World) -> None:
    world.pass_deadline("stage")
    world.happen(CandidateLeft(identity=IDENTITY))
    world.happen(CandidateJoined(identity=IDENTITY))
    assert world.ask().task is Task.OPEN_STAGE
    assert world.ask().stage == "past_experience"


def test_a_new_bot_that_finds_nobody_does_not_wait_for_ever(world: World) -> None:
    world.happen(BotJoined(bot_epoch=2))
    assert types(world.pass_deadline("absence")) == ["interview.ended"]


def test_a_reply_that_nobody_reports_is_not_waited_for_for_ever(world: World) -> None:
    world.candidate_says("hello")
    world.model_says("What is your name?")
    for _ in range(3):
        world.pass_deadline("hearing")
        if world.effects and any(isinstance(effect, Ask) for effect in world.effects.values()):
            world.model_says("What is your name?")
    assert world.is_in.reply is None
    assert "silence" in world.is_in.timers


def test_an_answer_of_which_nothing_was_heard_is_given_again(world: World) -> None:
    world.candidate_says("hello")
    world.model_says("What is your name?")
    world.is_heard("", complete=False)
    assert world.ask().task is Task.ANSWER


def test_a_greeting_drowned_by_a_cough_is_said_after_it() -> None:
    world = World()
    world.begin()
    world.model_says("Please introduce yourself.")
    world.happen(CandidateSpeaking())
    assert world.is_heard("", complete=False) == []
    outputs = world.happen(CandidateSilent())
    assert isinstance(outputs[1], ReplyChunk)
    assert outputs[1].text == SCREENING.words.greeting


def test_a_reminder_that_was_not_heard_is_said_again_as_it_was(world: World) -> None:
    world.pass_deadline("silence")
    outputs = world.is_heard("", complete=False)
    assert isinstance(outputs[1], ReplyChunk)
    assert outputs[1].text == SCREENING.silence.reminders[0]


def test_a_stage_of_which_nothing_was_said_is_not_left_by_its_tool(world: World) -> None:
    world.candidate_says("I am Alice")
    world.model_calls("self_intro_complete", **INTRO)
    world.model_calls("past_experience_complete")
    assert world.stages() == ["self_intro", "past_experience"]
    assert world.ask().task is Task.MEND_TOOL_CALL


def test_the_log_replays_to_the_same_state(world: World) -> None:
    to_the_last_stage(world)
    state = None
    for event in world.log:
        state = decide(SCREENING, state, event).state
    assert state == world.state


def test_what_is_no_input_is_refused(world: World) -> None:
    with pytest.raises(NotAnInput):
        world.happen(ReplyStarted(turn_id="t9"))
    with pytest.raises(NotAnInput):
        decide(SCREENING, None, new_event("i1", UtteranceHeard(utterance_id="u", text="x"), world.now))
