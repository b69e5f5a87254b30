"""What recruiters' calls are asked and answered with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from viva_shared.archive import AuditEntry, Interview, Status
from viva_shared.report import (
    ReportConsent,
    ReportNudge,
    ReportScore,
    ReportScoring,
    ReportStage,
    ReportTurn,
)
from viva_shared.timings import StepTimings, step_timings

from tokens.adapters.http.briefs import BriefFields
from tokens.adapters.http.fields import NOT_BLANK, Form, Number, ParticipantName, SessionId
from tokens.adapters.http.interview_models import ProgressView
from tokens.application.live import Details
from tokens.application.recruiting import Invited
from tokens.domain.evidence import evidence_turns

ExportFormat = Literal["json", "markdown", "pdf"]
InviteTtl = Annotated[int, Field(ge=60, le=366 * 86_400), Number]
INVITE_TTL = "Seconds for which the invite opens the interview; none: the server's setting."
SCORE = "0 to 100: the mean of the answers that have a score; none: no answer has."


class NewInterview(BriefFields):
    """An interview for a candidate who is to be invited."""

    candidate_name: ParticipantName | None = Field(
        None, description="How the interviewer calls the candidate.", examples=["Ada Lovelace"]
    )
    session_id: SessionId | None = Field(
        None, description="The interview's id; none: one that nobody guesses."
    )
    invite_ttl_s: InviteTtl | None = Field(
        None,
        description=f"{INVITE_TTL} An interview that nobody has begun by then counts as abandoned.",
        examples=[604_800],
    )


class NewInvite(BaseModel):
    """How long another link is to be good."""

    model_config = ConfigDict(extra="forbid")

    invite_ttl_s: InviteTtl | None = Field(
        None,
        description=f"{INVITE_TTL} It ends with the time in which the interview may be begun, at the latest.",
        examples=[86_400],
    )


class Nudge(BaseModel):
    """What the interviewer is to work in, as a question or a remark of its own."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[
        str, StringConstraints(min_length=1, max_length=500), Form(NOT_BLANK, "more than blanks")
    ] = Field(examples=["Ask what they would do differently today."])


class InvitedCandidate(BaseModel):
    """What opens an interview to its candidate: whoever has it can hold the interview."""

    session_id: str = Field(description="The interview's id.", examples=["backend-7f3a"])
    invite: str = Field(description="What the link holds; good as a bearer token, too.")
    invite_url: str = Field(
        description="The link for the candidate.", examples=["https://viva.example.com/?invite=eyJhbGciOi"]
    )
    expires_at: AwareDatetime

    @classmethod
    def of(cls, invited: Invited) -> InvitedCandidate:
        return cls(
            session_id=invited.interview_id,
            invite=invited.invite,
            invite_url=invited.link,
            expires_at=invited.expires_at,
        )


class Accepted(BaseModel):
    """It is about to be done."""

    session_id: str


class InterviewItem(BaseModel):
    """An interview in the list; what is not known, or not yet, is null."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)

    session_id: str = Field(validation_alias="id", examples=["backend-7f3a"])
    status: Status = Field(description="created: nobody has begun it.")
    scenario: str | None = Field(examples=["question_set"])
    scenario_title: str | None = Field(examples=["Interview questions"])
    language: str | None = Field(examples=["en"])
    job_title: str | None = Field(examples=["Backend engineer"])
    seniority: str | None = Field(examples=["senior"])
    candidate_name: str | None = Field(examples=["Ada Lovelace"])
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    end_reason: str | None = Field(
        description="goodbye, silence, abandoned, completed or finished.", examples=["completed"]
    )
    overall_score: float | None = Field(description=SCORE, examples=[68.5])
    questions_scored: int = Field(0, description="Answers that have a score.", examples=[4])
    num_questions: int = Field(0, description="Questions with a score, or the reason for none.", examples=[5])

    @classmethod
    def listed(cls, interview: Interview, scored: tuple[int, int]) -> InterviewItem:
        numbers, questions = scored
        item = cls.model_validate(interview)
        return item.model_copy(update={"questions_scored": numbers, "num_questions": questions})


class InterviewPage(BaseModel):
    """Some interviews, newest first."""

    items: list[InterviewItem]
    next_cursor: str | None = Field(description="Asks for those that follow; none: there are no more.")


class Evidence(BaseModel):
    """What a score rests on, in the candidate's own words."""

    quote: str
    turn: int | None = Field(description="Index of the turn in which it was said, where it was found.")


