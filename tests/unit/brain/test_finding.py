"""What the model is told to find, and what is made of what is late, wrong or of no use."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from brain.application.finding import BEGUN_TOO_OFTEN, MAX_CHARS, Finder, Patience
from brain.application.ports import ModelError, Prompt
from brain.application.prompts import reply_prompt
from brain.domain.effects import MakeQuestions
from fakes.model import ScriptedModel
from fakes.world import GIVEN, QUESTION_SET, QUESTIONS, World
from pydantic import JsonValue
from viva_shared.events import AnswerAssessed, QuestionsMade
from viva_shared.scenario import Scenario

pytestmark = pytest.mark.unit

JOB = QUESTION_SET.tailored(count=3, job_title="nurse", seniority="senior")
FALLBACK = JOB.stages[0].words.fallback
SAID = "A payment system for a large bank"
GOOD: dict[str, JsonValue] = {
    "score": 80,
    "reason": "to the point",
    "evidence": ["a payment system"],
    "feedback": "name a result",
    "coach_notes": "practise numbers",
}


class Finding(ScriptedModel):
    """Answers with one script after the other; None is never."""

    def __init__(self, *finds: dict[str, JsonValue] | ModelError | None) -> None:
        super().__init__([])
        self._finds = list(finds)
        self.schemas: list[dict[str, Any]] = []

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        self.prompts.append(prompt)
        self.schemas.append(schema)
        found = self._finds.pop(0)
        if isinstance(found, ModelError):
            raise found
        if found is None:
            await asyncio.Event().wait()
        return found or {}


def finder(model: Finding, patience_s: float = 1.0) -> Finder:
    return Finder(model, Patience(patience_s, patience_s))


async def make(model: Finding, *, poison: bool = False, patience_s: float = 1.0) -> QuestionsMade:
    effect = MakeQuestions(effect_id="questions")
    return await finder(model, patience_s).make_questions(JOB, effect, poison=poison)


async def assess(model: Finding, scenario: Scenario = GIVEN) -> AnswerAssessed:
    """The first answer of an interview, assessed."""
    world = World(scenario)
    world.begin()
    world.is_heard()
    world.candidate_says(SAID)
    [wanted] = world.scorings()
    question = world.is_in.questions[wanted.index]
    answer = world.is_in.answer_to(question)
    return await finder(model).assess(scenario, wanted.effect_id, question.text, answer, poison=False)


async def test_questions_are_made_for_the_job() -> None:
    model = Finding({"questions": [*QUESTIONS]})
    made = await make(model)
    assert (made.questions, made.source, made.error) == (QUESTIONS, "model", None)
    assert "Job title: nurse\nSeniority: senior" in model.prompts[0].system
    assert "Write 3 interview questions" in model.prompts[0].system
    assert "names a\nresult" in model.prompts[0].system, "the rubric"
    assert model.schemas[0]["properties"]["questions"]["maxItems"] == 3


@pytest.mark.parametrize(
    ("found", "asked", "source"),
    [
        ({"questions": ["Why?", 7, None, " why "]}, ("Why?", *FALLBACK[:2]), "model"),
        ({"questions": ["x" * (MAX_CHARS + 1)]}, FALLBACK[:3], "scenario"),
        ({"questions": "Why?"}, FALLBACK[:3], "scenario"),
        ({}, FALLBACK[:3], "scenario"),
        (ModelError("401", retryable=False), FALLBACK[:3], "scenario"),
    ],
)
async def test_what_cannot_be_asked_is_made_up_for_by_the_scenario(
    found: dict[str, JsonValue] | ModelError, asked: tuple[str, ...], source: str
) -> None:
    made = await make(Finding(found))
    assert (made.questions, made.source) == (asked, source)
    assert (made.error is None) is (source == "model")


async def test_a_failure_that_passes_is_tried_again() -> None:
    model = Finding(ModelError("503", retryable=True), {"questions": [*QUESTIONS]})
    assert (await make(model)).source == "model"


async def test_the_model_has_a_limited_time() -> None:
    late = await make(Finding(ModelError("503", retryable=True), None), patience_s=0.3)
    assert (late.source, late.error) == ("scenario", "503")


async def test_what_was_begun_too_often_is_not_asked_of_the_model() -> None:
    made = await make(Finding(), poison=True)
    assert (made.questions, made.error) == (FALLBACK[:3], BEGUN_TOO_OFTEN)
    scored = await finder(Finding()).assess(GIVEN, "score-0.1", "Why?", "Because.", poison=True)
    assert (scored.score, scored.error) == (None, BEGUN_TOO_OFTEN)


async def test_an_answer_is_assessed() -> None:
    model = Finding(GOOD)
    assessed = await assess(model, GIVEN.tailored(job_title="nurse"))
    assert assessed == AnswerAssessed.model_validate({"ask_id": "score-0.1"} | GOOD)
    [prompt] = model.prompts
    assert [(line.speaker, line.text) for line in prompt.conversation] == [
        ("interviewer", QUESTIONS[0]),
        ("candidate", SAID),
    ]
    assert "Never infer emotion" in prompt.system
    assert "Job title: nurse" in prompt.system
    assert "'en'" in prompt.system
    assert SAID not in prompt.system, "what a candidate says is no instruction"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"score": "80"}, "the model's score is no whole number: 80"),
        ({"score": 80.5}, "the model's score is no whole number: 80.5"),
        ({"score": True}, "the model's score is no whole number: True"),
        ({"score": 80.0}, None),
        ({"score": float("nan")}, "the model's score is no whole number: nan"),
        ({"score": None}, None),
        ({"evidence": "a payment system"}, None),
        ({"evidence": [1, "x" * MAX_CHARS * 2] * 30, "reason": "y" * MAX_CHARS * 2, "feedback": {}}, None),
    ],
)
async def test_an_assessment_of_another_shape_does_no_harm(
    wrong: dict[str, JsonValue], error: str | None
) -> None:
    assessed = await assess(Finding(GOOD | wrong))
    assert assessed.error == error
    assert assessed.score in (None, 80)
    assert len(assessed.model_dump_json()) < 30_000, "it must fit into an event"


def test_an_acknowledgement_asks_nothing_and_has_no_tool() -> None:
    world = World(GIVEN)
    world.begin()
    world.is_heard()
    world.candidate_says(SAID)
    prompt = reply_prompt(GIVEN, world.is_in, world.ask(), "")
    assert "do not ask anything" in prompt.system.split("\n\n")[-1]
    assert prompt.tools == ()
    assert prompt.conversation[-1].text == SAID
