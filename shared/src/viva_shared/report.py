"""What is left of an interview: the report, which the jobs write, and its two renderings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from statistics import mean
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, computed_field

from viva_shared.events import TurnTimings
from viva_shared.timings import step_timings

SPEAKERS = {"candidate": "Candidate", "interviewer": "Interviewer"}

MARKUP = re.compile(r"[\\`*_\[\]<>|~#&]")
"""What Markdown would take for its own in what people and models have said."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ReportStage(_Part):
    """One stage as it went.

    Attributes:
        left_at: None if the interview broke off in it.
        reason: why it was entered, as in ``stage.changed``.
    """

    name: str
    title: str
    entered_at: AwareDatetime
    left_at: AwareDatetime | None = None
    reason: str | None = None


class ReportTurn(_Part):
    """One turn of either side: what was understood of the candidate, what was heard of the interviewer.

    Attributes:
        timings: of an interviewer's answer, where they were measured.
        source: whose words an interviewer's turn was made of.
        complete: False if the candidate heard only a part.
    """

    speaker: Literal["candidate", "interviewer"]
    text: str
    at: AwareDatetime
    stage: str
    timings: TurnTimings | None = None
    source: Literal["model", "scenario"] | None = None
    complete: bool | None = None


class ReportScore(_Part):
    """One question of a question set, and what the answer to it is worth.

    Attributes:
        index: of the question, from 0.
        answer: all that the candidate said in answer to it.
        utterance_ids: of the turns that the answer is made of.
        score: 0 to 100, or None: ``reason`` says why.
        evidence: what the score rests on, in the candidate's own words.
        feedback: to the candidate.
        coach_notes: to a coach: what the candidate may practise.
        not_rescored: why the last scoring left all that as it was before, where it did.
    """

    index: int
    question: str
    answer: str = ""
    utterance_ids: tuple[str, ...] = ()
    score: int | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()
    feedback: str = ""
    coach_notes: str = ""
    not_rescored: str | None = None


