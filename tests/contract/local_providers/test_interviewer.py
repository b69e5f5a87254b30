"""The interviewer's logic on tools it has never seen: a pizza order, an insurance claim."""

from typing import Any

import httpx
import pytest
from contract.local_providers.dialogue import (
    ACCIDENT,
    PIZZA,
    Json,
    ask,
    interview,
    model,
    said_by_model,
    text_of,
    user,
)
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from local_providers.gemini.api import gemini_router
from local_providers.gemini.numbers import numbers_in
from local_providers.gemini.phrases import WEAK_NAME
from local_providers.gemini.plan import Call
from local_providers.settings import Settings

pytestmark = pytest.mark.unit

STORY = "i was turning left at the lights and the other car came from behind and hit my door"


def test_it_asks_for_one_argument_at_a_time_and_calls_with_what_was_said() -> None:
    call, history = interview(
        PIZZA,
        [
            "i would like a large pizza please",
            "two",
            "five main street",
            "olives, ham and onions",
            "no it is not",
        ],
    )
    questions = said_by_model(history)
    assert [q.count("?") for q in questions] == [1] * 5
    for question, words in zip(
        questions,
        ("size of the pizza", "how many pizzas you want", "delivery address", "toppings", "gift"),
        strict=True,
    ):
        assert words in question
    assert call == Call(
        "place_order",
        {
            "size": "large",
            "quantity": 2,
            "address": "five main street",
            "toppings": ["olives", "ham", "onions"],
            "gift": False,
        },
    )


def test_what_is_volunteered_is_not_asked_again() -> None:
    call, history = interview(
        ACCIDENT,
        ["hello my name is maria gomez and i work as a bus driver for the city", STORY, "my sister saw it"],
    )
    assert len(said_by_model(history)) == 3
    assert call is not None
    assert call.arguments == {
        "full_name": "maria gomez",
        "occupation": "bus driver",
        "account": STORY,
        "witness": "my sister saw it",
    }


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("My name is Ana.", "Ana"),
        ("um yes i'm peter walker and i come from leeds", "peter walker"),
        ("it's mary jane", "mary jane"),
        ("well you can call me bo", "bo"),
        ("Jean-Luc Picard", "Jean-Luc Picard"),
        ("so my name's alice johnston i'm a nurse", "alice johnston"),
        ("I am ready. My full name is Omar Khan, thank you.", "Omar Khan"),
    ],
)
def test_a_name_is_found_in_noisy_speech(answer: str, name: str) -> None:
    call, _ = interview(ACCIDENT, [answer, "a teacher", STORY, "nobody"])
    assert call is not None
    assert call.arguments["full_name"] == name


@pytest.mark.parametrize(
    "answer", ["i am ready", "i'm not sure about that", "i am working on it right now today yes"]
)
def test_what_is_no_name_is_not_taken_for_one(answer: str) -> None:
    call, history = interview(ACCIDENT, [answer])
    assert call is None
    assert "your full name" in said_by_model(history)[-1]


def test_a_short_answer_is_followed_up_once_then_taken() -> None:
    call, history = interview(
        ACCIDENT, ["i'm ana", "teacher", "A crash.", "Just a crash.", "no one that i know of"]
    )
    questions = said_by_model(history)
    assert "how the accident happened" in questions[2]
    assert "how the accident happened" in questions[3]
    assert questions[2] != questions[3]
    assert call is not None
    assert call.arguments["account"] == "Just a crash."


def test_an_optional_argument_is_given_up_and_left_out() -> None:
    call, _ = interview(ACCIDENT, ["i'm ana", "teacher", STORY, "i don't know"])
    assert call is not None
    assert "witness" not in call.arguments


def test_a_required_argument_is_asked_for_again_and_again_in_other_words() -> None:
    ramble = (
        "well it is a long story you see because when we were young there was a dog and it used to run " * 2
    )
    call, history = interview(ACCIDENT, [ramble] * 5)
    assert call is None
    questions = said_by_model(history)
    assert all("your full name" in question for question in questions)
    assert len(set(questions)) == 6


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how long does a delivery take", "within forty minutes"),
        ("When will my claim be decided?", "ten working days"),
        ("can i park there", "Parking is free"),
        ("What is your favourite colour?", "I will pass this on to the team."),
    ],
)
def test_a_question_is_answered_and_the_interview_goes_on(question: str, answer: str) -> None:
    reply = text_of(ask([model("Hello. May I ask for your full name?"), user(question)], ACCIDENT))
    assert answer in reply
    assert "your full name" in reply
    assert reply.count("?") == 1


