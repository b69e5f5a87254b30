"""Interviews as files: what recruiters keep is what was said, whatever that is."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fixtures.front_door import front_door
from fixtures.records import STARTED, an_interview
from pypdf import PdfReader
from tokens.settings import TokensSettings
from viva_shared.archive import Archive, Database, Record
from viva_shared.report import InterviewReport, ReportConsent, ReportScore, ReportStage, ReportTurn

pytestmark = pytest.mark.integration

NAME = "Алёна Žižková-Παπαδοπούλου"
QUESTION = "Which part of it was yours?"
HOSTILE = "<b>日本</b> {nb} | # \0\x1b[31m \u202e \U0001f44b " + "x" * 500


@pytest.fixture
async def archive(settings: TokensSettings) -> AsyncIterator[Archive]:
    """The front door's."""
    database = Database(settings.database_url)
    yield Archive(database, lambda: datetime.now(UTC))
    await database.aclose()


def turn(seconds: float, text: str, *, candidate: bool, complete: bool | None = None) -> ReportTurn:
    return ReportTurn(
        speaker="candidate" if candidate else "interviewer",
        text=text,
        at=STARTED + timedelta(seconds=seconds),
        stage="questions",
        complete=complete,
    )


def record(**changes: Any) -> Record:
    """An interview that has ended, with some of everything."""
    report = InterviewReport(
        interview_id="i1",
        scenario="question_set@0123456789ab",
        scenario_title="Interview questions",
        started_at=STARTED,
        ended_at=STARTED + timedelta(seconds=125),
        reason="completed",
        facts={"name": NAME, "current_role": None},
        stages=(
            ReportStage(
                name="questions",
                title="Questions",
                entered_at=STARTED,
                left_at=STARTED + timedelta(seconds=125),
                reason="opened",
            ),
        ),
        turns=(
            turn(1, f"Question 1 of 2. {QUESTION}", candidate=False, complete=True),
            turn(20, "The engine was mine, all of it.", candidate=True),
            turn(40, "Thank you. Question", candidate=False, complete=False),
        ),
        scores=(
            ReportScore(
                index=0,
                question=QUESTION,
                answer="The engine was mine, all of it.",
                score=82,
                reason="Says what was done.",
                evidence=("the engine was mine",),
                feedback="Well told.",
                coach_notes="Name a number.",
            ),
            ReportScore(index=1, question="And then?", reason="no answer was given"),
        ),
        consent=ReportConsent(via="page", at=STARTED, notice="An AI holds this interview."),
        model="a model",
    )
    interview = an_interview("i1", candidate_name=NAME, job_title="Nurse", seniority="senior")
    return Record(interview=interview, report=report.model_copy(update=changes))


async def export(http: httpx.AsyncClient, kind: str, interview_id: str = "i1") -> httpx.Response:
    answer = await http.get(f"/interviews/{interview_id}/export", params={"format": kind})
    assert answer.status_code == 200, answer.text
    ending = {"markdown": "md"}.get(kind, kind)
    disposition = f'attachment; filename="interview-{interview_id}.{ending}"'
    assert answer.headers["content-disposition"] == disposition
    return answer


