"""Holding interviews in writing: answers and what comes of them, up to the report."""

from __future__ import annotations

from dataclasses import dataclass

from viva_shared.events import AnswerScored, EndRequested, UtteranceHeard
from viva_shared.report import InterviewReport
from viva_shared.scenario import Scenario

from tokens.application.auditing import Auditing
from tokens.application.courses import Courses, Said, said
from tokens.application.idempotency import Call, IdempotencyKeys
from tokens.application.reading import Reading
from tokens.domain.callers import Caller, Candidate, Recruiter, sees_scores
from tokens.domain.errors import AlreadyAnswered, AnswerRejected, InterviewEnded
from tokens.domain.exchanges import Answer, Exchange
from tokens.domain.turns import is_given_out, must_be_current


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an answer.

    Attributes:
        score: None: ``why_no_score`` says why.
    """

    said: Said
    score: AnswerScored | None
    why_no_score: str


@dataclass(frozen=True, slots=True)
class Finished:
    """An interview that is over. ``report`` is None where it is not for the caller."""

    interview_id: str
    scenario: Scenario
    report: InterviewReport | None


class Writing:
    """Each call may be repeated. All raise Forbidden, UnknownInterview, BrainBusy, and Unavailable while
    Redis is away."""

    def __init__(self, courses: Courses, keys: IdempotencyKeys, auditing: Auditing) -> None:
        self._courses = courses
        self._keys = keys
        self._auditing = auditing

    async def answer(
        self, caller: Caller, call: Call, interview_id: str, turn_id: str | None, text: str
    ) -> Answered:
        """Answer the current turn, which is ``turn_id`` if that is given.

        Without a key, the same answer to the same turn is the same call until its result was given out.

        Raises:
            ConsentRequired, NotStarted, Conflict, OutOfTurn, AlreadyAnswered, InterviewEnded: no effect.
            AnswerRejected: it came to nothing.
        """
        give_up = self._courses.give_up()
        known = await self._keys.chosen(call)
        reading = await self._courses.reach(caller, interview_id)
        course = reading.course
        turn_id = known["turn_id"] if known else turn_id or must_be_current(course, None).turn_id
        answer = course.answers.get(turn_id)
        if answer is None:
            must_be_current(course, turn_id)
        elif answer.text != text or (known is None and is_given_out(course, answer.utterance_id)):
            raise AlreadyAnswered(f"turn {turn_id!r} has been answered")
        chosen = await self._keys.choose(call, {"turn_id": turn_id}) if known is None else known
        if chosen["turn_id"] != turn_id:  # the same call came twice at once, and the other was quicker
            return await self.answer(caller, call, interview_id, turn_id, text)
        answer = answer or await self._say(reading, turn_id, text)
        exchange = await self._reply(reading, answer, give_up)
        shown = sees_scores(caller, reading.scenario)
        if shown:
            await self._courses.until(reading, lambda: not course.awaits_score(exchange), give_up)
        if exchange.progress.complete:
            await self._courses.until(reading, lambda: course.ended is not None, give_up)
        score = course.score_of(exchange) if shown else None
        return Answered(said(reading, exchange), score, _why_no_score(exchange, shown=shown))

    async def _say(self, reading: Reading, turn_id: str, text: str) -> Answer:
        """Put the answer into the mailbox. Raises AlreadyAnswered: another call was quicker."""
        await self._courses.hear(reading)
        answer = Answer(reading.course.answer_id(turn_id), text)
        heard = UtteranceHeard(utterance_id=answer.utterance_id, text=text, via="text")
        epoch = reading.room_epoch
        if not await self._courses.happened(reading, heard, answer.utterance_id, room_epoch=epoch):
            others = (await self._courses.read(reading.interview_id)).course.answers.get(turn_id)
            if others != answer:
                raise AlreadyAnswered(f"turn {turn_id!r} has been answered")
        return answer

    async def _reply(self, reading: Reading, answer: Answer, give_up: float) -> Exchange:
        """What the interviewer says to an answer, all of it. Raises AnswerRejected or InterviewEnded."""
        course = reading.course

        def is_over() -> bool:
            exchange = course.exchange_of(answer.utterance_id)
            is_told = exchange is not None and course.is_told(exchange)
            return is_told or course.ended is not None or answer.utterance_id in course.rejected

        await self._courses.until(reading, is_over, give_up)
        if answer.utterance_id in course.rejected:
            raise AnswerRejected("this answer could not be taken in: answer again, in other words")
        if (exchange := course.exchange_of(answer.utterance_id)) is None:
            raise InterviewEnded(f"interview {course.interview_id!r} ended before this answer")
        await self._courses.hear(reading)
        return exchange

    async def finish(self, caller: Caller, call: Call, interview_id: str) -> Finished:
        """End the interview, if it has not ended, and wait for its report, if it is for the caller."""
        give_up = self._courses.give_up()
        reading = await self._courses.recall(caller, interview_id)
        await self._keys.chosen(call)  # there is nothing to choose
        course = reading.course
        if not course.is_over:
            await self._courses.hear(reading)
            by_recruiter = isinstance(caller, Recruiter)
            wanted = EndRequested(by="recruiter" if by_recruiter else "candidate")
            if await self._courses.happened(reading, wanted, "end") and by_recruiter:
                await self._auditing.note(caller.actor, "interview.end_requested", interview_id)
            await self._courses.until(reading, lambda: course.ended is not None, give_up)
        report = None
        if sees_scores(caller, reading.scenario):
            report = await self._courses.report(reading, give_up)
            if isinstance(caller, Candidate):
                report = report.for_candidate()
        return Finished(interview_id, reading.scenario, report)


def _why_no_score(exchange: Exchange, *, shown: bool) -> str:
    if not shown:
        return "the scores of this interview are for those who invited you"
    if exchange.asked is None:
        return "only answers to the questions of a set are scored one by one"
    return "the question was put again: this was no answer to it"
