"""Reading where an interview is, saying what happened to it, and waiting for what the brain makes of that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from viva_shared.archive import Archive
from viva_shared.broker import (
    UNAVAILABLE,
    BotFenced,
    Handover,
    Mailboxes,
    NotOpen,
    OutputFeed,
    RoomBusy,
    input_of,
    read_history,
    until_available,
)
from viva_shared.consent import CONSENT_TURN
from viva_shared.events import (
    Envelope,
    OversizedEvent,
    Payload,
    ReplyHeard,
    ReplyStarted,
    UtteranceHeard,
    new_event,
)
from viva_shared.report import InterviewReport
from viva_shared.scenario import Scenario

from tokens.application.archived import archived_history
from tokens.application.reading import Reading, folded
from tokens.application.stores import reaching
from tokens.domain.callers import Caller, must_reach
from tokens.domain.errors import (
    AnswerTooLong,
    BrainBusy,
    Conflict,
    InterviewEnded,
    Unavailable,
    UnknownInterview,
)
from tokens.domain.exchanges import Exchange, Progress
from tokens.domain.turns import held_by_voice


@dataclass(frozen=True, slots=True)
class Said:
    """What the interviewer says, and how far the interview is with it.

    Attributes:
        text, turn_id: None: the interview has ended without another word.
    """

    interview_id: str
    scenario: Scenario
    text: str | None
    turn_id: str | None
    progress: Progress


def said(reading: Reading, exchange: Exchange) -> Said:
    """What came of the utterance that began an exchange."""
    course, turn = reading.course, exchange.turn
    if turn is None:
        return Said(course.interview_id, reading.scenario, None, None, course.progress)
    return Said(course.interview_id, reading.scenario, turn.text, turn.turn_id, exchange.progress)


class Courses:
    """On the mailboxes, and on the one feed of this process; the archive is asked for what is over only."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        archive: Archive,
        feed: OutputFeed,
        now: Callable[[], datetime],
        timeout_s: float,
    ) -> None:
        self._mailboxes = mailboxes
        self._handover = Handover(mailboxes)
        self._archive = archive
        self._feed = feed
        self._now = now
        self._timeout_s = timeout_s

    def give_up(self) -> float:
        """When a call that comes now stops waiting, by the loop's clock."""
        return asyncio.get_running_loop().time() + self._timeout_s

    async def find(self, interview_id: str) -> Reading | None:
        """The interview as it is; None: there is none. Raises InterviewEnded (long ago) or Unavailable."""
        with reaching():
            history = await read_history(self._mailboxes, interview_id)
        if history is None or history.status == "deleted":
            return None
        if history.status == "archived":
            raise _archived(interview_id)
        return folded(interview_id, history)

    async def read(self, interview_id: str) -> Reading:
        """The interview as it is. Raises UnknownInterview, InterviewEnded (long ago) or Unavailable."""
        if (reading := await self.find(interview_id)) is None:
            raise _unknown(interview_id)
        return reading

    async def reach(self, caller: Caller, interview_id: str) -> Reading:
        """The same, if it is for the caller. Raises Forbidden, too."""
        must_reach(caller, interview_id)
        return await self.read(interview_id)

    async def recall(self, caller: Caller, interview_id: str) -> Reading:
        """The same, also of an interview that Redis has left to the archive: such a one is over.

        Raises Forbidden, UnknownInterview, InterviewEnded (it was archived without a report) or Unavailable.
        """
        must_reach(caller, interview_id)
        with reaching():
            history = await read_history(self._mailboxes, interview_id)
            is_gone = history is None or history.status == "archived"
            recalled = await archived_history(self._archive, interview_id) if is_gone else history
        if recalled and recalled.status != "deleted":
            return folded(interview_id, recalled)
        if history and history.status == "archived":
            raise _archived(interview_id)
        raise _unknown(interview_id)

    async def utterance_before(self, event: Envelope) -> Envelope | None:
        """What the candidate said, if this is the beginning of a reply to it; None without their consent.

        Waits while Redis is away: so does whoever follows the interview.
        """
        started = event.data
        if not isinstance(started, ReplyStarted) or started.turn_id.startswith(CONSENT_TURN):
            return None
        cause = await until_available("inputs", lambda: input_of(self._mailboxes, event))
        heard = cause.data if cause else None
        is_it = isinstance(heard, UtteranceHeard) and heard.utterance_id == started.in_reply_to
        return cause if is_it else None

    async def is_open(self, interview_id: str) -> bool:
        """Whether anything may happen to it: it was neither archived nor deleted, as far as Redis says."""
        try:
            snapshot = await self._mailboxes.snapshot(interview_id)
        except UNAVAILABLE:
            return True
        return snapshot is not None and snapshot.status == "open"

    async def happened(
        self, reading: Reading, data: Payload, event_id: str, *, room_epoch: int | None = None
    ) -> Envelope | None:
        """Append an input, once under its id; None if it was there already.

        Raises:
            Conflict: a bot has taken the room of ``room_epoch`` since: the interview is held by voice.
            UnknownInterview, InterviewEnded: nothing may happen to it.
            AnswerTooLong: no event may be so large.
            Unavailable: Redis is away.
        """
        interview_id = reading.interview_id
        event = new_event(interview_id, data, self._now(), event_id=event_id)
        with _writing(interview_id):
            is_new = await self._mailboxes.append(event, bot_epoch=room_epoch)
        reading.has_rung = True
        return event if is_new else None

    async def take_room(
        self, reading: Reading, joined: Payload | None, event_id: str, *, fence: bool
    ) -> bool:
        """Have the room for the candidate who goes on in writing, and that they joined, once under its id.

        Returns False, without any effect, if they had joined under that id.

        Raises:
            Conflict: a bot has it, and is not to lose it (``fence``).
            UnknownInterview, InterviewEnded, Unavailable.
        """
        interview_id = reading.interview_id
        event = new_event(interview_id, joined, self._now(), event_id=event_id) if joined else None
        with _writing(interview_id):
            reading.room_epoch = await self._handover.to_writing(interview_id, event, fence=fence)
        reading.has_rung = True
        return reading.room_epoch is not None

    async def hear(self, reading: Reading) -> None:
        """Report the last turn as heard: whoever reads has heard it. In a room its bot does so."""
        course = reading.course
        turn = course.unheard
        if turn is None or course.has_bot or course.via == "voice" or course.is_over:
            return
        heard = ReplyHeard(turn_id=turn.turn_id, text=turn.text or "", complete=True)
        with suppress(InterviewEnded, Conflict):  # it was archived in this very moment, or a bot came
            await self.happened(reading, heard, f"heard:{turn.turn_id}", room_epoch=reading.room_epoch)
        course.heard.add(turn.turn_id)

    async def until(self, reading: Reading, holds: Callable[[], bool], give_up: float) -> None:
        """Fold in what the brain says until the condition holds.

        Raises:
            BrainBusy: it does not at ``give_up``.
            Unavailable: Redis is away.
        """
        if holds():
            return
        if not reading.has_rung:  # who said the last may have died before ringing
            await self._ring(reading)
        course = reading.course
        try:
            async with (
                asyncio.timeout_at(give_up),
                self._feed.follow(course.interview_id, course.last_output) as outputs,
            ):
                async for entry_id, event in outputs:
                    course.see_output(entry_id, event)
                    if holds():
                        return
        except TimeoutError as error:
            raise BrainBusy(
                "the interviewer takes its time: what was said is kept, so repeat the same request"
            ) from error

    async def _ring(self, reading: Reading) -> None:
        try:
            await self._mailboxes.ring(reading.interview_id)
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error
        reading.has_rung = True

    async def report(self, reading: Reading, give_up: float) -> InterviewReport:
        """The report, once it is written. Raises BrainBusy or Unavailable."""
        pause = 0.05
        while True:
            with reaching():
                if report := await self._written(reading):
                    return report
            if asyncio.get_running_loop().time() + pause > give_up:
                raise BrainBusy("the report is still being written: repeat the same request")
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.4)

    async def _written(self, reading: Reading) -> InterviewReport | None:
        if reading.history.status == "archived":
            return await self._archive.report(reading.interview_id)
        written = await self._mailboxes.report(reading.interview_id)
        return None if written is None else InterviewReport.model_validate_json(written)


@contextmanager
def _writing(interview_id: str) -> Iterator[None]:
    """Say what a mailbox refuses."""
    try:
        yield
    except NotOpen as error:
        if error.status == "archived":
            raise InterviewEnded(f"interview {interview_id!r} has ended") from error
        raise UnknownInterview(f"there is no interview {interview_id!r} any more") from error
    except (BotFenced, RoomBusy) as error:
        raise held_by_voice(interview_id) from error
    except OversizedEvent as error:
        raise AnswerTooLong(str(error)) from error
    except UNAVAILABLE as error:
        raise Unavailable("Redis") from error


def _unknown(interview_id: str) -> UnknownInterview:
    return UnknownInterview(f"there is no interview {interview_id!r}: start one first")


def _archived(interview_id: str) -> InterviewEnded:
    return InterviewEnded(
        f"interview {interview_id!r} has ended, and is in the archive: GET /interview/session/{interview_id} "
        "tells of it, POST /interview/finish gives its report"
    )
