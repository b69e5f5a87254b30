"""A rehearsal's view of an interview in a real Redis; the test plays the brain, a small process the rest."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from fixtures.processes import free_port
from redis.asyncio import Redis
from rich.console import Console
from viva.rehearsal.door import ask_for_token
from viva.rehearsal.errors import RehearsalError
from viva.rehearsal.files import write_files
from viva.rehearsal.interview import Interview, Patience, must_be_good
from viva.rehearsal.show import LiveView
from viva.stack.child import Child, Spec
from viva.stack.readiness import Started
from viva_shared.broker import FIRST, Held, Mailboxes
from viva_shared.events import (
    AnswerScored,
    FactsLearnt,
    InterviewCreated,
    InterviewEnded,
    Payload,
    QuestionAsked,
    ReplyHeard,
    ReplyStarted,
    StageChanged,
    TurnTimings,
    UtteranceHeard,
    new_event,
)
from viva_shared.report import InterviewReport

pytestmark = pytest.mark.integration

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
IID = "i1"
STAYS = "import time; time.sleep(60)"


class Stage:
    """Writes an interview as bot and brain would."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self.mailboxes = mailboxes
        self._seconds = 0
        self._cursor = FIRST

    async def _at(self) -> datetime:
        await asyncio.sleep(0.002)  # what two streams hold is ordered by the millisecond
        self._seconds += 5
        return START + timedelta(seconds=self._seconds)

    async def create(self) -> None:
        created = InterviewCreated(scenario="screening", scenario_hash="0", room=f"interview-{IID}")
        await self.mailboxes.create(new_event(IID, created, START), "{}")
        held = await self.mailboxes.acquire(IID, "test", 60_000)
        assert isinstance(held, Held)
        self._lease = held.lease

    async def happens(self, data: Payload) -> None:
        await self.mailboxes.append(new_event(IID, data, await self._at()))

    async def decides(self, data: Payload) -> None:
        await self.mailboxes.emit(self._lease, [new_event(IID, data, await self._at())])

    async def ends(self, reason: Literal["goodbye", "abandoned", "completed"] = "goodbye") -> None:
        await self.decides(ReplyStarted(turn_id="t2"))
        await self.decides(InterviewEnded(reason=reason))
        await self.happens(ReplyHeard(turn_id="t2", text="Goodbye.", complete=True))


@pytest.fixture
async def stage(mailboxes: Mailboxes) -> Stage:
    stage = Stage(mailboxes)
    await stage.create()
    return stage


@asynccontextmanager
async def no_waiting(text: str) -> AsyncIterator[None]:
    yield


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def interview(redis: Redis, mailboxes: Mailboxes, screen: io.StringIO) -> Interview:
    view = LiveView(Console(file=screen, width=200))
    patience = Patience(interview_s=5, last_words_s=0.5, report_s=0.5, leaving_s=0.5)
    return Interview(IID, redis, mailboxes.keys, patience, view.show, no_waiting)


@asynccontextmanager
async def candidate(tmp_path: Path, code: str) -> AsyncIterator[Child]:
    child = await Child.start(Spec("candidate", (sys.executable, "-c", code), Started()), tmp_path)
    try:
        yield child
    finally:
        await child.stop()


async def test_shows_an_interview_to_its_end(
    interview: Interview, stage: Stage, screen: io.StringIO, tmp_path: Path
) -> None:
    await stage.decides(StageChanged(stage="a", title="Intro", index=0, of=3, reason="opened"))
    await stage.decides(ReplyStarted(turn_id="t1"))
    await stage.happens(UtteranceHeard(utterance_id="u1", text="I am [Alice].", via="text"))
    timings = TurnTimings(first_audio_s=1.42)
    await stage.happens(ReplyHeard(turn_id="t1", text="Go on", complete=False, timings=timings))
    await stage.decides(FactsLearnt(facts={"name": "Alice", "role": None}))
    await stage.ends()

    async with candidate(tmp_path, STAYS) as child:
        ended = await interview.until_end(child)

    assert ended.reason == "goodbye"
    must_be_good(ended)
    assert [line.rstrip() for line in screen.getvalue().splitlines()] == [
        " 0:00  interview i1 (screening) in room interview-i1",
        " 0:05  ── Intro (1 of 3, opened) ──",
        " 0:15  candidate   I am [Alice]. (typed)",
        " 0:20  interviewer Go on (cut short) (answered in 1.42 s)",
        " 0:25  learnt      name: Alice",
        " 0:35  ── the end (goodbye) ──",
        " 0:40  interviewer Goodbye.",
    ]


