"""One interview under way: from the candidate's start to the report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from redis.asyncio import Redis
from viva_shared.broker import Keys
from viva_shared.events import (
    AnswerScored,
    Envelope,
    InterviewEnded,
    QuestionAsked,
    ReplyHeard,
    ReplyStarted,
)
from viva_shared.report import InterviewReport

from viva.rehearsal.errors import RehearsalError
from viva.rehearsal.follow import events, stored_report
from viva.stack.child import Child

GOOD_ENDS = frozenset({"goodbye", "silence", "completed", "finished"})


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that things may take.

    Attributes:
        interview_s: the whole interview.
        last_words_s: from the end until the last reply was heard, and the last answer scored.
        report_s: until the report is there.
        leaving_s: until the candidate is out of the room.
    """

    interview_s: float
    last_words_s: float = 20.0
    report_s: float = 60.0
    leaving_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Interview:
    """Where the interview is found, and who sees it.

    Attributes:
        show: called with every event, in order.
        waiting: says, while its block takes long, what is waited for.
    """

    interview_id: str
    redis: Redis
    keys: Keys
    patience: Patience
    show: Callable[[Envelope], None]
    waiting: Callable[[str], AbstractAsyncContextManager[None]]

    async def until_end(self, candidate: Child) -> InterviewEnded:
        """Follow everything up to the last words heard. Raises RehearsalError."""
        follow = asyncio.create_task(self._follow())
        leave = asyncio.create_task(candidate.wait())
        try:
            await asyncio.wait(
                [follow, leave], timeout=self.patience.interview_s, return_when=asyncio.FIRST_COMPLETED
            )
            if leave.done() and not follow.done():
                if leave.result() != 0:
                    raise RehearsalError(
                        _candidate_failed(candidate, leave.result()), "candidate", "media-bot"
                    )
                await asyncio.wait([follow], timeout=self.patience.last_words_s)
                if not follow.done():
                    raise RehearsalError("the candidate left before the end", "candidate", "media-bot")
            if not follow.done():
                raise RehearsalError(
                    f"it took longer than {self.patience.interview_s:.0f} s (VIVA_REHEARSAL_TIMEOUT_S)",
                    *("brain-worker", "media-bot", "candidate"),
                )
            return follow.result()
        finally:
            for task in (follow, leave):
                task.cancel()
            await asyncio.gather(follow, leave, return_exceptions=True)

    async def _follow(self) -> InterviewEnded:
        unheard: set[str] = set()
        unscored: set[int] = set()
        ended: InterviewEnded | None = None
        deadline: float | None = None
        stream = events(self.redis, self.keys, self.interview_id)
        while ended is None or unheard or unscored:
            try:
                async with asyncio.timeout_at(deadline):
                    event = await anext(stream)
            except TimeoutError:
                break  # the last words were never played: somebody hung up
            self.show(event)
            match event.data:
                case ReplyStarted(turn_id=turn_id):
                    unheard.add(turn_id)
                case ReplyHeard(turn_id=turn_id):
                    unheard.discard(turn_id)
                case QuestionAsked(index=index):
                    unscored.add(index)
                case AnswerScored(index=index):
                    unscored.discard(index)
                case InterviewEnded():
                    ended = event.data
                    deadline = asyncio.get_running_loop().time() + self.patience.last_words_s
                case _:
                    pass
        assert ended is not None
        return ended

    async def report(self) -> InterviewReport:
        """The report, once the jobs have written it. Raises RehearsalError."""
        try:
            async with asyncio.timeout(self.patience.report_s), self.waiting("waiting for the report"):
                return await stored_report(self.redis, self.keys, self.interview_id)
        except TimeoutError as error:
            raise RehearsalError(
                f"there was no report after {self.patience.report_s:.0f} s", "brain-jobs"
            ) from error

    async def candidate_leaves(self, candidate: Child) -> None:
        """Wait until the candidate is out, as the interviewer closes the room. Raises RehearsalError."""
        try:
            async with self.waiting("waiting for the candidate to leave"):
                code = await asyncio.wait_for(candidate.wait(), self.patience.leaving_s)
        except TimeoutError as error:
            raise RehearsalError(
                f"the candidate was still in the room {self.patience.leaving_s:.0f} s after the report",
                "media-bot",
            ) from error
        if code != 0:
            raise RehearsalError(_candidate_failed(candidate, code), "candidate")


def must_be_good(ended: InterviewEnded) -> None:
    """Raises RehearsalError unless the interview ended as one should."""
    if ended.reason not in GOOD_ENDS:
        raise RehearsalError(f"it ended as {ended.reason!r}", "brain-worker", "media-bot", "candidate")


def _candidate_failed(candidate: Child, code: int) -> str:
    return f"the candidate ended with exit code {code}. The end of its log:\n{candidate.last_lines()}\n"
