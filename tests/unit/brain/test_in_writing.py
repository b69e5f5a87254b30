"""Interviews in writing by example: no room, no bot, no silence; only an answer moves anything."""

from __future__ import annotations

import pytest
from brain.domain.effects import Task
from brain.domain.state import Candidate, TimerKind
from fakes.world import GIVEN, IDENTITY, QUESTION_SET, QUESTIONS, SCREENING, World, said
from viva_shared.events import (
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateLeft,
    CandidateReplaced,
    CandidateSpeaking,
    ListeningAllowed,
    Payload,
    ReplyHeard,
    ReplyStarted,
    UtterancePartial,
)

pytestmark = pytest.mark.unit


@pytest.fixture
def world() -> World:
    """The candidate has read the first question."""
    world = World(GIVEN)
    world.begin_in_writing()
    world.is_heard()
    return world


def types(outputs: list[Payload]) -> list[str]:
    return [getattr(output, "type", "") for output in outputs]


def test_the_first_question_is_put_without_a_bot() -> None:
    world = World(GIVEN)
    world.begin_in_writing()
    assert said(world.outputs).endswith(f"Question 1 of 3. {QUESTIONS[0]}")


def test_a_question_that_is_made_after_the_turn_was_dropped_is_put_by_itself() -> None:
    world = World(QUESTION_SET.tailored(count=3))
    world.begin_in_writing()
    world.is_heard("Hello", complete=False)
    assert said(world.model_makes(*QUESTIONS)) == f"Question 1 of 3. {QUESTIONS[0]}"


def test_there_is_no_silence_only_a_time_to_answer_in(world: World) -> None:
    assert [kind for kind in world.is_in.timers if kind != "stage"] == ["absence"]
    assert (world.is_in.timers[TimerKind.ABSENCE].at - world.now).total_seconds() == GIVEN.answer_within_s
    world.candidate_says("A payment system", via="text")
    assert "absence" not in world.is_in.timers
    world.model_says("I see.")
    world.is_heard()
    assert types(world.pass_deadline("absence")) == ["answer.scored", "interview.ended"]
    assert world.is_in.end_reason == "abandoned"


def test_whoever_answers_has_read_what_was_out(world: World) -> None:
    """Though the front door died before it reported that."""
    world.candidate_says("A payment system", via="text")
    world.model_says("I see.")
    outputs = world.candidate_says("The database", via="text")
    assert "reply.cancelled" not in types(outputs)
    assert [question.answer for question in world.is_in.questions] == [("u1",), ("u2",), ()]
    assert [line.of for line in world.is_in.lines] == ["t1", "u1", "t2", "u2"]
    world.happen(ReplyHeard(turn_id="t2", text="I see.", complete=True))
    assert [line.of for line in world.is_in.lines] == ["t1", "u1", "t2", "u2"], "it is known"


def test_what_is_not_out_yet_was_not_read(world: World) -> None:
    world.candidate_says("A payment system", via="text")
    assert types(world.candidate_says("for a bank", via="text")) == ["reply.cancelled", "reply.started"]
    assert world.is_in.questions[0].answer == ("u1", "u2")


def test_a_reply_that_is_never_reported_is_said_again(world: World) -> None:
    world.candidate_says("A payment system", via="text")
    world.model_says("I see.")
    assert said(world.pass_deadline("hearing")) == f"Question 2 of 3. {QUESTIONS[1]}"


def test_an_answer_counts_however_late_and_though_nobody_reported_the_question(world: World) -> None:
    world.candidate_says("A payment system", via="text")
    world.model_says("I see.")
    while world.is_in.reply:
        world.pass_deadline("hearing")
    world.candidate_says("The database", via="text")
    assert [question.answer for question in world.is_in.questions] == [("u1",), ("u2",), ()]


def test_a_deadline_waits_for_the_answer() -> None:
    world = World(SCREENING)
    world.begin_in_writing()
    world.model_says("Please introduce yourself.")
    world.is_heard()
    assert world.pass_deadline("stage") == []
    outputs = world.candidate_says("I am Alice, a nurse", via="text")
    assert types(outputs) == ["stage.changed", "reply.started", "reply.chunk"]
    assert said(outputs) == SCREENING.stages[0].words.bridge


def test_a_deadline_that_passes_while_the_model_writes_waits_for_the_answer() -> None:
    world = World(SCREENING)
    world.begin_in_writing()
    world.pass_deadline("stage")
    world.model_says("Please introduce yourself.")
    assert world.is_heard() == []
    assert world.stages() == ["self_intro"]


def test_consent_comes_before_all_else() -> None:
    world = World(GIVEN, consent_required=True)
    world.begin_in_writing()
    assert said(world.outputs) == GIVEN.consent.request
    outputs = world.happen(CandidateConsented(via="api", notice="-"))
    assert said(outputs).endswith(QUESTIONS[0])


def test_who_consented_with_the_start_gets_the_question_at_once() -> None:
    world = World(GIVEN, consent_required=True)
    world.happen(CandidateConsented(via="api", notice="-"))
    world.begin_in_writing()
    assert said(world.outputs).endswith(QUESTIONS[0])


