"""What interviews in writing are asked and answered with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from viva_shared.report import InterviewReport, ReportScore, ReportTurn
from viva_shared.room_messages import time_left
from viva_shared.scenario import Scenario

from tokens.adapters.http.briefs import BriefFields
from tokens.adapters.http.fields import NOT_BLANK, Form, ParticipantName, SessionId
from tokens.application.courses import Said
from tokens.application.writing import Answered
from tokens.domain.exchanges import Progress

TurnId = Annotated[str, Form(r"[A-Za-z0-9_-]{1,64}", "a turn_id, as it was given out")]
AnswerText = Annotated[
    str, StringConstraints(min_length=1, max_length=8000), Form(NOT_BLANK, "more than blanks")
]


def _agreed(consent: bool) -> bool:
    if not consent:
        raise PydanticCustomError("consent", "must be true: who does not agree sends nothing")
    return consent


Agreed = Annotated[StrictBool, AfterValidator(_agreed), WithJsonSchema({"type": "boolean", "const": True})]
"""Literal[True] would take a 1."""
TURN = "Which of the interviewer's turns this is: name it in the answer to it."
ASKED = "What the interviewer says; none: it has nothing more to say."


class StartRequest(BriefFields):
    """An interview to be begun in writing. An invited candidate's is there: only consent is to be said."""

    candidate_name: ParticipantName | None = Field(None, examples=["Ada Lovelace"])
    consent: StrictBool = Field(
        False, description="Whether the candidate has agreed to the scenario's notice."
    )
    session_id: SessionId | None = Field(
        None, description="The interview's id; none: a new interview, for an invited candidate their own."
    )
    switch: StrictBool = Field(
        False,
        description="Whether an interview that is held by voice goes on in writing: its bot leaves, and what "
        "it was saying is the question.",
    )


class SessionRequest(BaseModel):
    """Which interview."""

    model_config = ConfigDict(extra="forbid")

    session_id: SessionId


class ConsentRequest(SessionRequest):
    """The candidate agrees."""

    consent: Agreed


class AnswerRequest(SessionRequest):
    """The candidate's words."""

    answer: AnswerText = Field(examples=["I rebuilt the billing of a shop, and its errors fell by half."])
    turn_id: TurnId | None = Field(
        None,
        description="The turn that this answers. With it the same answer may be sent again until its result "
        "has come; none: the current turn.",
        examples=["t1"],
    )


class ProgressView(BaseModel):
    """How far the interview is."""

    stage: str | None = Field(description="Name of the stage; none: not begun.", examples=["questions"])
    title: str | None = Field(description="Of the stage.", examples=["Questions"])
    stage_number: int | None = Field(description="From 1.", examples=[1])
    num_stages: int | None = Field(examples=[3])
    question_number: int | None = Field(description="In a question set, from 1.", examples=[1])
    num_questions: int | None = Field(examples=[5])
    label: str = Field(description="All that in words.", examples=["Question 1 of 5"])
    complete: bool = Field(description="Nothing more will be asked.")
    time_left_s: float | None = Field(
        description="Seconds left of the stage's deadline, as of this answer; none: it has none.",
        examples=[240.5],
    )

    @classmethod
    def of(cls, progress: Progress) -> ProgressView:
        stage, question = progress.stage, progress.question
        time_left_s = None
        if stage and progress.since and not progress.complete:
            time_left_s = time_left(stage, progress.since, datetime.now(UTC))
        return cls(
            stage=stage and stage.stage,
            title=stage and stage.title,
            stage_number=stage and stage.index + 1,
            num_stages=stage and stage.of,
            question_number=question and question.index + 1,
            num_questions=question and question.of,
            label=progress.label,
            complete=progress.complete,
            time_left_s=time_left_s,
        )


class StartResponse(BaseModel):
    """An interview that has begun."""

    session_id: SessionId
    scenario: str = Field(examples=["question_set"])
    title: str = Field(examples=["Interview questions"])
    turn_id: str | None = Field(description=TURN, examples=["t1"])
    question: str | None = Field(
        description=ASKED, examples=["Hello, I am Viva, an AI interviewer. Question 1 of 5. …"]
    )
    progress: ProgressView
    notice: str = Field(description="What the candidate is told of an AI that interviews and scores.")

    @classmethod
    def of(cls, said: Said) -> StartResponse:
        return cls(
            session_id=said.interview_id,
            scenario=said.scenario.name,
            title=said.scenario.title,
            turn_id=said.turn_id,
            question=said.text,
            progress=ProgressView.of(said.progress),
            notice=said.scenario.consent.notice,
        )


