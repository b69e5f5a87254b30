"""Answers that are scored again: on each database, with what the scores were before."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from brain.application.finding import Finder, Patience
from brain.application.ports import ModelError, Prompt
from brain.application.rescoring import Rescoring
from fakes.clock import Clock
from fakes.model import ScriptedModel
from fakes.world import GIVEN
from fixtures.brains import TextRoom, eventually
from fixtures.records import STARTED, an_interview, changed
from pydantic import JsonValue
from viva_shared.archive import Archive, Database, LoggedEvent, Record, Rescorings, score_rows
from viva_shared.broker import Mailboxes
from viva_shared.report import InterviewReport, ReportScore

pytestmark = pytest.mark.integration

ANSWERS = ("I built a bridge.", "It fell.", "")
OLD = (
    ReportScore(index=0, question="What?", answer=ANSWERS[0], score=40, reason="old", evidence=("a bridge",)),
    ReportScore(index=1, question="Why?", answer=ANSWERS[1], score=20, reason="old", evidence=("It fell",)),
    ReportScore(index=2, question="And?", answer="", reason="no answer was given"),
)


class Scorer(ScriptedModel):
    """Gives 90 to every answer, with all of it as evidence, but for those on which it fails."""

    def __init__(self, *fails_on: str) -> None:
        super().__init__(["-"])
        self.fails_on = fails_on
        self.may_score = asyncio.Event()
        self.may_score.set()

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        self.prompts.append(prompt)
        await self.may_score.wait()
        answer = prompt.conversation[-1].text
        if answer in self.fails_on:
            raise ModelError("no quota", retryable=False)
        return {"score": 90, "reason": "new", "evidence": [answer], "feedback": "f", "coach_notes": "c"}


@pytest.fixture
def rescorings(database: Database, clock: Clock) -> Rescorings:
    return Rescorings(database, clock)


def rescoring(
    mailboxes: Mailboxes, archive: Archive, rescorings: Rescorings, model: ScriptedModel
) -> Rescoring:
    finder = Finder(model, Patience(5.0, 5.0))
    return Rescoring(mailboxes, archive, rescorings, finder, model="new model")


@pytest.fixture
def job(mailboxes: Mailboxes, archive: Archive, rescorings: Rescorings) -> Rescoring:
    return rescoring(mailboxes, archive, rescorings, Scorer())


def a_record(version: int = 1) -> Record:
    """A question set as it is recorded from its log."""
    report = InterviewReport(
        interview_id="i1",
        scenario="question_set@0",
        started_at=STARTED,
        model="old model",
        scores=OLD,
        scored_at=STARTED,
        scored_by="old model",
    )
    event = LoggedEvent(interview_id="i1", stream="in", position=0, entry_id=f"{version}-0", body="{}")
    return Record(
        interview=an_interview("i1", version=version, overall_score=report.overall_score),
        events=[event],
        scores=score_rows(report),
        report=report,
        scenario=GIVEN.model_dump_json(),
    )


async def state(archive: Archive) -> tuple[InterviewReport, list[int | None], float | None]:
    """The report, the rows, and what the list shows; the first two agree."""
    report, interview = await archive.report("i1"), await archive.get("i1")
    rows = [row.score for row in await archive.scores("i1")]
    assert report
    assert interview
    assert rows == [score.score for score in report.scores]
    assert interview.overall_score == report.overall_score
    return report, rows, interview.overall_score


async def test_the_report_is_written_anew_and_what_the_scores_were_is_kept(
    archive: Archive, rescorings: Rescorings, job: Rescoring, clock: Clock
) -> None:
    await archive.record(a_record())
    assert await rescorings.ask("i1", "key:1")
    assert await rescorings.asked(10) == ["i1"]

    await job.rescore("i1")

    report, rows, overall = await state(archive)
    assert (rows, overall) == ([90, 90, None], 90.0)
    assert [score.evidence for score in report.scores] == [("I built a bridge.",), ("It fell.",), ()]
    assert (report.scored_at, report.scored_by) == (clock.at, "new model")
    assert [(s.scored_at, s.scored_by, s.overall_score, s.scores) for s in report.scorings] == [
        (STARTED, "old model", 30.0, OLD)
    ]
    assert await rescorings.asked(10) == []
    lines = [(line.actor, line.action) for line in await archive.audit_log("i1")]
    assert lines == [("key:1", "interview.rescore_requested")]


async def test_whoever_asks_meanwhile_gets_the_same_scoring(
    archive: Archive, rescorings: Rescorings, job: Rescoring
) -> None:
    await archive.record(a_record())
    await rescorings.ask("i1", "key:1")
    await rescorings.ask("i1", "key:2")
    await asyncio.gather(*(job.rescore("i1") for _ in range(3)))
    await job.rescore("i1")
    assert len((await state(archive))[0].scorings) == 1
    await rescorings.ask("i1", "key:1")
    await job.rescore("i1")
    assert [s.scored_by for s in (await state(archive))[0].scorings] == ["old model", "new model"]


async def test_an_answer_that_the_model_fails_on_keeps_its_score_and_says_why(
    mailboxes: Mailboxes, archive: Archive, rescorings: Rescorings
) -> None:
    await archive.record(a_record())
    await rescorings.ask("i1", "key:1")
    await rescoring(mailboxes, archive, rescorings, Scorer("It fell.")).rescore("i1")
    report, rows, _ = await state(archive)
    assert rows == [90, 20, None]
    assert [score.not_rescored for score in report.scores] == [None, "no quota", None]
    assert report.scores[1].reason == "old"
    await rescorings.ask("i1", "key:1")
    await rescoring(mailboxes, archive, rescorings, Scorer()).rescore("i1")
    report, rows, _ = await state(archive)
    assert (rows, report.scores[1].not_rescored) == ([90, 90, None], None)


async def test_where_the_model_fails_on_all_nothing_is_new(
    mailboxes: Mailboxes, archive: Archive, rescorings: Rescorings
) -> None:
    await archive.record(a_record())
    await rescorings.ask("i1", "key:1")
    await rescoring(mailboxes, archive, rescorings, Scorer(*ANSWERS)).rescore("i1")
    report, rows, _ = await state(archive)
    assert (rows, report.scored_by, report.scorings) == ([40, 20, None], "old model", ())
    assert [score.not_rescored for score in report.scores] == ["no quota", "no quota", None]
    assert await rescorings.asked(10) == []


async def test_a_job_that_dies_has_changed_nothing_and_is_done_again(
    mailboxes: Mailboxes, archive: Archive, rescorings: Rescorings, job: Rescoring
) -> None:
    await archive.record(a_record())
    await rescorings.ask("i1", "key:1")
    model = Scorer()
    model.may_score.clear()
    dying = asyncio.create_task(rescoring(mailboxes, archive, rescorings, model).rescore("i1"))
    await eventually(lambda: asyncio.sleep(0, len(model.prompts)), lambda count: count == 2)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert (await state(archive))[0] == a_record().report
    assert await rescorings.asked(10) == ["i1"]
    await job.rescore("i1")
    assert (await state(archive))[1] == [90, 90, None]


async def test_what_is_recorded_from_the_log_later_keeps_the_new_scores(
    archive: Archive, rescorings: Rescorings, job: Rescoring
) -> None:
    await archive.record(a_record())
    await rescorings.ask("i1", "key:1")
    await job.rescore("i1")
    before = await state(archive)
    await archive.record(a_record(version=2))
    assert await state(archive) == before
    interview = await archive.get("i1")
    assert interview
    assert interview.version == 2


async def test_words_that_came_meanwhile_are_scored_too(
    mailboxes: Mailboxes, archive: Archive, rescorings: Rescorings, job: Rescoring
) -> None:
    await archive.record(a_record())
    await rescorings.ask("i1", "key:1")
    other = (OLD[0].model_copy(update={"answer": "I built two."}), *OLD[1:])
    assert await rescorings.write("i1", other, "new model") is None
    assert (await state(archive))[1] == [40, 20, None]
    assert await rescorings.asked(10) == ["i1"], "to be done again"


async def test_there_is_nothing_to_do_for_what_is_not_there(
    archive: Archive, rescorings: Rescorings, job: Rescoring
) -> None:
    assert not await rescorings.ask("nope", "key:1")
    await job.rescore("nope")
    await archive.record(a_record())
    await rescorings.ask("i1", "key:1")
    await archive.delete("i1", "key:1")
    await job.rescore("i1")
    assert await archive.report("i1") is None
    assert await archive.audit_log("nope") == []


async def test_without_its_scenario_it_is_given_up(
    archive: Archive, rescorings: Rescorings, job: Rescoring
) -> None:
    record = a_record()
    await archive.record(Record(interview=changed(record.interview), report=record.report))
    await rescorings.ask("i1", "key:1")
    await job.rescore("i1")
    assert await rescorings.asked(10) == []


async def test_redis_gets_the_report_as_long_as_it_has_the_interview(
    mailboxes: Mailboxes, archive: Archive, rescorings: Rescorings, job: Rescoring
) -> None:
    room = TextRoom(mailboxes)
    await room.open()
    record = a_record()
    assert record.report
    renamed = record.report.model_copy(update={"interview_id": room.interview_id})
    interview = changed(record.interview, id=room.interview_id, created_at=datetime.now(UTC))
    await archive.record(Record(interview=interview, report=renamed, scenario=record.scenario))
    await rescorings.ask(room.interview_id, "key:1")
    await job.rescore(room.interview_id)
    written = await mailboxes.report(room.interview_id)
    assert written
    assert InterviewReport.model_validate_json(written) == await archive.report(room.interview_id)