def test_who_goes_on_in_a_room_is_talked_with(world: World) -> None:
    world.candidate_says("A payment system", via="text")
    world.model_says("I see.")
    assert world.happen(BotJoined(bot_epoch=1)) == [ListeningAllowed(reason="not_required")]
    assert world.is_in.candidate is Candidate.SILENT, "whoever types is there, bot or no bot"
    outputs = world.happen(CandidateJoined(identity=IDENTITY))
    assert types(outputs)[0] == "reply.cancelled"
    assert said(outputs) == f"{GIVEN.words.welcome_back} Question 2 of 3. {QUESTIONS[1]}"
    world.is_heard()
    assert [kind for kind in world.is_in.timers if kind != "stage"] == ["silence"]
    world.happen(CandidateLeft(identity=IDENTITY))
    outputs = world.happen(CandidateJoined(identity=IDENTITY, via="text"))
    assert said(outputs) == f"{GIVEN.words.welcome_back} Question 2 of 3. {QUESTIONS[1]}"
    world.is_heard()
    assert "silence" not in world.is_in.timers


def test_a_second_start_asks_again_only_if_nothing_is_under_way(world: World) -> None:
    assert said(world.happen(CandidateJoined(identity=IDENTITY, via="text"))) != ""
    assert world.happen(CandidateJoined(identity=IDENTITY, via="text")) == []


def test_a_request_to_repeat(world: World) -> None:
    outputs = world.candidate_says("Pardon?", via="text")
    assert outputs[0] == ReplyStarted(turn_id="t2", in_reply_to="u1")
    assert said(outputs) == f"Of course. Question 1 of 3. {QUESTIONS[0]}"


def test_answers_of_other_stages_go_to_the_model_as_ever() -> None:
    world = World(SCREENING)
    world.begin_in_writing()
    world.model_says("Please introduce yourself.")
    world.is_heard()
    world.candidate_says("I am Alice", via="text")
    assert world.ask().task is Task.ANSWER


# -- from voice to writing, and back --

TO_TEXT = CandidateJoined(identity=IDENTITY, via="text")
TO_VOICE = CandidateJoined(identity=IDENTITY)
BACK = SCREENING.words.welcome_back


@pytest.fixture
def spoken() -> World:
    """The candidate has answered the first question by voice, and the model asks the next one."""
    world = World()
    world.begin()
    world.model_says("Please introduce yourself.")
    world.is_heard()
    world.candidate_says("I am Alice")
    return world


def test_what_was_being_said_is_said_again_whole(spoken: World) -> None:
    spoken.model_says("I see. And what do you do?")
    outputs = spoken.happen(TO_TEXT)
    assert types(outputs)[:2] == ["reply.cancelled", "reply.started"]
    assert said(outputs) == f"{BACK} I see. And what do you do?"
    spoken.happen(BotJoined(bot_epoch=2))
    outputs = spoken.happen(TO_VOICE)
    assert said(outputs) == f"{BACK} I see. And what do you do?", "welcomed back once"
    spoken.is_heard()
    assert spoken.is_in.lines[-1].text == f"{BACK} I see. And what do you do?"


def test_what_was_not_out_yet_is_asked_of_the_model_again(spoken: World) -> None:
    assert said(spoken.happen(TO_TEXT)) == BACK
    assert spoken.ask().task is Task.ANSWER
    spoken.model_says("And what do you do?")
    spoken.is_heard()
    assert [line.text for line in spoken.is_in.lines if line.speaker == "candidate"] == ["I am Alice"]


def test_a_reminder_is_not_said_again_but_the_question(spoken: World) -> None:
    spoken.model_says("And what do you do?")
    spoken.is_heard()
    assert said(spoken.pass_deadline("silence")) == SCREENING.silence.reminders[0]
    assert said(spoken.happen(TO_TEXT)) == f"{BACK} And what do you do?"


def test_what_was_understood_counts(spoken: World) -> None:
    spoken.model_says("And what do you do?")
    spoken.is_heard()
    spoken.happen(CandidateSpeaking())
    spoken.happen(UtterancePartial(text="I am a nurse"))
    words = SCREENING.words
    assert said(spoken.happen(TO_TEXT)) == (
        f"{words.lost_connection} {words.understood.format(said='I am a nurse.')} And what do you do?"
    )
    spoken.is_heard()
    spoken.candidate_says("on a ward", via="text")
    assert [line.text for line in spoken.is_in.lines if line.speaker == "candidate"] == [
        "I am Alice",
        "I am a nurse",
        "on a ward",
    ]


def test_what_was_understood_counts_though_the_room_was_left_first(spoken: World) -> None:
    spoken.model_says("And what do you do?")
    spoken.is_heard()
    for event in (UtterancePartial(text="I am a nurse"), CandidateLeft(identity=IDENTITY), TO_TEXT):
        spoken.happen(event)
    assert spoken.is_in.lines[-1].text == "I am a nurse"
    spoken.happen(UtterancePartial(text="and I"))
    spoken.happen(CandidateReplaced(identity="bob"))
    assert spoken.is_in.partial == "", "these words are not the other's"


def test_what_was_understood_is_a_part_of_the_answer() -> None:
    world = World(GIVEN)
    world.begin()
    world.is_heard()
    world.happen(UtterancePartial(text="A payment system"))
    assert said(world.happen(TO_TEXT)).endswith(f"Question 1 of 3. {QUESTIONS[0]}")
    world.is_heard()
    world.candidate_says("for a bank", via="text")
    assert world.is_in.answer_to(world.is_in.questions[0]) == "A payment system\nfor a bank"
    assert [question.turn_id for question in world.is_in.questions][1:] == [None, None]