class ConsentResponse(BaseModel):
    """What was agreed to, and when."""

    session_id: SessionId
    consented_at: AwareDatetime
    notice: str


class AnswerResponse(BaseModel):
    """What came of an answer. A score is a number with evidence, or none with the reason."""

    session_id: SessionId
    score: Annotated[int, Field(ge=0, le=100)] | None = Field(examples=[70])
    reason: str = Field(description="For the score, or for its absence.")
    evidence: tuple[str, ...] = Field(
        description="What the score rests on, in the candidate's own words.",
        examples=[["its errors fell by half"]],
    )
    feedback: str | None = Field(description="To the candidate.")
    coach_notes: str | None = Field(description="What may be practised.")
    turn_id: str | None = Field(description=TURN, examples=["t2"])
    question: str | None = Field(description=ASKED)
    progress: ProgressView
    complete: bool = Field(description="The interview is over: POST /interview/finish gives its report.")

    @classmethod
    def of(cls, answered: Answered) -> AnswerResponse:
        said, score = answered.said, answered.score
        return cls(
            session_id=said.interview_id,
            score=score and score.score,
            reason=score.reason if score else answered.why_no_score,
            evidence=score.evidence if score else (),
            feedback=score and score.feedback,
            coach_notes=score and score.coach_notes,
            turn_id=said.turn_id,
            question=said.text,
            progress=ProgressView.of(said.progress),
            complete=said.progress.complete,
        )


class FinishResponse(BaseModel):
    """An interview that is over."""

    session_id: SessionId
    complete: Literal[True] = True
    message: str = Field(description="What happens next, for the candidate.")
    report: InterviewReport | None = Field(description="None: it is for those who invited the candidate.")

    @classmethod
    def of(cls, interview_id: str, scenario: Scenario, report: InterviewReport | None) -> FinishResponse:
        return cls(session_id=interview_id, message=next_steps(scenario), report=report)


def next_steps(scenario: Scenario) -> str:
    """What happens after the interview, for the candidate."""
    return " ".join(scenario.process.split()) or "A person reads the interview and decides."


class DictationResponse(BaseModel):
    """What was understood: nothing is said with it yet."""

    text: str = Field(
        description="Empty: nothing was understood.", examples=["I rebuilt the billing of a shop."]
    )
    duration_s: float = Field(description="Of the recording, in seconds.", examples=[4.2])


class ConsentState(BaseModel):
    """Whether the candidate has agreed, and to what."""

    required: bool
    given_at: AwareDatetime | None
    notice: str


class SessionResponse(BaseModel):
    """Where an interview is."""

    session_id: SessionId
    scenario: str = Field(examples=["question_set"])
    title: str = Field(examples=["Interview questions"])
    language: str = Field(examples=["en"])
    job_title: str | None = Field(description="Of a question set.", examples=["Data engineer"])
    candidate_name: str | None = Field(examples=["Ada Lovelace"])
    shows_scores: bool = Field(description="Whether candidates see the scores and the report.")
    next_steps: str = Field(description="What happens after the interview, for the candidate.")
    via: Literal["voice", "text"] | None = Field(
        description="How the candidate takes part; none: not yet, or not at the moment."
    )
    status: Literal["waiting", "running", "ended"]
    end_reason: str | None = Field(examples=["completed"])
    consent: ConsentState
    progress: ProgressView
    turn_id: str | None = Field(description="Of the turn to be answered; none: it is not the candidate's.")
    question: str | None = Field(
        description="What the interviewer said in that turn; by voice, without a turn_id, what it said last."
    )
    transcript: tuple[ReportTurn, ...] = Field(description="Both sides, as they were understood and heard.")
    scores: tuple[ReportScore, ...] | None = Field(description="None: they are not for the caller.")
    last_event_id: str = Field(
        description="All this is as of that event: follow the events after it.", examples=["1764000000000-3"]
    )
