"""The rooms port on LiveKit's server API."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from livekit.api import LiveKitAPI, ServerError, TwirpErrorCode
from livekit.protocol.agent_dispatch import CreateAgentDispatchRequest
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.room import DeleteRoomRequest, ListParticipantsRequest, ListRoomsRequest

from brain.application.ports import Occupancy, RoomsUnavailable

T = TypeVar("T")
FAILURES = (TimeoutError, aiohttp.ClientError, ServerError)


class LiveKitRooms:
    """One LiveKit server."""

    def __init__(self, api: LiveKitAPI, agent_name: str) -> None:
        self._api = api
        self._agent_name = agent_name

    async def occupancy(self, room: str) -> Occupancy:
        """Who is in the room. Raises RoomsUnavailable."""
        rooms = await _reached(self._api.room.list_rooms(ListRoomsRequest(names=[room])))
        if not rooms.rooms:
            return Occupancy.CLOSED
        inside = await _reached(self._api.room.list_participants(ListParticipantsRequest(room=room)))
        return Occupancy.WAITING if any(map(_may_speak, inside.participants)) else Occupancy.EMPTY

    async def send_bot(self, room: str) -> None:
        """Dispatch the interviewer. Raises RoomsUnavailable."""
        request = CreateAgentDispatchRequest(agent_name=self._agent_name, room=room)
        await _reached(self._api.agent_dispatch.create_dispatch(request))

    async def open(self) -> list[tuple[str, str]]:
        """Name and sid of every room. Raises RoomsUnavailable."""
        rooms = await _reached(self._api.room.list_rooms(ListRoomsRequest()))
        return [(room.name, room.sid) for room in rooms.rooms]

    async def close(self, room: str) -> None:
        """Put everybody out; one that is closed already stays so. Raises RoomsUnavailable."""
        try:
            await self._api.room.delete_room(DeleteRoomRequest(room=room))
        except FAILURES as error:
            if not (isinstance(error, ServerError) and error.code == TwirpErrorCode.NOT_FOUND):
                raise RoomsUnavailable(f"LiveKit: {error!r}") from error


def _may_speak(someone: ParticipantInfo) -> bool:
    """A person, neither an agent nor a hidden observer."""
    return (
        someone.kind == ParticipantInfo.Kind.STANDARD
        and someone.permission.can_publish
        and not someone.permission.hidden
    )


async def _reached(call: Awaitable[T]) -> T:
    try:
        return await call
    except FAILURES as error:
        raise RoomsUnavailable(f"LiveKit: {error!r}") from error
