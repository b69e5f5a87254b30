"""What recruiters do with interviews. Whoever makes, reads, ends or deletes one is in the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from viva_shared.archive import AlreadyArchived, Archive, Deleted, Rescorings, Status
from viva_shared.broker import History, Mailboxes, NotOpen, read_history
from viva_shared.events import (
    CandidateJoined,
    EndRequested,
    InterviewCreated,
    NudgeGiven,
    ReplyFinished,
    ReplyStarted,
    StageChanged,
    new_event,
)
from viva_shared.rooms import room_name
from viva_shared.scenario import Scenario

from tokens.application.idempotency import Call, IdempotencyKeys
from tokens.application.interviews import FIRST_WORDS, LAST_WORDS, Interviews, new_interview_id
from tokens.application.invites import Invites
from tokens.application.live import new_row
from tokens.application.ports import Rooms
from tokens.application.records import unknown_interview
from tokens.application.scenarios import Brief
from tokens.application.stores import reaching
from tokens.domain.errors import Conflict, InterviewEnded, NotStarted, Unavailable
from tokens.domain.so_far import creation_of, end_of

log = structlog.get_logger(__name__)

ROOM_S = 3.0
"""For LiveKit to close a room: a recruiter who deletes waits no longer."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An interview, and the link that opens it to its candidate."""

    interview_id: str
    invite: str
    link: str
    expires_at: datetime


