"""Question sets by example: one question after another, each answer scored by itself."""

from __future__ import annotations

import pytest
from brain.domain.decide import decide
from brain.domain.effects import EndInterview, MakeQuestions, ScoreAnswer, Task
from brain.domain.state import Phase
from fakes.world import GIVEN, IDENTITY, QUESTION_SET, QUESTIONS, World, said, set_among_stages
from viva_shared.events import (
    AnswerAssessed,
    AnswerScored,
    BotJoined,
    CandidateJoined,
    CandidateLeft,
    CandidateSilent,
    CandidateSpeaking,
    EndRequested,
    Payload,
    QuestionAsked,
    QuestionsMade,
    ReplyGenerated,
    ReplyHeard,
    StageChanged,
    UtterancePartial,
)

pytestmark = pytest.mark.unit

STAGE = GIVEN.stages[0]
GREETING, OPENING = GIVEN.words.greeting, STAGE.words.opening


def put(number: int, question: str | None = None) -> str:
    """How a question of three is put."""
    return f"Question {number} of 3. {question or QUESTIONS[number - 1]}"


def types(outputs: list[Payload]) -> list[str]:
    return [getattr(output, "type", "") for output in outputs]


@pytest.fixture
def world() -> World:
    """An interview whose first question was heard."""
    world = World(GIVEN)
    world.begin()
    world.is_heard()
    return world


def answer(world: World, text: str) -> None:
    """The candidate answers; the next question is put, and heard."""
    world.candidate_says(text)
    world.model_says("I see.")
    world.is_heard()


# -- how questions are put and answered --


def test_the_first_question_comes_with_the_greeting_in_the_scenarios_words() -> None:
    world = World(GIVEN)
    world.begin()
    assert said(world.outputs) == f"{GREETING} {OPENING} {put(1)}"
    assert types(world.outputs)[-4:] == ["reply.chunk", "question.asked", "reply.chunk", "reply.finished"]
    assert world.of_type("question.asked") == [
        QuestionAsked(turn_id="t1", index=0, of=3, text=QUESTIONS[0]),
    ]
    assert world.is_in.interview_data()["question"] == "1 of 3"


def test_an_answer_is_acknowledged_by_the_model_and_the_next_question_put_by_the_machine(
    world: World,
) -> None:
    assert types(world.candidate_says("A payment system")) == ["reply.started"]
    assert (world.ask().task, world.ask().fallback) == (Task.ACKNOWLEDGE, "Thank you.")
    outputs = world.model_says("I see.")
    assert types(outputs) == ["question.asked", "reply.chunk", "reply.finished"]
    assert said(outputs) == f" {put(2)}"
    assert [effect.effect_id for effect in world.scorings()] == ["score-0.1"]
    assert world.is_in.interview_data()["question"] == "2 of 3"


def test_a_tool_that_the_model_calls_all_the_same_changes_nothing(world: World) -> None:
    world.candidate_says("A payment system")
    outputs = world.model_calls("self_intro_complete", name="Alice")
    assert said(outputs) == f"{STAGE.questions.thanks if STAGE.questions else ''} {put(2)}"
    assert world.is_in.facts == {}


def test_all_questions_are_asked_and_the_interview_is_completed(world: World) -> None:
    for text in ("A payment system", "The database"):
        answer(world, text)
        world.model_scores()
    outputs = world.candidate_says("Listen")
    assert said(outputs) == GIVEN.ending.farewell
    assert [o.index for o in world.outputs if isinstance(o, QuestionAsked)] == [0, 1, 2]
    assert types(world.is_heard()) == ["interview.ended"]
    assert world.is_in.end_reason == "completed"
    assert world.model_scores(55)[0] == AnswerScored(
        index=2, of=3, utterance_id="u3", score=55, reason="why", evidence=("Listen",)
    )
    assert [score for _, score, _ in world.scores()] == [70, 70, 55]
    assert [question.score for question in world.is_in.questions] == [70, 70, 55]
    assert [e for e in world.effects.values() if isinstance(e, EndInterview)]


