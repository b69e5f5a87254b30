"""What an interview is to be about, as requests say it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tokens.adapters.http.fields import NOT_BLANK, Form, Number
from tokens.application.scenarios import Brief

Question = Annotated[
    str, StringConstraints(min_length=1, max_length=1000), Form(NOT_BLANK, "more than blanks")
]


class BriefFields(BaseModel):
    """What is left out is the scenario's."""

    model_config = ConfigDict(extra="forbid")

    scenario: str | None = Field(
        None, max_length=64, description="Name of the scenario.", examples=["question_set"]
    )
    language: Annotated[str, Form(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language tag, such as en")] | None = (
        Field(None, max_length=20, description="One that the scenario speaks.", examples=["en"])
    )
    job_title: str | None = Field(None, max_length=200, examples=["Backend engineer"])
    seniority: str | None = Field(None, max_length=100, examples=["senior"])
    num_questions: Annotated[int, Field(ge=1, le=20), Number] | None = Field(
        None, description="How many are made; as many as `questions`, if both are given."
    )
    questions: list[Question] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="Asked word for word, in place of those that are made for the job.",
        examples=[["Tell me about a hard problem that you solved."]],
    )

    @property
    def brief(self) -> Brief:
        """The same, for the use cases."""
        return Brief(
            scenario=self.scenario,
            language=self.language,
            job_title=self.job_title,
            seniority=self.seniority,
            num_questions=self.num_questions,
            questions=None if self.questions is None else tuple(self.questions),
        )
