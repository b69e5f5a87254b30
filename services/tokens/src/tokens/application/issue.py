"""Giving out tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from viva_shared.broker import UNAVAILABLE, Handover, NotOpen, Seats
from viva_shared.events import CandidateReplaced, InterviewCreated, new_event
from viva_shared.livekit_tokens import TOKEN_TTL, Role, mint_token
from viva_shared.rooms import room_name
from viva_shared.settings import LiveKitSettings

from tokens.application.auditing import Auditing
from tokens.application.interviews import Interviews
from tokens.application.ports import Rooms
from tokens.domain.errors import Conflict, NotConfigured, Unavailable

log = structlog.get_logger(__name__)

NAMELESS = "candidate"
IDENTITY_BYTES = 256
"""LiveKit lets nobody in whose identity has more, in UTF-8."""


@dataclass(frozen=True, slots=True)
class Door:
    """What a participant needs to enter: the token, the server's address, the room, and their name in it."""

    token: str
    url: str
    room_name: str
    participant_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What of a token its bearer may choose.

    Attributes:
        identity: in place of the name, as the first part of the identity.
        agent_name: which agent is dispatched; None: the interviewer.
    """

    identity: str | None = None
    agent_name: str | None = None
    metadata: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    ttl: timedelta = TOKEN_TTL


NO_WISHES = Wishes()


def must_be_configured(settings: LiveKitSettings) -> None:
    """Raises NotConfigured, naming the variables that are missing."""
    if missing := settings.missing_livekit:
        raise NotConfigured(f"LiveKit is not configured: set {' and '.join(missing)} and start tokens again")


def identity_of(name: str, place: str) -> str:
    """``<name>-<place>``, the name cut where it would be longer than LiveKit takes."""
    room_for_name = IDENTITY_BYTES - len(f"-{place}".encode())
    return f"{name.encode()[:room_for_name].decode(errors='ignore')}-{place}"


class Tokens:
    """Gives out tokens, and sees to it that an interview has one candidate."""

    def __init__(
        self,
        settings: LiveKitSettings,
        interviews: Interviews,
        seats: Seats,
        handover: Handover,
        rooms: Rooms,
        auditing: Auditing,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._interviews = interviews
        self._seats = seats
        self._handover = handover
        self._rooms = rooms
        self._auditing = auditing
        self._now = now

    async def candidate(
        self,
        session_id: str,
        name: str | None,
        *,
        scenario: str | None = None,
        may_create: bool = True,
        wishes: Wishes = NO_WISHES,
    ) -> Door:
        """The candidate's, for the interview's room. The first one makes the interview; later ones find it.

        Another identity than the candidate's takes the candidate's place, who is put out of the room. Of one
        who goes on in writing it says that they come to the room: from now on a bot may.

        Raises:
            NotConfigured, UnknownScenario, UnknownInterview, Conflict, Unavailable.
        """
        must_be_configured(self._settings)
        room = room_name(session_id)
        identity = identity_of(wishes.identity or name or NAMELESS, session_id)
        if not may_create:
            await self._interviews.must_exist(session_id)
        created = await self._interviews.ensure(
            session_id, room, scenario=scenario, identity=identity, name=name
        )
        if created is not None:
            await self._take_seat(session_id, created, identity, name)
            await self._open_to_bots(session_id)
        return self._door(room, identity, name or NAMELESS, "candidate", wishes)

    async def observer(self, actor: str, session_id: str, name: str) -> Door:
        """An observer's, for the room of an interview that is there; ``actor`` is who calls.

        Raises:
            NotConfigured, UnknownInterview, Conflict, Unavailable.
        """
        must_be_configured(self._settings)
        created = await self._interviews.must_exist(session_id)
        identity = identity_of(name, session_id)
        try:
            candidate = await self._seats.holder(session_id, created.candidate_identity)
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error
        if identity == candidate:  # LiveKit would put the candidate out
            raise Conflict(
                f"{name!r} is the candidate of interview {session_id!r}: observe under another name"
            )
        await self._auditing.note(actor, "room.observer_admitted", session_id)
        return self._door(room_name(session_id), identity, name, "observer", NO_WISHES)

    def bare_room(self, room: str, name: str | None, wishes: Wishes) -> Door:
        """A candidate's, for a room that is no interview's yet: LiveKit tells when it opens, and one is made.

        Raises:
            NotConfigured.
        """
        must_be_configured(self._settings)
        identity = identity_of(wishes.identity or name or NAMELESS, room)
        return self._door(room, identity, name or NAMELESS, "candidate", wishes)

    def _door(self, room: str, identity: str, name: str, role: Role, wishes: Wishes) -> Door:
        token = mint_token(
            self._settings,
            room=room,
            identity=identity,
            name=name,
            role=role,
            ttl=wishes.ttl,
            agent_name=wishes.agent_name,
            metadata=wishes.metadata,
            attributes=wishes.attributes,
        )
        return Door(token, self._settings.livekit_url, room, name)

    async def _take_seat(
        self, interview_id: str, created: InterviewCreated, identity: str, name: str | None
    ) -> None:
        """First out of the room, then out of the interview: a call that fails half-way can be repeated.

        Whoever is replaced in the very next moment is not put back: the last who came is the candidate.
        """
        first = created.candidate_identity
        try:
            while (old := await self._seats.holder(interview_id, first)) != identity:
                if old is not None:
                    await self._put_out(created.room, identity)
                replaced = CandidateReplaced(identity=identity, name=name)
                event = new_event(interview_id, replaced, self._now())
                if await self._seats.replace(event, first=first, old=old):
                    log.info("candidate.replaced", interview_id=interview_id, is_first=old is None)
                    return
        except NotOpen as error:
            raise Conflict(
                f"interview {interview_id!r} is {error.status}: take another session_id"
            ) from error
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error

    async def _open_to_bots(self, interview_id: str) -> None:
        try:
            if await self._handover.to_voice(interview_id):
                log.info("room.given_back", interview_id=interview_id)
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error

    async def _put_out(self, room: str, but: str) -> None:
        """Everybody who may speak, but for one."""
        for participant in await self._rooms.participants(room):
            if participant.may_speak and participant.identity != but:
                await self._rooms.remove(room, participant.identity)