def test_what_is_said_before_the_next_question_was_heard_continues_the_answer(world: World) -> None:
    world.candidate_says("A payment system")
    world.model_says("I see.")
    world.is_heard("I see. Question 2", complete=False)
    world.candidate_says("for a large bank")
    assert [effect.effect_id for effect in world.scorings()] == ["score-0.2"], "the first is overtaken"
    assert said(world.model_says("Yes.")) == f" {put(2)}"
    assert world.is_in.answer_to(world.is_in.questions[0]) == "A payment system\nfor a large bank"
    stale = AnswerAssessed(ask_id="score-0.1", score=1, reason="half of it", evidence=("payment",))
    assert world.happen(stale) == []
    world.model_scores(80)
    assert world.scores() == [(0, 80, "why")]
    world.is_heard()
    world.candidate_says("The database")
    assert world.is_in.questions[1].answer == ("u3",)


def test_what_is_said_before_the_first_question_was_heard_answers_nothing() -> None:
    world = World(GIVEN)
    world.begin()
    world.is_heard("Hello", complete=False)
    world.candidate_says("Hello, can you hear me well?")
    assert world.scorings() == []
    assert said(world.model_says("Hello.")) == f" {put(1)}"
    world.is_heard()
    world.candidate_says("A payment system")
    assert world.is_in.questions[0].answer == ("u2",)


def test_a_question_is_repeated_on_request(world: World) -> None:
    outputs = world.candidate_says("Sorry, could you say that again please?")
    assert said(outputs) == f"Of course. {put(1)}"
    assert world.scorings() == []
    world.is_heard("Of course. Quest", complete=False)
    world.candidate_says("Ah, a payment system")
    assert world.is_in.questions[0].answer == ("u2",), "it had been heard whole before"


def test_a_long_answer_with_such_a_phrase_is_an_answer(world: World) -> None:
    world.candidate_says("We had to repeat the whole migration three times until all of the data was right")
    assert world.is_in.questions[0].answer == ("u1",)


def test_only_a_short_goodbye_is_one(world: World) -> None:
    answer(world, "I said goodbye to the old system")
    assert world.is_in.questions[0].answer == ("u1",)
    assert said(world.candidate_says("Okay, goodbye then.")) == GIVEN.ending.farewell
    world.model_scores()
    world.is_heard()
    assert world.is_in.end_reason == "goodbye"
    assert world.scores() == [(0, 70, "why"), (1, None, "no answer was given")]


def test_the_last_answer_may_go_on_during_the_farewell(world: World) -> None:
    answer(world, "A payment system")
    world.model_scores()
    answer(world, "The database")
    world.model_scores()
    world.candidate_says("Listen")
    world.model_scores(40)
    world.happen(CandidateSpeaking())
    world.is_heard("That was", complete=False)
    assert types(world.candidate_says("and then look at the numbers")) == ["interview.ended"]
    world.model_scores(60)
    assert (world.is_in.end_reason, world.is_in.questions[2].score) == ("completed", 60)
    assert world.is_in.questions[2].answer == ("u3", "u4")


def test_a_goodbye_during_the_farewell_is_no_part_of_the_answer(world: World) -> None:
    for text in ("A payment system", "The database"):
        answer(world, text)
    world.candidate_says("Listen")
    world.candidate_says("Thank you, bye")
    assert (world.is_in.end_reason, world.is_in.questions[2].answer) == ("completed", ("u3",))


# -- silence, leaving, a new bot, the end --


def test_silence_is_reminded_of_and_then_the_next_question_is_put(world: World) -> None:
    for words in GIVEN.silence.reminders:
        assert said(world.pass_deadline("silence")) == words
        world.is_heard()
    outputs = world.pass_deadline("silence")
    assert said(outputs) == put(2)
    assert world.scores() == [(0, None, "no answer was given")]
    world.is_heard()
    assert said(world.pass_deadline("silence")) == GIVEN.silence.reminders[0], "reminders begin anew"


