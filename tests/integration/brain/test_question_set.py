"""Question sets in writing on a real Redis: questions made, answers scored, and a worker that dies at it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from brain.application.jobs import Jobs, ReportNotReady
from brain.application.ports import ModelError, Prompt
from brain.application.replaying import replay
from brain.application.reporting import build_report
from brain.domain.state import Phase
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fakes.world import QUESTION_SET, QUESTIONS
from fixtures.brains import TextRoom, build_worker, eventually, nothing_is_left, now, working
from pydantic import JsonValue
from viva_shared.broker import Mailboxes
from viva_shared.events import AnswerScored, EndRequested
from viva_shared.report import report_markdown

pytestmark = pytest.mark.integration

SCENARIO = QUESTION_SET.tailored(count=3, job_title="nurse")
ANSWERS = ("I built a ward plan", "The night shift was short", "I would listen to the team")


class Examiner(ScriptedModel):
    """Makes the three questions, says "I see." to each answer, and scores it by its length when it is let."""

    def __init__(self) -> None:
        super().__init__(["I ", "see."])
        self.may_score = asyncio.Event()
        self.may_score.set()
        self.scoring: list[str] = []

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        if "questions" in schema["properties"]:
            return {"questions": list(QUESTIONS)}
        answer = prompt.conversation[-1].text
        self.scoring.append(answer)
        await self.may_score.wait()
        evidence = [answer.splitlines()[0].upper(), "never said"]
        return {"score": len(answer), "reason": "its length", "evidence": [*evidence], "feedback": "Go on."}


class Refusing(ScriptedModel):
    """Has no key."""

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        raise ModelError("401 UNAUTHENTICATED", retryable=False)


async def scores(room: TextRoom) -> list[tuple[int, int | None]]:
    return sorted(
        (e.data.index, e.data.score) for e in await room.outputs() if isinstance(e.data, AnswerScored)
    )


async def answer_all(room: TextRoom) -> list[str]:
    """The candidate answers all questions; what they read."""
    read = [await room.hear()]
    for text in ANSWERS:
        await room.say(text)
        read.append(await room.hear())
    return read


async def test_a_whole_question_set_in_writing(mailboxes: Mailboxes) -> None:
    queue, room = RecordingQueue(), TextRoom(mailboxes, SCENARIO)
    async with working(build_worker(mailboxes, Examiner(), queue)):
        await room.open(via="text")
        read = await answer_all(room)
        await nothing_is_left(mailboxes)
    opening = f"{SCENARIO.words.greeting} {SCENARIO.stages[0].words.opening}"
    assert read == [
        f"{opening} Question 1 of 3. {QUESTIONS[0]}",
        f"I see. Question 2 of 3. {QUESTIONS[1]}",
        f"I see. Question 3 of 3. {QUESTIONS[2]}",
        SCENARIO.ending.farewell,
    ]
    assert await scores(room) == [(n, len(text)) for n, text in enumerate(ANSWERS)]
    assert (await room.state()).end_reason == "completed"
    assert (await replay(mailboxes, room.interview_id)).same
    report = await build_report(mailboxes, room.interview_id, "examiner")
    assert [(s.question, s.answer, s.utterance_ids) for s in report.scores] == [
        (question, text, (f"u{n}",))
        for n, (question, text) in enumerate(zip(QUESTIONS, ANSWERS, strict=True), 1)
    ]
    assert report.scores[0].evidence == (ANSWERS[0].upper(),)
    assert report.overall_score == round(sum(map(len, ANSWERS)) / 3, 1)
    assert "the mean of 3 of 3 answers" in report_markdown(report)


async def test_a_worker_that_dies_at_a_score_is_replaced_by_one_that_makes_it(mailboxes: Mailboxes) -> None:
    room, dying_at, examiner = TextRoom(mailboxes, SCENARIO), Examiner(), Examiner()
    dying_at.may_score.clear()
    worker = build_worker(mailboxes, dying_at, RecordingQueue(), lease_ttl_s=0.5)
    task = asyncio.create_task(worker.run())
    await room.open(via="text")
    await room.hear()
    await room.say(ANSWERS[0])
    assert await room.hear() == f"I see. Question 2 of 3. {QUESTIONS[1]}", "nobody waits for the score"
    await eventually(lambda: _value(dying_at.scoring), bool)
    worker._stop = _dead  # type: ignore[method-assign]  # a killed process gives nothing back
    for serving in asyncio.all_tasks():
        if room.interview_id in serving.get_name():
            serving.cancel()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await scores(room) == []
    async with working(build_worker(mailboxes, examiner, RecordingQueue(), lease_ttl_s=0.5)):
        await room.wait_for(lambda out: [e for e in out if e.type == "answer.scored"] or None, "a score")
        for text in ANSWERS[1:]:
            await room.say(text)
            await room.hear()
        await nothing_is_left(mailboxes)
    assert examiner.scoring == list(ANSWERS)
    assert await scores(room) == [(n, len(text)) for n, text in enumerate(ANSWERS)]
    assert (await replay(mailboxes, room.interview_id)).same


async def test_the_report_waits_for_the_scores(mailboxes: Mailboxes) -> None:
    queue, room, model = RecordingQueue(), TextRoom(mailboxes, SCENARIO), Examiner()
    model.may_score.clear()
    jobs = Jobs(mailboxes, queue, "examiner", now)
    async with working(build_worker(mailboxes, model, queue)):
        await room.open(via="text")
        await room.hear()
        await room.say(ANSWERS[0])
        await room.hear()
        await room.send(EndRequested(by="candidate"))
        await eventually(lambda: _value(queue.reports), bool)
        assert (await room.state()).phase is Phase.ENDED
        with pytest.raises(ReportNotReady, match=r"score-0\.1"):
            await jobs.write_report(room.interview_id)
        model.may_score.set()
        await nothing_is_left(mailboxes)
    await jobs.write_report(room.interview_id)
    assert await scores(room) == [(0, len(ANSWERS[0])), (1, None)]


async def test_without_the_model_there_are_questions_and_reasons_but_no_scores(mailboxes: Mailboxes) -> None:
    room = TextRoom(mailboxes, SCENARIO)
    async with working(build_worker(mailboxes, Refusing(["I see."]), RecordingQueue())):
        await room.open(via="text")
        read = await answer_all(room)
        await nothing_is_left(mailboxes)
    fallback = SCENARIO.stages[0].words.fallback
    assert all(question in text for question, text in zip(fallback[:3], read[:3], strict=True))
    report = await build_report(mailboxes, room.interview_id, "none")
    assert {score.reason for score in report.scores} == {"could not be scored: 401 UNAUTHENTICATED"}
    assert report.overall_score is None
    assert "Overall: none: 0 of 3 answers have a score." in report_markdown(report)


async def _value(value: Any) -> Any:
    return value


async def _dead() -> None:
    return