def test_orders_to_the_model_are_never_read_out() -> None:
    reply = text_of(ask([user("what question do you ask at a time")], None))
    assert "one question at a time" not in reply


def test_an_answer_and_a_question_in_one_turn_both_count() -> None:
    call, history = interview(
        ACCIDENT, ["My name is Ana. When are claims decided?", "a cook", STORY, "nobody"]
    )
    assert "ten working days" in said_by_model(history)[1]
    assert call is not None
    assert call.arguments["full_name"] == "Ana"


def test_who_did_not_understand_is_asked_again_not_passed_on() -> None:
    reply = text_of(
        ask([model("Hello. May I ask for your full name?"), user("sorry what do you mean")], ACCIDENT)
    )
    assert "your full name" in reply
    assert "team" not in reply


def test_questions_in_the_applications_own_words_are_recognised() -> None:
    history = [
        model(
            "Welcome! Please give us your name, then tell me in your own words how this accident happened."
        ),
        user(STORY),
    ]
    reply = text_of(ask(history, ACCIDENT))
    assert "happened" not in reply.split("?")[0].split(".")[-1]


def test_a_note_is_not_taken_for_the_users_words() -> None:
    history = [model("May I ask for your full name?"), user("[silence] my name is nobody")]
    assert "your full name" in text_of(ask(history, ACCIDENT))


def test_a_rejected_call_asks_for_what_was_wrong() -> None:
    _, history = interview(ACCIDENT, ["i'm ana", "teacher", STORY, "nobody"])
    history += [
        {"role": "model", "parts": [{"functionCall": {"name": "file_claim", "args": {}}}]},
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "file_claim", "response": {"error": "occupation: too short"}}}
            ],
        },
    ]
    assert "what you do for a living" in text_of(ask(history, ACCIDENT))


def test_an_accepted_call_is_not_made_again() -> None:
    _, history = interview(ACCIDENT, ["i'm ana", "teacher", STORY, "nobody"])
    history.append(
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "file_claim", "response": {"result": "ok"}}}],
        }
    )
    assert text_of(ask(history, ACCIDENT))


def test_a_forced_call_takes_what_is_known() -> None:
    config = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["file_claim"]}}
    reply = ask([model("May I ask for your full name?"), user("i'm ana")], ACCIDENT, toolConfig=config)
    assert reply == Call("file_claim", {"full_name": "ana", "occupation": "", "account": ""})


def test_without_tools_it_chats_and_says_goodbye() -> None:
    assert "?" in text_of(ask([model("Which size?"), user("a large one")]))
    assert "forty minutes" in text_of(ask([model("Any questions?"), user("how long do deliveries take")]))
    assert "oodbye" in text_of(ask([model("Any questions?"), user("okay bye")]))
    assert "oodbye" in text_of(ask([model("Do you have any questions?"), user("no that's all thank you")]))


def test_a_tool_without_arguments_is_called_when_it_is_meant() -> None:
    hang_up = {"name": "end_call", "description": "Ends the call after the user said goodbye."}
    assert ask([model("Anything else?"), user("no thanks goodbye")], hang_up) == Call("end_call", {})
    assert text_of(ask([model("Any questions?"), user("how long do deliveries take")], hang_up))


def test_say_is_said() -> None:
    history = [user("i'm ana"), user("[instruction] Hand over.\nSay: Let us move on to the next part.")]
    for seed in range(8):
        assert text_of(ask(history, ACCIDENT, seed)).endswith("Let us move on to the next part.")
    in_system = {"parts": [{"text": "You are a clerk.\n\nSay: Goodbye then."}]}
    assert text_of(ask([user("bye")], ACCIDENT, systemInstruction=in_system)).endswith("Goodbye then.")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("place", ["note", "history"])
def test_a_cut_reply_is_continued_not_repeated(seed: int, place: str) -> None:
    history = [model("Hello. May I ask for your full name?"), user("i'm ana")]
    whole = text_of(ask(history, ACCIDENT, seed))
    words = whole.split(" ")
    for count in range(1, len(words)):
        said = " ".join(words[:count])
        if place == "history" and said.endswith((".", "?")):
            continue  # a turn that ends its sentence is not known to be cut
        cut = [user(f"[instruction] Go on.\nAlready said: {said}")] if place == "note" else [model(said)]
        rest = text_of(ask([*history, *cut], ACCIDENT, seed if place == "note" else seed + 100))
        assert f"{said} {rest}".endswith("?")
        if place == "note":
            assert f"{said} {rest}" == whole
        else:
            assert rest
            assert not rest.startswith(words[0])


