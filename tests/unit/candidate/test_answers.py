"""The right answer to what was asked, however it was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate.adapters.personas import PersonaError, load_persona, persona_names
from candidate.domain.answers import MAX_GOODBYES, Choice, Kind, Memory, choose
from candidate.domain.persona import Answer, Persona
from pydantic import ValidationError
from viva_shared.scenario import load_scenario

pytestmark = pytest.mark.unit

SCENARIOS = Path(__file__).parents[3] / "scenarios"
ALICE = load_persona("alice")
GREETING = (
    "Hello, I am Viva, an AI interviewer. Thank you for joining. To begin, please introduce yourself in a "
    "few sentences."
)
BRIDGE = "Thank you, that gives me a good first picture, so let us move on. "
INVITATION = "Thank you for your time. Do you have any questions about the process?"


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        (GREETING, "intro"),
        ("Hi there. Could you tell me a little bit about yourself?", "intro"),
        ("Could you tell me the candidate's name?", "name"),
        ("Thanks. And what is your name, please?", "name"),
        ("What should I call you?", "name"),
        ("Nice to meet you, Alice. What is your current role?", "role"),
        ("Great. What do you do at the moment?", "role"),
        ("Could you tell me about your current position?", "role"),
        ("And what is your background, in short?", "summary"),
        ("Could you give me a short summary of your background?", "summary"),
        ("What can you tell me about your experience?", "summary"),
        (BRIDGE + "Please tell me about one significant project that you worked on.", "project"),
        ("I would like to hear about one significant project and your part in it.", "project"),
        ("Let's talk about your past experience. Is there something that you built?", "project"),
        ("Could you tell me more about your own part in it?", "part"),
        ("What was your role in that project?", "part"),
        ("That sounds like a great project. What was its measurable impact?", "impact"),
        ("How much did it change for the customers of the project?", "impact"),
        ("And the result of the project? What difference did it make?", "impact"),
        ("What were the challenges and tradeoffs of the project?", "challenges"),
        ("What was hard about it, and which trade-offs did you make?", "challenges"),
        ("Your impact is clear. Tell me about the challenges.", "challenges"),
        ("Interesting, about the name of it: never mind. What was the hardest part?", "challenges"),
    ],
)
def test_alice_answers_what_was_asked(asked: str, topic: str) -> None:
    _, choice = choose(ALICE, Memory(), asked)
    assert choice is not None
    assert (choice.kind, choice.topic) == (Kind.ANSWER, topic)


@pytest.mark.parametrize(
    "request_",
    [
        "Could you tell me {}?",
        "What is {}?",
        "I would love to hear {}.",
        "Thanks, Alice. Please share {}.",
        "And {}?",
    ],
)
@pytest.mark.parametrize(
    ("description", "topic"),
    [
        ("your name", "name"),
        ("your current role", "role"),
        ("a short summary of your background", "summary"),
        ("one significant project and your part in it", "project"),
        ("the measurable impact of the project", "impact"),
        ("the challenges and tradeoffs of the project", "challenges"),
    ],
)
def test_alice_knows_the_scenario_in_any_words(request_: str, description: str, topic: str) -> None:
    _, choice = choose(ALICE, Memory(), request_.format(description))
    assert choice is not None
    assert choice.topic == topic


def test_alice_has_another_story_for_each_question_of_the_set() -> None:
    [stage] = load_scenario("question_set", SCENARIOS).stages
    memory, topics, texts = Memory(), set(), set()
    for question in stage.words.fallback:
        memory, choice = choose(ALICE, memory, f"Thank you. Question 2 of 10. {question}")
        assert choice is not None
        assert choice.kind is Kind.ANSWER
        topics.add(choice.topic)
        texts.add(choice.text)
    assert len(topics) == len(texts) == len(stage.words.fallback) == 10


CONSENT = (
    "I am an AI interviewer, and I need your consent before we begin. "
    "Please read the notice in the chat, and write: I agree."
)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        (CONSENT, "I agree"),
        ('Type "I consent" to go on.', "I consent"),
        ("Ich bin eine KI. Bitte lesen Sie den Hinweis, und schreiben Sie: Ich stimme zu.", "Ich stimme zu"),
    ],
)
def test_consent_is_given_in_the_words_that_are_asked_for(asked: str, written: str) -> None:
    memory, choice = choose(ALICE, Memory(), asked)
    assert choice == Choice(written, Kind.CONSENT)
    _, opening = choose(ALICE, memory, "")
    assert opening is not None
    assert opening.topic == "intro", "nothing was answered yet"


def test_consent_is_not_given_again_when_something_else_is_asked_by_now() -> None:
    _, choice = choose(ALICE, Memory(), f"{CONSENT} {GREETING}")
    assert choice is not None
    assert choice.topic == "intro"


def test_who_does_not_consent_says_something_else() -> None:
    persona = ALICE.model_copy(update={"consents": False})
    _, choice = choose(persona, Memory(), CONSENT)
    assert choice is not None
    assert choice.kind is Kind.DEFAULT


@pytest.mark.parametrize(
    "asked", ["Did you write the code?", "Please write to us.", "What type of person are you?"]
)
def test_writing_is_no_consent(asked: str) -> None:
    _, choice = choose(ALICE, Memory(), asked)
    assert choice is not None
    assert choice.kind is not Kind.CONSENT


def test_missed_first_words_are_taken_for_the_usual_ones() -> None:
    memory, choice = choose(ALICE, Memory(), "")
    assert choice is not None
    assert choice.topic == "intro"
    _, choice = choose(ALICE, memory, "")
    assert choice is not None
    assert choice.kind is Kind.DEFAULT


def test_asked_to_repeat_repeats() -> None:
    memory, first = choose(ALICE, Memory(), "What is your name?")
    memory, again = choose(ALICE, memory, "Sorry, I did not catch that. Could you say that again?")
    assert first == again
    _, role = choose(ALICE, memory, "Sorry, I did not catch that. What is your role?")
    assert role is not None
    assert role.topic == "role"


def test_asked_again_says_it_in_other_words_then_repeats() -> None:
    memory, texts = Memory(), []
    for _ in range(3):
        memory, choice = choose(ALICE, memory, "What was the measurable impact?")
        assert choice is not None
        texts.append(choice.text)
    assert texts[0] != texts[1] == texts[2]


def test_an_exhausted_answer_can_fall_to_the_default() -> None:
    answer = Answer(topic="x", when=("x",), say=("once",), then="default")
    persona = Persona(name="N", answers=(answer,), default=("a", "b"))
    memory, texts = Memory(), []
    for _ in range(4):
        memory, choice = choose(persona, memory, "What is x?")
        assert choice is not None
        texts.append(choice.text)
    assert texts == ["once", "a", "b", "a"]


@pytest.mark.parametrize(
    "invitation",
    [
        INVITATION,
        "Is there anything you would like to ask me?",
        "What questions do you have for us?",
        "If you have any other questions, go ahead.",
        "That concludes my side. Any questions?",
    ],
)
def test_alice_asks_one_question_then_says_goodbye(invitation: str) -> None:
    memory, choice = choose(ALICE, Memory(), invitation)
    assert choice is not None
    assert choice.kind is Kind.QUESTION
    memory, choice = choose(
        ALICE,
        memory,
        "A person reads every interview, with your role in mind. The team answers within one week.",
    )
    assert choice is not None
    assert choice.kind is Kind.GOODBYE
    assert choose(ALICE, memory, "Thank you for the conversation. Goodbye.") == (memory, None)


def test_rambler_says_nothing_until_the_end() -> None:
    rambler = load_persona("rambler")
    memory = Memory()
    for asked in (GREETING, "What is your name?", "What is your role?", BRIDGE + "Tell me about a project."):
        memory, choice = choose(rambler, memory, asked)
        assert choice is not None
        assert choice.kind is Kind.DEFAULT
        assert len(choice.text.split()) > 30
    memory, choice = choose(rambler, memory, INVITATION)
    assert choice is not None
    assert choice.kind is Kind.GOODBYE


def test_brief_never_says_more_than_three_words() -> None:
    brief = load_persona("brief")
    texts = [text for answer in brief.answers for text in answer.say] + [*brief.default, brief.goodbye or ""]
    assert all(len(text.split()) <= 3 for text in texts)


@pytest.mark.parametrize("farewell", ["Goodbye.", "Have a nice day!", "That is all for today.", "Take care."])
def test_a_farewell_is_answered(farewell: str) -> None:
    memory, choice = choose(ALICE, Memory(), farewell)
    assert choice is not None
    assert choice.kind is Kind.GOODBYE
    assert memory.goodbyes == 1


def test_goodbyes_have_an_end() -> None:
    memory, said = Memory(), 0
    for _ in range(MAX_GOODBYES + 2):
        memory, choice = choose(load_persona("brief"), memory, "Do you have any questions?")
        said += choice is not None
    assert said == MAX_GOODBYES


def test_a_persona_without_goodbye_falls_silent() -> None:
    memory, choice = choose(Persona(name="N", default=("a",)), Memory(), INVITATION)
    assert choice is None
    assert memory.at_the_end


def test_personas_are_validated() -> None:
    assert {"alice", "brief", "rambler"} <= set(persona_names())
    with pytest.raises(ValidationError, match="no regular expression"):
        Answer(topic="x", when=("(",), say=("a",))
    with pytest.raises(PersonaError, match="neither a file nor one of alice"):
        load_persona("nobody")
