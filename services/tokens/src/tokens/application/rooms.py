"""What happens when LiveKit opens a room, and the rooms as a recruiter sees and closes them."""

from __future__ import annotations

import structlog
from viva_shared.rooms import ROOM_PREFIX, interview_id_of
from viva_shared.settings import LiveKitSettings

from tokens.application.auditing import Auditing
from tokens.application.interviews import Interviews
from tokens.application.issue import must_be_configured
from tokens.application.ports import Dispatches, Participant, Room, Rooms
from tokens.domain.errors import (
    Conflict,
    UnknownInterview,
    UnknownParticipant,
    UnknownRoom,
    UnknownScenario,
)

log = structlog.get_logger(__name__)


async def room_started(
    interviews: Interviews, dispatches: Dispatches, *, room: str, sid: str, any_room: bool
) -> None:
    """See to it that the room has an interview and an interviewer, whoever opened it and however.

    Safe to repeat. Two at once could both find nobody dispatched and send two bots: the second finds the
    room's bot lease held, and leaves. Without ``any_room``, only rooms named ``interview-*`` are ours. Nobody
    is sent to the room of an interview that is over: LiveKit can do nothing about that, and is not refused.

    Raises:
        Unavailable: Redis or LiveKit is away; LiveKit sends the webhook again.
    """
    if not any_room and not room.startswith(ROOM_PREFIX):
        log.debug("room.not_ours", room=room)
        return
    try:
        interview_id = interview_id_of(room, sid)
        await interviews.ensure(interview_id, room)
    except (ValueError, Conflict, UnknownInterview, UnknownScenario) as error:
        log.warning("room.refused", room=room, error=str(error))
        return
    if await dispatches.dispatched(room):
        return
    await dispatches.dispatch(room)
    log.info("room.dispatched", room=room, interview_id=interview_id)


class InterviewRooms:
    """The rooms that are open now. Every method raises NotConfigured or Unavailable; ``actor`` is who calls.

    Args:
        any_room: whether rooms count that are no interview's by their name.
    """

    def __init__(
        self, settings: LiveKitSettings, rooms: Rooms, auditing: Auditing, *, any_room: bool
    ) -> None:
        self._settings = settings
        self._rooms = rooms
        self._auditing = auditing
        self._any_room = any_room

    async def open(self) -> list[tuple[Room, str]]:
        """All of them, each with its interview's id."""
        must_be_configured(self._settings)
        rooms = await self._rooms.open()
        return [(room, interview_id) for room in rooms if (interview_id := self._interview(room))]

    async def participants(self, name: str) -> list[Participant]:
        """Who is in a room. Raises UnknownRoom."""
        await self._open_interview(name)
        return await self._rooms.participants(name)

    async def remove(self, actor: str, name: str, identity: str) -> None:
        """Put somebody out of a room; the interview goes on. Raises UnknownRoom or UnknownParticipant."""
        interview_id = await self._open_interview(name)
        if not await self._rooms.remove(name, identity):
            raise UnknownParticipant(f"there is no participant {identity!r} in room {name!r}")
        await self._auditing.note(actor, "room.participant_removed", interview_id)

    async def close(self, actor: str, name: str) -> None:
        """Put everybody out and close the room; the interview goes on, and may be joined again.

        Raises UnknownRoom.
        """
        interview_id = await self._open_interview(name)
        if not await self._rooms.close(name):
            raise _unknown(name)
        await self._auditing.note(actor, "room.closed", interview_id)

    async def _open_interview(self, name: str) -> str:
        """The id of the interview in an open room. Raises UnknownRoom."""
        must_be_configured(self._settings)
        for room in await self._rooms.open([name]):
            if interview_id := self._interview(room):
                return interview_id
        raise _unknown(name)

    def _interview(self, room: Room) -> str | None:
        if not self._any_room and not room.name.startswith(ROOM_PREFIX):
            return None
        try:
            return interview_id_of(room.name, room.sid)
        except ValueError:
            return None


def _unknown(name: str) -> UnknownRoom:
    return UnknownRoom(
        f"no room {name!r} is open: it opens when somebody joins, and closes when all have left"
    )