def pages(pdf: bytes) -> list[str]:
    """Each page's text, with single blanks between words."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def footers(pdf: bytes) -> set[int]:
    """How far from the left the footers begin, in points."""
    found = set()

    def visit(text: str, _: object, matrix: list[float], *__: object) -> None:
        if text.startswith("Interview i1, exported"):
            found.add(round(matrix[4]))

    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=visit)
    return found


async def test_pdf(http: httpx.AsyncClient, archive: Archive) -> None:
    await archive.record(record())
    answer = await export(http, "pdf")
    assert answer.headers["content-type"] == "application/pdf"
    [text] = pages(answer.content)
    for words in (
        f"Interview questions {NAME} An AI held this interview and scored the answers. A person reads",
        "Position Nurse, senior Started 2026-01-15 09:30 UTC Ended after 2:05: all questions were asked",
        "Consent given 2026-01-15 09:30 UTC, by page Scenario question_set@0123456789ab, language en",
        "Overall 82.0 of 100, the mean of 1 of 2 answers.",
        f"1 {QUESTION} 82 2 And then? –",
        "82 of 100 Says what was done. Evidence 0:20 “the engine was mine” Feedback Well told. Coach",
        "No score no answer was given",
        f"Name {NAME} Current role not learnt",
        "Candidate 0:20 The engine was mine, all of it. Interviewer 0:40 Thank you. Question (cut short)",
        "Interview i1, exported",
    ):
        assert words in text, text
    assert text.endswith("1 / 1")
    metadata = PdfReader(io.BytesIO(answer.content)).metadata
    assert metadata is not None
    assert metadata.title == f"Interview questions: {NAME}"


async def test_a_pdf_takes_whatever_was_said(
    http: httpx.AsyncClient, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    turns = tuple(turn(n, f"{HOSTILE} number {n}", candidate=n % 2 == 0) for n in range(60))
    scores = tuple(
        ReportScore(index=n, question="q" * 1000, score=n, reason=HOSTILE * 9, evidence=(HOSTILE, ""))
        for n in range(3)
    )
    facts = {"name": HOSTILE, HOSTILE: HOSTILE * 20}
    await archive.record(record(turns=turns, scores=scores, facts=facts))
    pdf = (await export(http, "pdf")).content
    text = pages(pdf)
    assert len(text) > 6
    assert len(footers(pdf)) == 1, "where a turn goes over the page, the footer stays"
    assert [page.rsplit(" ", 3)[1:] for page in text] == [
        [str(n), "/", str(len(text))] for n in range(1, len(text) + 1)
    ]
    assert "{nb}" in text[-1]
    assert "number 59" in text[-1]
    assert "<b>\ufffd\ufffd</b>" in text[-1]
    assert "日" not in caplog.text


async def test_markdown(http: httpx.AsyncClient, archive: Archive) -> None:
    await archive.record(record(turns=(turn(1, "# <b>Hire</b> me", candidate=True),)))
    answer = await export(http, "markdown")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert f"- Candidate: {NAME}\n" in answer.text
    assert "| 1 | Which part of it was yours? | 82 | Says what was done. |\n" in answer.text
    assert "**Candidate** [0:01] \\# \\<b\\>Hire\\</b\\> me\n" in answer.text
    assert "A person reads this and decides" in answer.text


async def test_json_is_what_is_read(http: httpx.AsyncClient, archive: Archive) -> None:
    await archive.record(record())
    answer = await export(http, "json")
    assert answer.json() == (await http.get("/interviews/i1")).json()
    assert answer.json()["scores"][0]["evidence"] == [{"quote": "the engine was mine", "turn": 1}]
    assert (await http.get("/interviews/i1/export")).content == answer.content


async def test_an_interview_that_goes_on_says_so(http: httpx.AsyncClient) -> None:
    body = {"session_id": "s1", "candidate_name": NAME}
    assert (await http.post("/interviews", json=body)).status_code == 201
    assert (await export(http, "json", "s1")).json()["is_final"] is False
    assert "- It has not ended.\n" in (await export(http, "markdown", "s1")).text
    [text] = pages((await export(http, "pdf", "s1")).content)
    assert "Started not yet Ended It has not ended: this is the interview as far as it was when" in text


async def test_no_fonts(settings: TokensSettings, archive: Archive, tmp_path: Path) -> None:
    await archive.record(record())
    async with front_door(settings.model_copy(update={"fonts_dir": tmp_path})) as http:
        answer = await http.get("/interviews/i1/export", params={"format": "pdf"})
    assert (answer.status_code, answer.json()["type"]) == (500, "not_configured")
    assert "VIVA_FONTS_DIR" in answer.json()["detail"]


async def test_there_is_no_such_format(http: httpx.AsyncClient) -> None:
    answer = await http.get("/interviews/i1/export", params={"format": "docx"})
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid_request")