class ScoreView(ReportScore):
    """One question of a question set, and what the answer to it is worth."""

    evidence: list[Evidence]  # type: ignore[assignment]


class InterviewDetails(InterviewItem):
    """All that is known of an interview."""

    scenario_hash: str | None
    created_by: str | None = Field(description="As in the audit log.", examples=["key:1f2e3d4c5b6a"])
    archived_at: AwareDatetime | None = Field(description="From then on the archive alone has it.")
    model: str | None = Field(description="Whose words the interviewer's are, and whose the scores.")
    is_final: bool = Field(description="Its report is written; else this is how far it is.")
    progress: ProgressView | None = Field(description="How far it is; none: the archive alone has it.")
    via: Literal["voice", "text"] | None = Field(
        description="How the candidate takes part; none: not yet, or not at the moment."
    )
    last_event_id: str | None = Field(
        description="All this is as of that event: follow the events after it. None: nothing may follow.",
        examples=["1764000000000-3"],
    )
    consent: ReportConsent | None
    facts: dict[str, str | None] = Field(description="What was learnt; null: it was not.")
    stages: list[ReportStage]
    turns: list[ReportTurn]
    scores: list[ScoreView]
    scored_at: AwareDatetime | None = Field(description="When the last of the scores was given.")
    scored_by: str | None = Field(description="The model whose scores they are; none: there are none.")
    rescoring: bool = Field(description="They are about to be given again.")
    scorings: list[ReportScoring] = Field(
        description="What the scores were before they were given again, oldest first."
    )
    nudges: list[ReportNudge] = Field(description="What recruiters told the interviewer to work in.")
    timings: list[StepTimings] = Field(
        description="How long the candidate waited, step by step; those of each answer are in `turns`."
    )

    @classmethod
    def of(cls, details: Details) -> InterviewDetails:
        report, course = details.report, details.course
        scores = [_score(score, report.turns) for score in report.scores]
        numbers = sum(score.score is not None for score in scores)
        item = InterviewItem.listed(details.interview, (numbers, len(scores))).model_dump()
        more = ("scenario_hash", "created_by", "archived_at", "model")
        return cls(
            **item,
            **{name: getattr(details.interview, name) for name in more},
            is_final=details.is_final,
            progress=course and ProgressView.of(course.progress),
            via=course.via if course and not course.is_over else None,
            last_event_id=course and course.last_output,
            consent=report.consent,
            facts=report.facts,
            stages=list(report.stages),
            turns=list(report.turns),
            scores=scores,
            scored_at=report.scored_at,
            scored_by=(report.scored_by or report.model or None) if scores else None,
            rescoring=details.interview.rescore_asked_at is not None,
            scorings=list(report.scorings),
            nudges=list(report.nudges),
            timings=step_timings(turn.timings for turn in report.turns if turn.timings),
        )


def _score(score: ReportScore, turns: Sequence[ReportTurn]) -> ScoreView:
    evidence = [
        Evidence(quote=quote, turn=turn)
        for quote, turn in zip(score.evidence, evidence_turns(score, turns), strict=True)
    ]
    return ScoreView(**score.model_dump(exclude={"evidence"}), evidence=evidence)


class AuditLine(BaseModel):
    """Who did what. It holds nothing that was said, and stays when the interview is deleted."""

    id: int
    at: AwareDatetime
    actor: str = Field(
        description="key:<id>, oidc:<subject>, candidate:<session_id>, anyone, or a part of Viva.",
        examples=["key:1f2e3d4c5b6a"],
    )
    action: str = Field(examples=["interview.read"])
    session_id: str | None
    detail: dict[str, Any] | None

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditLine:
        return cls(
            id=entry.id,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            session_id=entry.interview_id,
            detail=entry.detail,
        )


class AuditPage(BaseModel):
    """Some lines, newest first."""

    items: list[AuditLine]
    next_cursor: int | None = Field(description="Asks for those that follow; none: there are no more.")
