"""The room as the bot sees it: who is the candidate, who comes and goes, and the stage on the data topic."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

import structlog
from livekit import api, rtc
from livekit.agents.types import ATTRIBUTE_AGENT_NAME
from livekit.rtc.participant import PublishDataError
from viva_shared.rooms import ROLE_ATTRIBUTE, STAGE_TOPIC

from media_bot.domain.candidate import Participant, may_be_candidate

log = structlog.get_logger(__name__)


def participant_of(remote: rtc.RemoteParticipant) -> Participant:
    """A remote participant as the domain knows it."""
    return Participant(
        identity=remote.identity,
        name=remote.name or None,
        role=remote.attributes.get(ROLE_ATTRIBUTE),
        is_person=remote.kind == rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
        is_hidden=remote.permissions.hidden,
        may_publish=remote.permissions.can_publish,
    )


async def remove_other_bots(livekit: api.LiveKitAPI, room: str, me: str, agent_name: str) -> None:
    """Take every other bot of ours out of the room: a killed one stays for 21 s, a paused one would wake."""
    there = await livekit.room.list_participants(api.ListParticipantsRequest(room=room))
    for participant in there.participants:
        if participant.identity == me or participant.attributes.get(ATTRIBUTE_AGENT_NAME) != agent_name:
            continue
        log.info("bot.removed", identity=participant.identity)
        with suppress(api.TwirpError):  # it has left meanwhile
            await livekit.room.remove_participant(
                api.RoomParticipantIdentity(room=room, identity=participant.identity)
            )


class InterviewRoom:
    """Watches a connected room.

    Args:
        candidate: identity of the candidate, if it is known; else the first who may be becomes it.
        joined: called with identity and name when the candidate is there (again).
        left: called with identity and reason when the candidate is gone.
    """

    def __init__(
        self,
        room: rtc.Room,
        candidate: str | None,
        joined: Callable[[str, str | None], None],
        left: Callable[[str, str], None],
    ) -> None:
        self._room = room
        self._candidate = candidate
        self._joined = joined
        self._left = left
        self._stage: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def watch(self) -> None:
        """Start watching; who is there already counts as joining now."""
        self._room.on("participant_connected", self._on_present)
        self._room.on("participant_attributes_changed", lambda _, who: self._on_changed(who))
        self._room.on("participant_permissions_changed", lambda who, *_: self._on_changed(who))
        self._room.on("participant_active", self._on_active)
        self._room.on("participant_disconnected", self._on_absent)
        for remote in [*self._room.remote_participants.values()]:
            self._on_present(remote)

    def _on_changed(self, who: rtc.Participant) -> None:
        if self._candidate is None and isinstance(who, rtc.RemoteParticipant):
            self._on_present(who)

    def _on_present(self, remote: rtc.RemoteParticipant) -> None:
        if self._candidate is None and may_be_candidate(participant_of(remote)):
            self._candidate = remote.identity
            log.info("candidate.elected", identity=remote.identity)
        if remote.identity == self._candidate:
            self._joined(remote.identity, remote.name)

    def _on_absent(self, remote: rtc.RemoteParticipant) -> None:
        if remote.identity == self._candidate:
            reason = rtc.DisconnectReason.Name(
                remote.disconnect_reason or rtc.DisconnectReason.UNKNOWN_REASON
            ).lower()
            self._left(remote.identity, reason)

    # -- the stage --

    def show_stage(self, message: str) -> None:
        """Send it to everybody, and from now on to whoever becomes ready to receive data."""
        self._stage = message
        self._start(self._publish(message, []))

    def _on_active(self, remote: rtc.RemoteParticipant) -> None:
        if self._stage is not None:
            self._start(self._publish(self._stage, [remote.identity]))

    async def _publish(self, message: str, to: list[str]) -> None:
        try:
            await self._room.local_participant.publish_data(
                message, reliable=True, topic=STAGE_TOPIC, destination_identities=to
            )
        except PublishDataError as error:  # the room is going away; whoever joins gets it again
            log.warning("stage.unsent", error=str(error))

    def _start(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
