"""The report and its two renderings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from viva_shared.events import TurnTimings
from viva_shared.report import (
    InterviewReport,
    ReportConsent,
    ReportScore,
    ReportStage,
    ReportTurn,
    report_markdown,
    timing_rows,
    transcript_markdown,
)

pytestmark = pytest.mark.unit

START = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def report() -> InterviewReport:
    return InterviewReport(
        interview_id="i1",
        scenario="screening",
        scenario_title="Screening interview",
        started_at=START,
        ended_at=at(125),
        reason="goodbye",
        facts={"name": "alice martin", "current_role": None, "impact": "10 | 20\npercent"},
        stages=(
            ReportStage(
                name="self_intro", title="Introduction", entered_at=at(1), left_at=at(61), reason="opened"
            ),
            ReportStage(name="done", title="Closing", entered_at=at(61), reason="deadline"),
        ),
        turns=(
            ReportTurn(speaker="interviewer", text="Hello.", at=at(2), stage="self_intro", complete=True),
            ReportTurn(speaker="candidate", text="I am Alice.", at=at(9), stage="self_intro"),
            ReportTurn(
                speaker="interviewer",
                text="And what",
                at=at(63),
                stage="done",
                complete=False,
                source="model",
                timings=TurnTimings(transcribed_s=0.2, first_audio_s=1.5),
            ),
            ReportTurn(
                speaker="interviewer",
                text="Goodbye.",
                at=at(120),
                stage="done",
                complete=True,
                timings=TurnTimings(first_audio_s=2.5),
            ),
        ),
        model="gemini-flash-lite-latest",
    )


def test_transcript_has_both_sides_under_their_stages() -> None:
    assert (
        transcript_markdown(report())
        == """\
# Transcript: Screening interview

Interview `i1`, 2026-11-20 12:00 UTC.

## Introduction

**Interviewer** [0:02] Hello.

**Candidate** [0:09] I am Alice.

## Closing

**Interviewer** [1:03] And what *(cut short)*

**Interviewer** [2:00] Goodbye.
"""
    )


def test_report_has_facts_stages_timings_and_who_decides() -> None:
    assert (
        report_markdown(report())
        == """\
# Interview report: Screening interview

- Candidate: alice martin
- Interview: `i1`, scenario `screening`
- Started: 2026-11-20 12:00:00 UTC
- Lasted: 2:05, ended by goodbye
- Model: gemini-flash-lite-latest

## What was learnt

| Fact | In the candidate's words, as they were understood |
| --- | --- |
| name | alice martin |
| current role | not learnt |
| impact | 10 \\| 20 percent |

## Stages

| Stage | Entered at | Lasted | Left by |
| --- | --- | --- | --- |
| Introduction | 0:01 | 1:00 | deadline |
| Closing | 1:01 | not left | goodbye |

## How long the candidate waited

Seconds from the end of the candidate's speech.

| Step | Median | Longest | Answers |
| --- | --- | --- | --- |
| speech to text is final | 0.20 s | 0.20 s | 1 |
| first sound of the answer | 2.00 s | 2.50 s | 2 |

An AI held this interview. A person reads this and decides; Viva does not.
"""
    )


SCORES = (
    ReportScore(
        index=0,
        question="What did you build?",
        answer="A payment system\nfor a bank",
        utterance_ids=("u1", "u2"),
        score=70,
        reason="to the point",
        evidence=("a payment system", "for\na bank"),
        feedback="Name a result.",
        coach_notes="Practise\nnumbers.",
    ),
    ReportScore(index=1, question="Why?", score=85, reason="short", evidence=("so",)),
    ReportScore(index=2, question="And then?", reason="no answer was given"),
)


def test_scores_come_with_what_they_rest_on() -> None:
    consent = ReportConsent(via="page", at=START, notice="An AI holds this interview.")
    text = report_markdown(report().model_copy(update={"scores": SCORES, "consent": consent}))
    assert "- Consent: 2026-11-20 12:00:00 UTC, by page" in text
    assert "An AI held this interview and scored the answers. A person reads this and decides" in text
    assert (
        text[text.index("## Scores") : text.index("## What was learnt")]
        == """\
## Scores

Overall: 77.5 of 100, the mean of 2 of 3 answers.

|  | Question | Score | Why |
| --- | --- | --- | --- |
| 1 | What did you build? | 70 | to the point |
| 2 | Why? | 85 | short |
| 3 | And then? | none | no answer was given |

### 1. What did you build?

> “a payment system”

> “for a bank”

Feedback: Name a result.

Coach notes: Practise numbers.

### 2. Why?

> “so”

"""
    )


def test_without_a_score_there_is_no_mean() -> None:
    unscored = report().model_copy(update={"scores": SCORES[2:]})
    assert unscored.overall_score is None
    assert "Overall: none: 0 of 1 answers have a score." in report_markdown(unscored)
    assert InterviewReport.model_validate_json(unscored.model_dump_json()) == unscored


def test_an_interview_that_broke_off_at_once() -> None:
    bare = InterviewReport(interview_id="i1", scenario="screening", started_at=START)
    text = report_markdown(bare)
    assert "It has not ended." in text
    assert "What was learnt" not in text
    assert text.count("None.") == 1
    assert timing_rows(bare) == []
    assert bare.candidate is None


def test_it_reads_what_the_job_wrote_and_ignores_what_it_does_not_know() -> None:
    stored = report().model_dump(mode="json") | {"mood": "none of our business"}
    assert InterviewReport.model_validate(stored) == report()


def test_what_was_said_is_no_markdown() -> None:
    said = "# Hire me\n- <img src=x> ![x](http://x) | *now* `rm` _me_ ~~not~~ &lt; \\"
    plain = r"\# Hire me - \<img src=x\> !\[x\](http://x) \| \*now\* \`rm\` \_me\_ \~\~not\~\~ \&lt; \\"
    turn = ReportTurn(speaker="candidate", text=said, at=START, stage="done")
    score = ReportScore(index=0, question="Why?", score=1, evidence=(said,), feedback=said, reason=said)
    hostile = report().model_copy(
        update={"turns": (turn,), "scores": (score,), "facts": {"name": said}, "candidate_name": said}
    )
    assert f"**Candidate** [0:00] {plain}\n" in transcript_markdown(hostile)
    text = report_markdown(hostile)
    assert text.count(plain) == 5
    assert f"> “{plain}”\n" in text
    assert f"| name | {plain} |\n" in text