class Recruiting:
    """Interviews by invite. Every method raises Unavailable; ``actor`` is who calls, for the audit log.

    Args:
        erase: removes all of an interview, given its id and the actor.
    """

    def __init__(
        self,
        mailboxes: Mailboxes,
        archive: Archive,
        rescorings: Rescorings,
        interviews: Interviews,
        invites: Invites,
        keys: IdempotencyKeys,
        rooms: Rooms,
        erase: Callable[[str, str], Awaitable[bool]],
        now: Callable[[], datetime],
    ) -> None:
        self._mailboxes = mailboxes
        self._archive = archive
        self._rescorings = rescorings
        self._interviews = interviews
        self._invites = invites
        self._keys = keys
        self._rooms = rooms
        self._erase = erase
        self._now = now

    # -- creating --

    async def create(
        self,
        call: Call,
        brief: Brief,
        *,
        interview_id: str | None,
        candidate_name: str | None,
        invite_ttl: timedelta | None,
    ) -> Invited:
        """Make an interview that waits for its candidate for as long as its invite is good.

        Raises:
            UnknownScenario, UnsuitableScenario, IdempotencyKeyReused.
            Conflict: there is, or was, another interview of this id.
        """
        prepared = self._interviews.scenarios.prepared(brief)
        chosen = await self._keys.choose(call, {"session_id": interview_id or new_interview_id()})
        interview_id = chosen["session_id"]
        invite, expires_at = self._invites.make(interview_id, invite_ttl)
        with reaching():
            known = await self._archive.get(interview_id)
            if (known and known.archived_at) or await self._archive.was_deleted(interview_id):
                raise _was_there(interview_id)
            await self._interviews.create(
                brief, interview_id, candidate_name=candidate_name, expires_at=expires_at
            )
            row = new_row(
                interview_id,
                prepared.scenario,
                self._now(),
                candidate_name=candidate_name,
                created_by=call.actor,
            )
            try:
                await self._archive.register(row)
            except Deleted as error:
                raise unknown_interview(interview_id) from error
            except AlreadyArchived as error:
                raise _was_there(interview_id) from error
            await self._archive.audit(
                call.actor, "interview.created", interview_id, {"expires_at": expires_at.isoformat()}
            )
        return Invited(interview_id, invite, self._invites.link(invite), expires_at)

    async def invite(self, actor: str, interview_id: str, ttl: timedelta | None) -> Invited:
        """Another link to an interview; earlier ones stay good until they expire.

        One that nobody has begun is abandoned at the time set when it was created: no invite outlives that.

        Raises:
            UnknownInterview, InterviewEnded.
        """
        with reaching():
            history = await self._going_on(interview_id)
            invite, expires_at = self._invites.make(interview_id, ttl)
            begins_by = _begins_by(history)
            if begins_by and begins_by < expires_at:
                if (rest := begins_by - self._now()) <= timedelta():
                    raise _ended(interview_id)
                invite, expires_at = self._invites.make(interview_id, rest)
            await self._archive.audit(
                actor, "interview.invited", interview_id, {"expires_at": expires_at.isoformat()}
            )
        return Invited(interview_id, invite, self._invites.link(invite), expires_at)

    # -- while it goes on --

    async def nudge(self, call: Call, interview_id: str, note: str) -> None:
        """Tell the interviewer what to work in, which it does when it answers next.

        Raises:
            UnknownInterview, IdempotencyKeyReused, Conflict.
            NotStarted, InterviewEnded: nobody is interviewed.
        """
        chosen = await self._keys.chosen(call)
        with reaching():
            history = await self._going_on(interview_id, whole=True)
            told = [event.data for _, event in history.outputs]
            if not any(isinstance(output, StageChanged) for output in told):
                raise NotStarted(f"interview {interview_id!r} has not begun: nudge it when it has")
            replies = [output for output in told if isinstance(output, ReplyStarted | ReplyFinished)]
            match replies[-1:]:
                case [ReplyFinished(farewell=True)]:
                    raise _ended(interview_id)
            if chosen is None:
                chosen = await self._keys.choose(call, {"nudge_id": uuid4().hex})
            nudge = NudgeGiven(nudge_id=chosen["nudge_id"], note=note)
            given = new_event(interview_id, nudge, self._now(), event_id=f"nudge:{nudge.nudge_id}")
            try:
                await self._mailboxes.append(given)
            except NotOpen as error:
                raise _ended(interview_id) from error
            await self._archive.audit(call.actor, "interview.nudged", interview_id)

    # -- once it is over --

    async def rescore(self, actor: str, interview_id: str) -> None:
        """Have the answers of a question set scored again, by the model and the prompt of today.

        Raises:
            UnknownInterview.
            Conflict: it is not over, or there is nothing to score.
        """
        with reaching():
            known = await self._archive.get(interview_id)
            if known is None and await self._history(interview_id) is None:
                raise unknown_interview(interview_id)
            if known is None or known.status is not Status.ENDED:
                raise Conflict(
                    f"interview {interview_id!r} is not over, or not recorded yet: end it, or wait a moment"
                )
            told = await self._archive.scenario(interview_id)
            if told is None:
                raise Conflict(
                    f"interview {interview_id!r} was recorded without its scenario: its scores stay"
                )
            if Scenario.model_validate_json(told).question_stage is None:
                raise Conflict(f"interview {interview_id!r} asked no question set: it has no scores")
            if not await self._rescorings.ask(interview_id, actor):
                raise unknown_interview(interview_id)  # it was deleted meanwhile

    # -- ending --

    async def end(self, actor: str, interview_id: str) -> None:
        """Ask for the end, whatever is left to ask. Raises UnknownInterview or InterviewEnded."""
        with reaching():
            await self._going_on(interview_id)
            wanted = new_event(interview_id, EndRequested(by="recruiter"), self._now(), event_id="end")
            try:
                await self._mailboxes.append(wanted)
            except NotOpen as error:
                raise _ended(interview_id) from error
            await self._archive.audit(actor, "interview.end_requested", interview_id)

    async def delete(self, actor: str, interview_id: str) -> None:
        """Erase an interview, over or not, from everywhere, and close its room. Raises UnknownInterview."""
        with reaching():
            history = await self._history(interview_id)
            if history is None and await self._archive.get(interview_id) is None:
                raise unknown_interview(interview_id)
            await self._erase(interview_id, actor)
        try:
            async with asyncio.timeout(ROOM_S):
                await self._rooms.close(_room(history) or room_name(interview_id))
        except (Unavailable, TimeoutError) as error:
            # Nobody is heard there any more: the bot leaves by itself, and the room closes when all have.
            log.warning("interview.room_left_open", interview_id=interview_id, error=str(error))

    # -- what there is of it --

    async def _history(self, interview_id: str, *, whole: bool = False) -> History | None:
        """Its beginning and its end, or all of it, if Redis has it and it was not deleted."""
        first, last = (None, None) if whole else (FIRST_WORDS, LAST_WORDS)
        history = await read_history(self._mailboxes, interview_id, first_inputs=first, last_outputs=last)
        return None if history is None or history.status == "deleted" else history

    async def _going_on(self, interview_id: str, *, whole: bool = False) -> History:
        """Raises UnknownInterview or InterviewEnded."""
        history = await self._history(interview_id, whole=whole)
        if history and history.status == "open" and not end_of(event for _, event in history.outputs):
            return history
        if history is None and await self._archive.get(interview_id) is None:
            raise unknown_interview(interview_id)
        raise _ended(interview_id)


def _begins_by(history: History) -> datetime | None:
    """Until when an invited candidate may begin; None: they have been there, or may take their time."""
    events = [event.data for _, event in history.inputs]
    if any(isinstance(data, CandidateJoined) for data in events):
        return None
    return next((data.expires_at for data in events if isinstance(data, InterviewCreated)), None)


def _room(history: History | None) -> str | None:
    creation = creation_of(event for _, event in history.inputs) if history else None
    return creation.data.room if creation and isinstance(creation.data, InterviewCreated) else None


def _was_there(interview_id: str) -> Conflict:
    return Conflict(f"there was another interview {interview_id!r}: take another session_id")


def _ended(interview_id: str) -> InterviewEnded:
    return InterviewEnded(f"interview {interview_id!r} is over: GET /interviews/{interview_id} tells of it")