def test_silence_to_the_last_question_completes_the_set(world: World) -> None:
    answer(world, "A payment system")
    answer(world, "The database")
    for _ in GIVEN.silence.reminders:
        world.pass_deadline("silence")
        world.is_heard()
    assert said(world.pass_deadline("silence")) == GIVEN.ending.farewell
    world.candidate_says("Sorry, I would listen first")
    assert world.is_in.questions[2].answer == ("u3",), "who was silent may still answer"
    assert world.is_in.end_reason == "completed"


def test_a_question_that_was_not_heard_is_put_again_after_a_silence(world: World) -> None:
    world.candidate_says("A payment system")
    world.model_says("I see.")
    world.happen(CandidateSpeaking())
    world.is_heard("I see. Quest", complete=False)
    world.happen(CandidateSilent())
    assert said(world.pass_deadline("silence")) == put(2)


def test_a_question_of_which_nothing_was_heard_is_put_again_at_once(world: World) -> None:
    world.candidate_says("A payment system")
    world.model_says("I see.")
    assert said(world.is_heard("", complete=False)) == put(2)


def test_who_comes_back_gets_the_same_question(world: World) -> None:
    answer(world, "A payment system")
    world.happen(CandidateLeft(identity=IDENTITY))
    outputs = world.happen(CandidateJoined(identity=IDENTITY))
    assert said(outputs) == f"{GIVEN.words.welcome_back} {put(2)}"
    assert world.of_type("question.asked")[-1] == QuestionAsked(
        turn_id="t3", index=1, of=3, text=QUESTIONS[1]
    )


def test_who_left_before_the_first_question_gets_what_leads_to_it() -> None:
    world = World(QUESTION_SET)
    world.begin()
    world.happen(CandidateLeft(identity=IDENTITY))
    world.happen(CandidateJoined(identity=IDENTITY))
    outputs = world.model_makes(*QUESTIONS)
    assert said(world.outputs).endswith(
        f"{GIVEN.words.welcome_back} {OPENING} Question 1 of 5. {QUESTIONS[0]}"
    )
    assert types(outputs)[-1] == "reply.finished"


def test_what_a_dead_bot_understood_is_a_part_of_the_answer(world: World) -> None:
    world.happen(CandidateSpeaking())
    world.happen(UtterancePartial(text="A payment system"))
    world.happen(BotJoined(bot_epoch=2))
    outputs = world.happen(CandidateJoined(identity=IDENTITY))
    assert said(outputs).endswith(f"The last I understood was: A payment system. {put(1)}")
    world.is_heard()
    world.candidate_says("for a large bank")
    assert world.is_in.answer_to(world.is_in.questions[0]) == "A payment system\nfor a large bank"


def test_what_there_is_of_an_answer_is_scored_at_the_end(world: World) -> None:
    world.happen(UtterancePartial(text="A payment system"))
    world.happen(BotJoined(bot_epoch=2))
    world.happen(EndRequested(by="recruiter"))
    world.model_scores(20)
    assert world.scores() == [(0, 20, "why")]


def test_an_end_on_request_settles_what_was_asked_and_nothing_else(world: World) -> None:
    answer(world, "A payment system")
    outputs = world.happen(EndRequested(by="candidate"))
    assert types(outputs) == ["answer.scored", "interview.ended"]
    assert world.is_in.end_reason == "finished"
    world.model_scores(90)
    assert sorted(world.scores()) == [(0, 90, "why"), (1, None, "no answer was given")]


def test_a_question_that_is_heard_after_the_end_is_not_waited_for() -> None:
    world = World(GIVEN)
    world.begin()
    world.happen(EndRequested(by="candidate"))
    world.happen(ReplyHeard(turn_id="t1", text=said(world.outputs), complete=True))
    assert (world.is_in.questions[0].heard, world.scores()) == (False, [])


