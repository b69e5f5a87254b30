"""LiveKit's dispatch service, its rooms and its webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Awaitable, Collection, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import aiohttp
import jwt
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.json_format import Parse, ParseError
from livekit.api import LiveKitAPI, ServerError, TokenVerifier, TwirpErrorCode
from livekit.protocol.agent_dispatch import CreateAgentDispatchRequest
from livekit.protocol.models import ParticipantInfo, TrackInfo, TrackSource, TrackType
from livekit.protocol.room import (
    DeleteRoomRequest,
    ListParticipantsRequest,
    ListRoomsRequest,
    RoomParticipantIdentity,
)
from livekit.protocol.webhook import WebhookEvent
from viva_shared.rooms import ROLE_ATTRIBUTE

from tokens.application.ports import Participant, Room, Track
from tokens.domain.errors import NotConfigured, TokensError, Unavailable, WebhookRefused

T = TypeVar("T")


class LiveKitDispatches:
    """The dispatch service of one LiveKit server. ``others`` may be sent in the interviewer's place."""

    def __init__(self, api: LiveKitAPI, agent_name: str, others: Collection[str] = ()) -> None:
        self._api = api
        self._agent_name = agent_name
        self._agents = {agent_name, *others}

    async def dispatched(self, room: str) -> bool:
        """Whether an interviewer was sent to this room. A room without a dispatch lists one of no name."""
        dispatches = await _reached(self._api.agent_dispatch.list_dispatch(room))
        return any(dispatch.agent_name in self._agents for dispatch in dispatches)

    async def dispatch(self, room: str) -> None:
        """Send the interviewer."""
        request = CreateAgentDispatchRequest(agent_name=self._agent_name, room=room)
        await _reached(self._api.agent_dispatch.create_dispatch(request))


class LiveKitRooms:
    """The rooms of one LiveKit server."""

    def __init__(self, api: LiveKitAPI) -> None:
        self._api = api

    async def open(self, names: Sequence[str] = ()) -> list[Room]:
        """Those that are open, or those of them with these names."""
        found = await _reached(self._api.room.list_rooms(ListRoomsRequest(names=names)))
        return [
            Room(room.name, room.sid, room.num_participants, _time(room.creation_time_ms))
            for room in found.rooms
        ]

    async def participants(self, room: str) -> list[Participant]:
        """Who is in a room, hidden ones included; nobody if it is not open."""
        found = await _reached(self._api.room.list_participants(ListParticipantsRequest(room=room)))
        return [_participant(participant) for participant in found.participants]

    async def remove(self, room: str, identity: str) -> bool:
        """Put somebody out; False if they are not there."""
        who = RoomParticipantIdentity(room=room, identity=identity)
        return await _found(self._api.room.remove_participant(who))

    async def close(self, room: str) -> bool:
        """Put everybody out and close the room; False if it is not open."""
        return await _found(self._api.room.delete_room(DeleteRoomRequest(room=room)))


def _participant(info: ParticipantInfo) -> Participant:
    is_person = info.kind == ParticipantInfo.Kind.STANDARD
    return Participant(
        identity=info.identity,
        name=info.name,
        kind=_word(ParticipantInfo.Kind, info.kind),
        role=info.attributes.get(ROLE_ATTRIBUTE),
        state=_word(ParticipantInfo.State, info.state),
        joined_at=_time(info.joined_at_ms),
        may_speak=is_person and info.permission.can_publish and not info.permission.hidden,
        tracks=tuple(map(_track, info.tracks)),
    )


def _track(info: TrackInfo) -> Track:
    return Track(info.sid, _word(TrackType, info.type), _word(TrackSource, info.source), info.muted)


def _word(enum: EnumTypeWrapper, value: int) -> str:
    """LiveKit's word for a value; a newer server's value as a number."""
    return enum.Name(value).lower() if value in enum.values() else str(value)


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


FAILURES = (TimeoutError, aiohttp.ClientError, ServerError)


async def _reached(call: Awaitable[T]) -> T:
    try:
        return await call
    except FAILURES as error:
        raise _failure(error) from error


async def _found(call: Awaitable[object]) -> bool:
    """False if LiveKit does not know what the call is about."""
    try:
        await call
    except FAILURES as error:
        if isinstance(error, ServerError) and error.code == TwirpErrorCode.NOT_FOUND:
            return False
        raise _failure(error) from error
    return True


def _failure(error: Exception) -> TokensError:
    if isinstance(error, ServerError) and error.status in (401, 403):
        return NotConfigured("LiveKit does not know LIVEKIT_API_KEY and LIVEKIT_API_SECRET: set its own pair")
    return Unavailable(f"LiveKit ({error})")


def verified_webhook(body: bytes, authorization: str, api_key: str, api_secret: str) -> WebhookEvent:
    """The event in a webhook that LiveKit signed with our key.

    What livekit-api's WebhookReceiver does, which raises a bare Exception that nobody can tell from a defect.

    Raises:
        WebhookRefused: not signed, signed by somebody else, of another body, or no webhook.
    """
    try:
        claims = TokenVerifier(api_key, api_secret).verify(authorization.removeprefix("Bearer ").strip())
        signed = base64.b64decode(claims.sha256 or "")
        event = Parse(body, WebhookEvent(), ignore_unknown_fields=True)
    except (jwt.PyJWTError, binascii.Error, ParseError, ValueError) as error:
        raise WebhookRefused(f"not a webhook of ours: {error}") from error
    if not hmac.compare_digest(signed, hashlib.sha256(body).digest()):
        raise WebhookRefused("not a webhook of ours: its body is not the one that was signed")
    return event
