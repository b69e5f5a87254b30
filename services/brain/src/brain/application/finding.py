"""What the model finds beside the conversation, as JSON of a schema: facts, questions, scores.

None of it is waited for in silence: a model that is late or fails is answered for, with the reason.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import JsonValue
from viva_shared import metrics
from viva_shared.events import AnswerAssessed, FactsExtracted, QuestionsMade
from viva_shared.scenario import Scenario

from brain.application.ports import Model, ModelError, Prompt
from brain.application.prompts import extract_prompt, questions_prompt, score_prompt
from brain.domain.answers import MAX_EVIDENCE, usable_questions
from brain.domain.effects import Extract, MakeQuestions
from brain.domain.state import State

log = structlog.get_logger(__name__)

BEGUN_TOO_OFTEN = "begun too often without success"
FIRST_PAUSE_S = 0.2
"""Before a failure that may pass is tried again; twice as long each time."""
MAX_CHARS = 2_000
"""Of one text among what was found: an assessment is an event, and those have a limit."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that the model has, tries included."""

    extract_s: float
    questions_s: float
    """The candidate may be waiting for them."""


class Finder:
    """Asks the model for JSON. ``poison``: the effect was begun too often, so the model is not asked."""

    def __init__(self, model: Model, patience: Patience) -> None:
        self._model = model
        self._patience = patience

    async def extract(
        self, scenario: Scenario, state: State, extract: Extract, *, poison: bool
    ) -> FactsExtracted:
        """What is missing of a stage's facts."""
        prompt, schema = extract_prompt(scenario, state, extract)
        found, error = await self._find(extract.effect_id, prompt, schema, self._patience.extract_s, poison)
        facts: dict[str, str | None] = {fact: text for fact in extract.wanted if (text := _text(found, fact))}
        return FactsExtracted(ask_id=extract.effect_id, facts=facts, error=error)

    async def make_questions(self, scenario: Scenario, make: MakeQuestions, *, poison: bool) -> QuestionsMade:
        """The questions of the set; the scenario's own where the model has too few."""
        stage = scenario.question_stage
        if stage is None or stage.questions is None:
            raise ValueError(f"scenario {scenario.name!r} asks no question set")
        prompt, schema = questions_prompt(scenario, stage.questions)
        found, error = await self._find(make.effect_id, prompt, schema, self._patience.questions_s, poison)
        made = _texts(found, "questions")
        questions = usable_questions(made, stage.questions.count, stage.words.fallback)
        if error is None and not usable_questions(made, 1, ()):
            error = "none of the model's questions can be asked"
        return QuestionsMade(
            ask_id=make.effect_id,
            questions=questions,
            source="scenario" if error else "model",
            error=error,
        )

    async def assess(
        self, scenario: Scenario, effect_id: str, question: str, answer: str, *, poison: bool
    ) -> AnswerAssessed:
        """What the model makes of the answer to a question."""
        prompt, schema = score_prompt(scenario, question, answer)
        found, error = await self._find(effect_id, prompt, schema, self._patience.extract_s, poison)
        number = found.get("score")
        whole = _whole(number)
        if error is None and number is not None and whole is None:
            error = f"the model's score is no whole number: {str(number)[:50]}"
        return AnswerAssessed(
            ask_id=effect_id,
            score=whole,
            reason=_text(found, "reason"),
            evidence=tuple(_texts(found, "evidence")[:MAX_EVIDENCE]),
            feedback=_text(found, "feedback"),
            coach_notes=_text(found, "coach_notes"),
            error=error,
        )

    async def _find(
        self, effect_id: str, prompt: Prompt, schema: dict[str, Any], patience_s: float, poison: bool
    ) -> tuple[dict[str, JsonValue], str | None]:
        """What the model answers, or nothing and why."""
        if poison:
            return {}, BEGUN_TOO_OFTEN
        error = "the model was silent"
        try:
            async with asyncio.timeout(patience_s):
                pause_s = FIRST_PAUSE_S
                while True:
                    try:
                        return await self._model.structured(prompt, schema), None
                    except ModelError as failure:
                        error = str(failure)
                        log.warning("model.structured_failed", effect_id=effect_id, error=error)
                        metrics.MODEL_FAILURES.labels(failure.kind).inc()
                        if not failure.retryable:
                            return {}, error
                    await asyncio.sleep(pause_s)
                    pause_s *= 2
        except TimeoutError:
            log.warning("model.structured_late", effect_id=effect_id, error=error)
            metrics.MODEL_FAILURES.labels("silent").inc()
            return {}, error


def _whole(number: JsonValue) -> int | None:
    """A whole number; None if it is none."""
    if isinstance(number, float):
        return int(number) if number.is_integer() else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _text(found: dict[str, JsonValue], name: str) -> str:
    """A text of the answer; empty if it is none."""
    return text.strip()[:MAX_CHARS] if isinstance(text := found.get(name), str) else ""


def _texts(found: dict[str, JsonValue], name: str) -> list[str]:
    """Texts of the answer, without what is none."""
    texts = found.get(name)
    return [t.strip()[:MAX_CHARS] for t in texts if isinstance(t, str)] if isinstance(texts, list) else []
