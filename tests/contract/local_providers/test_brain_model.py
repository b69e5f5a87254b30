"""The brain's Gemini adapter on the real SDK: what it yields, and that every failure becomes a ModelError."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from brain.adapters.gemini import GeminiModel
from brain.application.finding import Finder, Patience
from brain.application.ports import ModelError, Prompt, Text, ToolCall, ToolSpec, Utterance
from brain.application.prompts import reply_prompt
from brain.domain.effects import Ask, MakeQuestions, Task
from brain.domain.state import Line, State
from contract.local_providers.dialogue import Faults
from viva_shared.scenario import Scenario, load_scenario

pytestmark = [
    pytest.mark.contract,
    pytest.mark.timeout(60),
    # google-genai 3.4 inherits from aiohttp's session, which aiohttp warns about.
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
]

SCENARIOS = Path(__file__).parents[3] / "scenarios"
QUESTION_SET, SCREENING = (load_scenario(name, SCENARIOS) for name in ("question_set", "screening"))
PATIENCE = Patience(extract_s=5.0, questions_s=5.0)
PROPERTIES = {
    "size": {"type": "string", "description": "The size of the pizza"},
    "address": {"type": "string", "description": "The delivery address"},
}
PARAMETERS = {"type": "object", "properties": PROPERTIES, "required": [*PROPERTIES]}
ORDER = ToolSpec("place_order", "Places the order.", PARAMETERS)
ASKED = (
    Utterance("interviewer", "What is the size of the pizza?"),
    Utterance("candidate", "a large one please"),
    Utterance("interviewer", "What is the delivery address?"),
)


@pytest.fixture
async def model(base_url: str) -> AsyncIterator[GeminiModel]:
    """The adapter as ``brain.main`` builds it for the local provider."""
    model = GeminiModel("gemini-flash-lite-latest", "local", base_url)
    yield model
    await model.aclose()


async def reply(model: GeminiModel, *conversation: Utterance) -> list[Text | ToolCall]:
    return [piece async for piece in model.stream(Prompt("You take orders.", conversation, (ORDER,)))]


@pytest.mark.parametrize(
    "conversation", [(), ASKED[:1], ASKED], ids=["nobody spoke", "ours first", "ours last"]
)
async def test_a_reply_is_streamed_whoever_spoke_last(
    model: GeminiModel, conversation: tuple[Utterance, ...]
) -> None:
    pieces = await reply(model, *conversation)
    assert len(pieces) > 1
    assert all(isinstance(piece, Text) for piece in pieces)


async def test_a_tool_call_has_its_arguments(model: GeminiModel) -> None:
    pieces = await reply(model, *ASKED, Utterance("candidate", "it is twelve hill road"))
    [call] = [piece for piece in pieces if isinstance(piece, ToolCall)]
    assert call.name == "place_order"
    assert set(call.arguments) == {"size", "address"}


async def test_extraction_keeps_to_the_schema(model: GeminiModel) -> None:
    nullable = {key: {**schema, "type": ["string", "null"]} for key, schema in PROPERTIES.items()}
    schema = {"type": "object", "properties": nullable, "required": [*nullable]}
    found = await model.structured(Prompt("Fill in what was said.", ASKED), schema)
    assert set(found) == {"size", "address"}
    assert "large" in str(found["size"])
    assert found["address"] is None


def answered(answer: str) -> State:
    """An interview in which the candidate said one thing, as utterance u1."""
    return State(
        interview_id="i1",
        room="r1",
        candidate_identity=None,
        candidate_name=None,
        stage="questions",
        facts={},
        lines=(Line(speaker="candidate", text=answer, of="u1", stage="questions"),),
    )


async def test_questions_are_made_for_the_job(model: GeminiModel) -> None:
    scenario = QUESTION_SET.tailored(count=4, job_title="Backend engineer", seniority="senior")
    made = await Finder(model, PATIENCE).make_questions(
        scenario, MakeQuestions(effect_id="questions"), poison=False
    )
    assert (made.source, made.error) == ("model", None)
    assert len(set(made.questions)) == 4
    assert "a senior Backend engineer" in made.questions[0]


@pytest.mark.parametrize(
    ("answer", "low", "high"),
    [
        ("I found the leak in the parser and fixed it. Since then we save two hours a day.", 50, 100),
        ("There are many problems in life, and the weather is one of them.", 0, 20),
        ("I do not know.", None, None),
    ],
)
async def test_an_answer_is_assessed_by_what_was_said(
    model: GeminiModel, answer: str, low: int | None, high: int | None
) -> None:
    question = "Tell me about a hard problem that you solved."
    assessed = await Finder(model, PATIENCE).assess(QUESTION_SET, "score-0.1", question, answer, poison=False)
    assert assessed.error is None
    assert assessed.reason
    assert assessed.feedback
    assert assessed.coach_notes
    if low is None or high is None:
        assert (assessed.score, assessed.evidence) == (None, ())
    else:
        assert assessed.score is not None
        assert low <= assessed.score <= high
        assert assessed.evidence
        assert all(quote in answer for quote in assessed.evidence)


async def test_an_answer_is_acknowledged_without_a_question(model: GeminiModel) -> None:
    ask = Ask(
        effect_id="a1", turn_id="t1", task=Task.ACKNOWLEDGE, stage="questions", seq=0, fallback="Thank you."
    )
    prompt = reply_prompt(QUESTION_SET, answered("I fixed the leak."), ask, "")
    pieces = [piece async for piece in model.stream(prompt)]
    text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
    assert text.count(".") == 1
    assert text.endswith(".")
    assert "?" not in text


@pytest.mark.parametrize(
    ("task", "scenario"), [(Task.ANSWER, SCREENING), (Task.FOLLOW_UP, QUESTION_SET)], ids=["stage", "set"]
)
async def test_a_note_is_asked_about_and_never_read_out(
    model: GeminiModel, task: Task, scenario: Scenario
) -> None:
    stage = scenario.stages[0].name
    ask = Ask(
        effect_id="a1", turn_id="t1", task=task, stage=stage, fallback="-", notes=("Ask what it cost them.",)
    )
    prompt = reply_prompt(scenario, answered("I fixed the leak."), ask, "")
    pieces = [piece async for piece in model.stream(prompt)]
    text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
    assert text.endswith("Could you tell me what it cost you?")
    assert "recruiter" not in text.lower()


@pytest.mark.parametrize(
    ("fault", "retryable", "kind"),
    [
        ({"status": 401}, False, "refused"),
        ({"status": 429}, True, "quota"),
        ({"status": 500}, True, "unavailable"),
        ({"cut_after": 1}, True, "cut"),
        ({"garbage": True}, True, "garbage"),
        ({"block": True}, False, "blocked"),
    ],
    ids=str,
)
async def test_every_failure_is_a_model_error(
    model: GeminiModel, faults: Faults, fault: dict[str, object], retryable: bool, kind: str
) -> None:
    faults("gemini", times=1, **fault)
    with pytest.raises(ModelError) as failure:
        await reply(model)
    assert (failure.value.retryable, failure.value.kind) == (retryable, kind)
    assert await reply(model), "the next one works"


async def test_nobody_there_is_a_model_error() -> None:
    model = GeminiModel("any", "local", "http://127.0.0.1:9")
    with pytest.raises(ModelError) as failure:
        await reply(model)
    assert failure.value.retryable
    await model.aclose()


async def test_a_stalled_stream_is_left_at_once(model: GeminiModel, faults: Faults) -> None:
    faults("gemini", times=1, stall=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await reply(model)
    assert await reply(model)