class ReportScoring(_Part):
    """All scores as they were given at a time.

    Attributes:
        scored_at: when the last of them was given; None: not known.
        scored_by: the model, by its name.
    """

    scored_at: AwareDatetime | None
    scored_by: str
    scores: tuple[ReportScore, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def overall_score(self) -> float | None:
        """The mean of the answers that have a score; None if none has."""
        return _mean(self.scores)


class ReportNudge(_Part):
    """What a recruiter told the interviewer to work in, and when."""

    note: str
    at: AwareDatetime


class ReportConsent(_Part):
    """What the candidate agreed to, and how and when."""

    via: Literal["api", "page", "chat"]
    at: AwareDatetime
    notice: str


class InterviewReport(_Part):
    """A whole interview."""

    interview_id: str
    scenario: str
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    reason: str | None = None
    facts: dict[str, str | None] = {}
    data: dict[str, str | None] = {}
    """The interview's data as the state machine has it: stage, facts, deadline and room."""
    stages: tuple[ReportStage, ...] = ()
    turns: tuple[ReportTurn, ...] = ()
    model: str = ""
    scenario_title: str | None = None
    candidate_name: str | None = None
    scores: tuple[ReportScore, ...] = ()
    """One for each question of a question set, in the order in which they are asked."""
    consent: ReportConsent | None = None
    nudges: tuple[ReportNudge, ...] = ()
    scored_at: AwareDatetime | None = None
    """When the last of the scores was given."""
    scored_by: str | None = None
    """Whose they are; None: of the interview's own model."""
    scorings: tuple[ReportScoring, ...] = ()
    """What the scores were before they were given again, oldest first."""

    def rescored(
        self, scores: Sequence[ReportScore], scored_at: datetime, scored_by: str | None
    ) -> InterviewReport:
        """With other scores; those before are among the scorings. ``scored_by`` None: none of them is new."""
        if scored_by is None:
            return self.model_copy(update={"scores": tuple(scores)})
        before = ReportScoring(
            scored_at=self.scored_at, scored_by=self.scored_by or self.model, scores=self.scores
        )
        given = {"scores": tuple(scores), "scored_at": scored_at, "scored_by": scored_by}
        return self.model_copy(update={**given, "scorings": (*self.scorings, before)})

    def with_scores_of(self, other: InterviewReport) -> InterviewReport:
        """With the scores of another report of the interview, and what they were before."""
        names = ("scores", "scored_at", "scored_by", "scorings")
        return self.model_copy(update={name: getattr(other, name) for name in names})

    def for_candidate(self) -> InterviewReport:
        """Without what is for recruiters alone."""
        return self.model_copy(update={"nudges": (), "scorings": ()})

    @property
    def candidate(self) -> str | None:
        """How the candidate is called: by what was learnt in the interview, else as they joined."""
        return self.facts.get("name") or self.candidate_name

    @computed_field  # type: ignore[prop-decorator]
    @property
    def overall_score(self) -> float | None:
        """The mean of the answers that have a score; None if none has."""
        return _mean(self.scores)


def _mean(scores: Sequence[ReportScore]) -> float | None:
    numbers = [score.score for score in scores if score.score is not None]
    return round(mean(numbers), 1) if numbers else None


def transcript_markdown(report: InterviewReport) -> str:
    """Both sides' words in order, under a heading for each stage."""
    titles = {stage.name: stage.title for stage in report.stages}
    lines = [f"# Transcript: {_plain(report.scenario_title or report.scenario)}", ""]
    lines += [f"Interview `{report.interview_id}`, {report.started_at:%Y-%m-%d %H:%M} UTC.", ""]
    stage = None
    for turn in report.turns:
        if turn.stage != stage:
            stage = turn.stage
            lines += [f"## {_plain(titles.get(stage, stage))}", ""]
        offset = clock((turn.at - report.started_at).total_seconds())
        cut = " *(cut short)*" if turn.complete is False else ""
        lines += [f"**{SPEAKERS[turn.speaker]}** [{offset}] {_plain(turn.text) or '…'}{cut}", ""]
    return "\n".join(lines)


def report_markdown(report: InterviewReport) -> str:
    """Scores, facts, stages and timings, for the person who decides."""
    lines = [f"# Interview report: {_plain(report.scenario_title or report.scenario)}", ""]
    lines += [
        f"- Candidate: {_plain(report.candidate or 'not named')}",
        f"- Interview: `{report.interview_id}`, scenario `{report.scenario}`",
        f"- Started: {report.started_at:%Y-%m-%d %H:%M:%S} UTC",
    ]
    if report.ended_at:
        seconds = (report.ended_at - report.started_at).total_seconds()
        lines.append(f"- Lasted: {clock(seconds)}, ended by {report.reason or 'nothing known'}")
    else:
        lines.append("- It has not ended.")
    lines.append(f"- Model: {_plain(report.model or 'not known')}")
    if report.consent:
        lines.append(f"- Consent: {report.consent.at:%Y-%m-%d %H:%M:%S} UTC, by {report.consent.via}")
    lines += ["", *_scores(report)]
    if facts := [(name.replace("_", " "), value or "not learnt") for name, value in report.facts.items()]:
        header = ("Fact", "In the candidate's words, as they were understood")
        lines += ["## What was learnt", "", *_table(header, facts), ""]
    if report.nudges:
        notes = [
            (clock((nudge.at - report.started_at).total_seconds()), nudge.note) for nudge in report.nudges
        ]
        lines += ["## Notes to the interviewer", "", *_table(("At", "Note"), notes), ""]
    lines += ["## Stages", ""]
    why_left = [*(stage.reason for stage in report.stages), report.reason][1:]
    stages = [
        (
            stage.title,
            clock((stage.entered_at - report.started_at).total_seconds()),
            clock((stage.left_at - stage.entered_at).total_seconds()) if stage.left_at else "not left",
            left_by or "",
        )
        for stage, left_by in zip(report.stages, why_left, strict=True)
    ]
    lines += _table(("Stage", "Entered at", "Lasted", "Left by"), stages)
    lines += ["", "## How long the candidate waited", ""]
    if rows := timing_rows(report):
        lines += ["Seconds from the end of the candidate's speech.", ""]
        lines += _table(("Step", "Median", "Longest", "Answers"), rows)
    else:
        lines += ["Not measured: the candidate typed, or was not answered."]
    lines += ["", who_decides(report), ""]
    return "\n".join(lines)


def who_decides(report: InterviewReport) -> str:
    """What stands on every report."""
    an_ai = f"An AI held this interview{' and scored the answers' if report.scores else ''}."
    return f"{an_ai} A person reads this and decides; Viva does not."


def _scores(report: InterviewReport) -> list[str]:
    """The scores of a question set, each with what it rests on."""
    if not report.scores:
        return []
    scored = sum(score.score is not None for score in report.scores)
    of = f"{scored} of {len(report.scores)} answers"
    overall = f"{report.overall_score:g} of 100, the mean of {of}" if scored else f"none: {of} have a score"
    lines = ["## Scores", "", f"Overall: {overall}.", ""]
    lines += _table(
        ("", "Question", "Score", "Why"),
        [
            (str(s.index + 1), s.question, "none" if s.score is None else str(s.score), s.reason)
            for s in report.scores
        ],
    )
    for score in report.scores:
        notes = [f"> “{_plain(quote)}”" for quote in score.evidence]
        notes += [_plain(f"Feedback: {score.feedback}")] if score.feedback else []
        notes += [_plain(f"Coach notes: {score.coach_notes}")] if score.coach_notes else []
        if notes:
            lines += ["", f"### {score.index + 1}. {_plain(score.question)}"]
        for note in notes:
            lines += ["", note]
    return [*lines, ""]


def _plain(text: str) -> str:
    """A text on one line, of which Markdown makes nothing but that text."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def timing_rows(report: InterviewReport) -> list[tuple[str, str, str, str]]:
    """For each step of an answer: its title, the median, the longest, and how many were measured."""
    steps = step_timings(turn.timings for turn in report.turns if turn.timings)
    return [(s.title, f"{s.median_s:.2f} s", f"{s.longest_s:.2f} s", str(s.answers)) for s in steps]


def clock(seconds: float) -> str:
    """Minutes and seconds, as 4:09."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return ["None."]
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return lines + ["| " + " | ".join(map(_plain, row)) + " |" for row in rows]