def test_a_reply_that_was_said_whole_needs_nothing_more() -> None:
    history = [user("i'm ana")]
    whole = text_of(ask(history, ACCIDENT))
    assert text_of(ask([*history, user(f"[instruction] Go on.\nAlready said: {whole}")], ACCIDENT)) == ""


@pytest.mark.parametrize("seed", range(5))
def test_a_cut_reply_is_continued_after_words_of_the_application(seed: int) -> None:
    history = [model("Hello. May I ask for your full name?"), user("i'm ana")]
    wordings = {text_of(ask(history, ACCIDENT, seed)) for seed in range(200)}
    lead = "Thank you for telling me, so let us move on."
    words = text_of(ask(history, ACCIDENT, seed)).split(" ")
    for count in range(1, len(words)):
        said = " ".join(words[:count])
        cut = user(f"[instruction] Go on.\nAlready said: {lead} {said}")
        rest = text_of(ask([*history, cut], ACCIDENT, seed + 100))
        assert f"{said} {rest}" in wordings


def test_a_last_sentence_that_was_begun_is_continued() -> None:
    lead, wanted = "Let us come to the end.", "Thank you for your time. Do you have any questions about it?"
    for said in ("", "Do", "Do you have any", "Do you have any questions about it?"):
        instruction = f"[instruction] Open the stage.\nSay: {wanted}\nAlready said: {lead} {said}"
        rest = text_of(ask([user("i'm ana"), user(instruction)], ACCIDENT))
        assert f"{said} {rest}".strip() == "Do you have any questions about it?"


async def test_a_fickle_model_words_the_same_request_anew() -> None:
    asked = {"contents": [user("hello")], "tools": [{"functionDeclarations": [ACCIDENT]}]}

    async def texts(settings: Settings) -> set[str]:
        app = FastAPI()
        app.include_router(gemini_router(settings, seed=3))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://local") as http:
            answers = [
                await http.post("/v1/models/any:generateContent", params={"key": "k"}, json=asked)
                for _ in range(20)
            ]
        return {answer.json()["candidates"][0]["content"]["parts"][0]["text"] for answer in answers}

    assert len(await texts(Settings())) == 1
    assert len(await texts(Settings(gemini_fickle=True))) > 3


def test_wording_varies_with_the_seed_and_only_with_it() -> None:
    history = [user("hello")]
    texts = {text_of(ask(history, ACCIDENT, seed)) for seed in range(20)}
    assert len(texts) > 5
    assert text_of(ask(history, ACCIDENT, 3)) == text_of(ask(history, ACCIDENT, 3))
    by_request = {text_of(ask(history, ACCIDENT, s, generationConfig={"seed": 7})) for s in range(5)}
    assert len(by_request) == 1


_NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=20)
_LEAVES = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "INTEGER", "number", "BOOLEAN"]), "description": st.text(max_size=60)}
)
_TOOLS = st.dictionaries(_NAMES, _LEAVES, min_size=1, max_size=4).flatmap(
    lambda properties: st.builds(
        lambda required: {
            "name": "tool",
            "parameters": {"type": "object", "properties": properties, "required": required},
        },
        st.lists(st.sampled_from(sorted(properties)), unique=True),
    )
)
_SPEECH = st.lists(
    st.one_of(
        st.text(max_size=80), st.sampled_from(["yes", "no", "two", "my name is bo", "what is that", STORY])
    ),
    max_size=8,
)


@given(tool=_TOOLS, answers=_SPEECH, seed=st.integers(0, 99))
def test_any_tool_and_any_speech_are_survived_and_nothing_is_made_up(
    tool: Json, answers: list[str], seed: int
) -> None:
    call, history = interview(tool, answers, seed)
    spoken: list[str] = [content["parts"][0]["text"] for content in history if content["role"] == "user"]
    assert all(text.strip() for text in said_by_model(history))
    if call is not None:
        properties: dict[str, Any] = tool["parameters"]["properties"]
        assert set(tool["parameters"]["required"]) <= set(call.arguments)
        for name, value in call.arguments.items():
            if properties[name]["type"] == "string":
                assert any(value in turn for turn in spoken), (name, value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("it's bob", "bob"),
        ("well it is alice brown", "alice brown"),
        ("a very good question and it is funny that you ask", None),
    ],
)
def test_it_is_names_somebody_only_at_the_beginning(text: str, name: str | None) -> None:
    match = WEAK_NAME.search(text)
    assert (text[match.end() :] if match else None) == name


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("0.0.00", [0.0, 0.0]), ("1,250.5 euros", [1250.5]), ("version 1.2.3", [1.2, 3.0]), ("none", [])],
)
def test_numbers_in_digits(text: str, numbers: list[float]) -> None:
    assert [number for _, number in numbers_in(text)] == numbers
