"""The scenario as a whole, and how it is made for one interview."""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from viva_shared.scenario.errors import ScenarioError, problems
from viva_shared.scenario.parts import Consent, Ending, Name, Part, ScenarioWords, Silence, Speech, Stage

AI_BY_LANGUAGE = {
    "en": ("AI", "artificial intelligence"),
    "de": ("KI", "künstliche Intelligenz"),
    "fr": ("IA", "intelligence artificielle"),
    "es": ("IA", "inteligencia artificial"),
    "it": ("IA", "intelligenza artificiale"),
    "pt": ("IA", "inteligência artificial"),
}
"""How the interviewer may say what it is; in other languages it says AI."""


class Scenario(Part):
    """A whole interview as data."""

    name: Name
    title: str
    language: str = "en"
    interviewer: str
    """Who the interviewer is and how it behaves: the beginning of every prompt."""
    process: str = ""
    """What the interviewer may say about the process when asked, and what the candidate reads in the end."""
    words: ScenarioWords
    stages: tuple[Stage, ...] = Field(min_length=1)
    consent: Consent = Consent()
    shows_scores: bool = False
    """Whether the candidate sees scores and report: for practice. Else they are the recruiter's."""
    answer_within_s: Annotated[float, Field(gt=0)] = 1800.0
    """How long a candidate who types may take for an answer before the interview counts as abandoned."""
    silence: Silence = Silence()
    ending: Ending = Ending()
    speech: Speech = Speech()
    absence_grace_s: Annotated[float, Field(gt=0)] = 300.0
    """How long a candidate who left may stay away before the interview counts as abandoned."""

    @model_validator(mode="after")
    def _stages_fit_together(self) -> Self:
        names = [stage.name for stage in self.stages]
        if len(set(names)) < len(names):
            raise ValueError("two stages have the same name")
        tools = [stage.tool.name for stage in self.stages if stage.tool]
        if len(set(tools)) < len(tools):
            raise ValueError("two stages have a tool of the same name")
        facts = [fact for stage in self.stages if stage.tool for fact in stage.tool.arguments]
        if len(set(facts)) < len(facts):
            raise ValueError("two tools have an argument of the same name")
        for stage in self.stages[:-1]:
            if not (stage.tool or stage.questions or stage.deadline_s):
                raise ValueError(
                    f"stage {stage.name!r} could never end: give it a tool, questions or a deadline_s"
                )
            if stage.words.bridge is None:
                raise ValueError(f"stage {stage.name!r} needs words.bridge: it is not the last one")
        if self.stages[-1].tool or self.stages[-1].deadline_s:
            raise ValueError("the last stage ends on goodbye or silence: it takes no tool and no deadline_s")
        if sum(stage.questions is not None for stage in self.stages) > 1:
            raise ValueError("two stages have questions: one can")
        return self

    @model_validator(mode="after")
    def _says_that_it_is_an_ai(self) -> Self:
        first_sentence = re.split(r"(?<=[.?!])\s", self.words.greeting.strip())[0]
        known = AI_BY_LANGUAGE.get(self.language.partition("-")[0], ("AI",))
        if not any(re.search(rf"\b{re.escape(word)}\b", first_sentence, re.IGNORECASE) for word in known):
            raise ValueError(
                f"words.greeting: its first sentence must say that an AI speaks ({' or '.join(known)})"
            )
        return self

    @property
    def question_stage(self) -> Stage | None:
        """The stage that asks a question set, if there is one."""
        return next((stage for stage in self.stages if stage.questions), None)

    def tailored(
        self,
        *,
        count: int | None = None,
        job_title: str | None = None,
        seniority: str | None = None,
        given: tuple[str, ...] | None = None,
    ) -> Scenario:
        """The scenario with its question set made for one interview; None leaves what the scenario says.

        Raises:
            ScenarioError: it asks no question set, or the values do not fit.
        """
        wanted = {"job_title": job_title, "seniority": seniority, "given": given, "count": count}
        changes = {name: value for name, value in wanted.items() if value is not None}
        if not changes:
            return self
        if self.question_stage is None:
            raise ScenarioError(
                f"scenario {self.name!r} asks no question set: leave out {', '.join(changes)}"
            )
        if given and count not in (None, len(given)):
            raise ScenarioError(f"{len(given)} questions are given, and {count} are wanted: leave one out")
        if given:
            changes["count"] = len(given)
        content = self.model_dump()
        for stage in content["stages"]:
            if stage["questions"]:
                stage["questions"] |= changes
        try:
            return Scenario.model_validate(content)
        except ValidationError as error:
            raise ScenarioError("; ".join(problems(error))) from error

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the scenario's content, the first 12 hex digits."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def index(self, stage: str) -> int:
        """Position of a stage by its name."""
        return next(i for i, s in enumerate(self.stages) if s.name == stage)

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of all facts that the stages want to learn."""
        return tuple(name for stage in self.stages if stage.tool for name in stage.tool.arguments)