def test_an_end_before_the_questions_are_made_wants_them_no_more() -> None:
    world = World(QUESTION_SET)
    world.happen(EndRequested(by="recruiter"))
    assert not any(isinstance(effect, MakeQuestions) for effect in world.effects.values())
    assert world.model_makes(*QUESTIONS) == []
    assert world.scores() == []


# -- a question set between other stages --


def to_the_questions(world: World) -> None:
    world.begin()
    world.model_says("Do you hear me?")
    world.is_heard()
    world.pass_deadline("stage")
    world.is_heard()


def test_a_set_is_entered_by_a_bridge_and_left_when_all_is_answered() -> None:
    world = World(set_among_stages())
    to_the_questions(world)
    assert said(world.outputs).endswith(f"Let us begin. {OPENING} Question 1 of 1. Why?")
    outputs = world.candidate_says("Because")
    assert isinstance(outputs[0], StageChanged)
    assert (outputs[0].stage, outputs[0].reason) == ("last", "answered")
    assert said(outputs) == STAGE.words.bridge
    assert world.ask().task is Task.OPEN_STAGE
    world.model_scores(30)
    assert world.scores() == [(0, 30, "why")]


@pytest.mark.parametrize(("words", "scored"), [("Because", 1), ("Pardon?", 0)])
def test_the_deadline_of_a_set_acts_after_what_is_said(words: str, scored: int) -> None:
    world = World(set_among_stages(deadline_s=120))
    to_the_questions(world)
    world.happen(CandidateSpeaking())
    world.pass_deadline("stage")
    outputs = world.candidate_says(words)
    assert [o.reason for o in outputs if isinstance(o, StageChanged)] == ["deadline"]
    assert len(world.scorings()) == scored
    assert world.scores() == ([] if scored else [(0, None, "no answer was given")])


def test_a_set_passed_over_in_silence_is_left_so() -> None:
    world = World(set_among_stages())
    to_the_questions(world)
    for _ in GIVEN.silence.reminders:
        world.pass_deadline("silence")
        world.is_heard()
    outputs = world.pass_deadline("silence")
    assert [o.reason for o in outputs if isinstance(o, StageChanged)] == ["silence"]


# -- questions that are made --


def test_questions_are_made_from_the_beginning() -> None:
    assert [type(effect) for effect in World(QUESTION_SET).effects.values()] == [MakeQuestions]
    assert World(GIVEN).effects == {}


def test_a_candidate_who_is_there_first_hears_the_question_in_the_same_turn() -> None:
    world = World(QUESTION_SET.tailored(count=3))
    world.begin()
    assert types(world.outputs)[-2:] == ["reply.chunk", "reply.chunk"], "the turn is open"
    outputs = world.model_makes(*QUESTIONS)
    assert types(outputs) == ["question.asked", "reply.chunk", "reply.finished"]
    assert said(world.outputs) == f"{GREETING} {OPENING} {put(1)}"


def test_questions_made_while_the_candidate_speaks_wait_for_the_boundary() -> None:
    world = World(QUESTION_SET.tailored(count=3))
    world.begin()
    world.happen(CandidateSpeaking())
    world.is_heard("Hello", complete=False)
    assert world.model_makes(*QUESTIONS) == []
    assert said(world.happen(CandidateSilent())) == put(1)


def test_whoever_speaks_before_they_are_made_is_acknowledged_and_gets_the_question_then() -> None:
    world = World(QUESTION_SET.tailored(count=3))
    world.begin()
    world.candidate_says("Good morning")
    assert types(world.model_says("Good morning.")) == [], "the turn is open"
    assert said(world.model_makes(*QUESTIONS)) == f" {put(1)}"


def test_questions_made_during_the_acknowledgement_wait_for_its_end() -> None:
    world = World(QUESTION_SET.tailored(count=3))
    world.begin()
    world.candidate_says("Good morning")
    assert world.model_makes(*QUESTIONS) == []
    assert said(world.model_says("Good morning.")) == f" {put(1)}"