async def test_shows_questions_and_scores_to_the_last(
    interview: Interview, stage: Stage, screen: io.StringIO, tmp_path: Path
) -> None:
    await stage.decides(QuestionAsked(turn_id="t1", index=0, of=1, text="Why?"))
    scored = AnswerScored(
        index=0, of=1, utterance_id="u1", score=70, reason="to the point.", feedback="More [numbers]."
    )
    unanswered = scored.model_copy(update={"score": None, "reason": "no answer was given", "feedback": ""})
    await stage.ends("completed")
    async with candidate(tmp_path, STAYS) as child:
        ending = asyncio.create_task(interview.until_end(child))
        await asyncio.sleep(0.1)
        assert not ending.done(), "the last score is still to come"
        await stage.decides(scored)
        must_be_good(await ending)
    interview.show(new_event(IID, unanswered, START))
    lines = [line[7:].rstrip() for line in screen.getvalue().splitlines()]
    assert lines[1] == "Question 1 of 1"
    assert lines[-2:] == [
        "scored      question 1: 70: to the point. More [numbers].",
        "scored      question 1: no score: no answer was given",
    ]


async def test_last_words_that_nobody_hears_do_not_hold_it_up(
    interview: Interview, stage: Stage, tmp_path: Path
) -> None:
    await stage.decides(ReplyStarted(turn_id="t1"))
    await stage.decides(InterviewEnded(reason="silence"))
    async with candidate(tmp_path, STAYS) as child:
        assert (await interview.until_end(child)).reason == "silence"


async def test_a_candidate_that_fails_is_quoted(interview: Interview, stage: Stage, tmp_path: Path) -> None:
    async with candidate(tmp_path, "import sys; print('no microphone'); sys.exit(4)") as child:
        with pytest.raises(RehearsalError, match=r"(?s)exit code 4.*no microphone"):
            await interview.until_end(child)


async def test_a_candidate_that_leaves_early(interview: Interview, stage: Stage, tmp_path: Path) -> None:
    async with candidate(tmp_path, "pass") as child:
        with pytest.raises(RehearsalError, match="left before the end"):
            await interview.until_end(child)


async def test_an_abandoned_interview_is_no_success(
    interview: Interview, stage: Stage, tmp_path: Path
) -> None:
    await stage.ends("abandoned")
    async with candidate(tmp_path, STAYS) as child:
        ended = await interview.until_end(child)
        with pytest.raises(RehearsalError, match="abandoned"):
            must_be_good(ended)
        with pytest.raises(RehearsalError, match="still in the room"):
            await interview.candidate_leaves(child)


async def test_report_is_waited_for_and_written(
    interview: Interview, redis: Redis, mailboxes: Mailboxes, tmp_path: Path
) -> None:
    with pytest.raises(RehearsalError, match="no report"):
        await interview.report()
    stored = InterviewReport(interview_id=IID, scenario="screening", started_at=START)
    await redis.set(mailboxes.keys.report(IID), stored.model_dump_json())
    assert await interview.report() == stored

    paths = write_files(tmp_path / IID, stored, "interview-i1")

    assert [path.name for path in paths] == ["transcript.md", "interview.json", "report.md"]
    record = paths[1].read_text()
    assert '"room": "interview-i1"' in record
    assert '"versions": {' in record
    assert paths[2].read_text().startswith("# Interview report: screening")


async def test_a_front_door_that_is_not_there() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(RehearsalError, match=rf"the front door at {url} does not answer") as caught:
        await ask_for_token(url, session_id="i1", participant_name="Alice", scenario="screening")
    assert caught.value.logs == ("tokens",)
