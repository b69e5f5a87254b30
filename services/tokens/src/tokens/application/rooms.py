"""What happens when LiveKit opens a room."""

from __future__ import annotations

import structlog
from viva_shared.rooms import ROOM_PREFIX, interview_id_of

from tokens.application.interviews import Interviews
from tokens.application.ports import Dispatches

log = structlog.get_logger(__name__)


async def room_started(
    interviews: Interviews, dispatches: Dispatches, *, room: str, sid: str, any_room: bool
) -> None:
    """See to it that the room has an interview and an interviewer, whoever opened it and however.

    Safe to repeat. Two at once could both find nobody dispatched and send two bots: the second finds the
    room's bot lease held, and leaves. Without ``any_room``, only rooms named ``interview-*`` are ours.

    Raises:
        Unavailable: Redis or LiveKit is away; LiveKit sends the webhook again.
    """
    if not any_room and not room.startswith(ROOM_PREFIX):
        log.debug("room.not_ours", room=room)
        return
    try:
        interview_id = interview_id_of(room, sid)
    except ValueError as error:
        log.warning("room.refused", room=room, error=str(error))
        return
    await interviews.ensure(interview_id, room)
    if await dispatches.dispatched(room):
        return
    await dispatches.dispatch(room)
    log.info("room.dispatched", room=room, interview_id=interview_id)