def test_questions_are_made_once(world: World) -> None:
    assert world.happen(QuestionsMade(ask_id="questions", questions=("Another?",))) == []
    assert tuple(q.text for q in world.is_in.questions) == QUESTIONS


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ((" What  did\nyou build? ", "", "what did you build", "x" * 1001), ("What did you build?", 0, 1)),
        (("A?", "B?", "C?", "D?"), ("A?", "B?", "C?")),
        ((), (0, 1, 2)),
        ((STAGE.words.fallback[0],), (0, 1, 2)),
    ],
)
def test_questions_are_validated_and_filled_up_with_the_scenarios(
    made: tuple[str, ...], asked: tuple[str | int, ...]
) -> None:
    world = World(QUESTION_SET.tailored(count=3))
    world.model_makes(*made)
    fallback = STAGE.words.fallback
    assert [q.text for q in world.is_in.questions] == [
        fallback[q] if isinstance(q, int) else q for q in asked
    ]


def test_a_set_is_as_long_as_there_are_questions() -> None:
    world = World(QUESTION_SET.tailored(count=20))
    world.model_makes("A?")
    assert len(world.is_in.questions) == 1 + len(STAGE.words.fallback)


# -- scores --


@pytest.mark.parametrize(
    ("assessed", "score", "reason"),
    [
        ({"score": 101}, None, "could not be scored: 101 is not between 0 and 100"),
        ({"score": -1}, None, "could not be scored: -1 is not between 0 and 100"),
        ({"evidence": ()}, None, "no evidence in the candidate's words"),
        ({"evidence": ("never said",)}, None, "no evidence in the candidate's words"),
        ({"evidence": ("pay",)}, None, "no evidence in the candidate's words"),
        ({"evidence": (" a PAYMENT,\n system!", "never said")}, 70, "why"),
        ({"score": None, "evidence": ()}, None, "why"),
        ({"error": "503", "score": None}, None, "could not be scored: 503"),
    ],
)
def test_a_score_is_a_number_with_evidence_or_none_with_the_reason(
    world: World, assessed: dict[str, object], score: int | None, reason: str
) -> None:
    answer(world, "A payment system")
    data = {"ask_id": "score-0.1", "score": 70, "reason": "why", "evidence": ("a payment system",)} | assessed
    [scored] = world.happen(AnswerAssessed.model_validate(data))
    assert isinstance(scored, AnswerScored)
    assert (scored.score, scored.reason) == (score, reason)
    assert "never said" not in scored.evidence
    assert world.scorings() == []


def test_evidence_in_a_script_without_spaces(world: World) -> None:
    answer(world, "我做了一个支付系统")
    [scored] = world.model_scores(70, "支付系统")
    assert isinstance(scored, AnswerScored)
    assert scored.score == 70


def test_an_answer_without_a_word_is_none(world: World) -> None:
    world.candidate_says(" … ")
    assert world.scores() == [(0, None, "no answer was given")]
    assert not any(isinstance(effect, ScoreAnswer) for effect in world.effects.values())


def test_a_score_is_given_once(world: World) -> None:
    answer(world, "A payment system")
    world.model_scores()
    again = AnswerAssessed(ask_id="score-0.1", score=10, reason="?", evidence=("payment",))
    assert world.happen(again) == []


def test_a_late_acknowledgement_puts_no_question_twice(world: World) -> None:
    world.candidate_says("A payment system")
    late = world.ask()
    world.candidate_says("for a bank")
    assert world.happen(ReplyGenerated(ask_id=late.effect_id, text="I see.", chunks=1)) == []


def test_the_log_replays_to_the_same_state(world: World) -> None:
    answer(world, "A payment system")
    world.model_scores()
    world.candidate_says("bye")
    world.is_heard()
    assert world.is_in.phase is Phase.ENDED
    state = None
    for event in world.log:
        state = decide(GIVEN, state, event).state
    assert state == world.state
