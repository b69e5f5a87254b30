"""Rooms that a candidate has left to go on in writing: whoever is still in there is taken out."""

from __future__ import annotations

import asyncio

import structlog
from viva_shared.broker import UNAVAILABLE, Handover
from viva_shared.settings import LiveKitSettings

from tokens.application.ports import Rooms
from tokens.domain.errors import TokensError

log = structlog.get_logger(__name__)

CLEAR_S = 2.0
"""LiveKit may be why they left: after that the room is left to its own time-outs."""


class LeftRooms:
    """Nobody waits for it: the candidate goes on, and a bot without its lease leaves by itself."""

    def __init__(self, settings: LiveKitSettings, handover: Handover, rooms: Rooms) -> None:
        self._settings = settings
        self._handover = handover
        self._rooms = rooms
        self._tasks: set[asyncio.Task[None]] = set()

    def clear(self, interview_id: str, room: str) -> None:
        """Take the candidate and the bot out of a room, if LiveKit can be reached; returns at once.

        Nobody is taken out who has come back meanwhile.
        """
        if self._settings.missing_livekit:
            return
        task = asyncio.create_task(self._clear(interview_id, room), name="clear room")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _clear(self, interview_id: str, room: str) -> None:
        try:
            async with asyncio.timeout(CLEAR_S):
                for participant in await self._rooms.participants(room):
                    if not await self._handover.is_in_writing(interview_id):
                        return
                    if participant.may_speak or participant.kind == "agent":
                        await self._rooms.remove(room, participant.identity)
        except (TimeoutError, TokensError, *UNAVAILABLE) as error:
            log.warning("room.not_cleared", room=room, error=str(error) or "LiveKit takes its time")

    async def aclose(self) -> None:
        """Leave the rest as it is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
