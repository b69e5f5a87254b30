"""The room as the bot sees it: who is the candidate, who comes and goes, what is shown and written there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial

import structlog
from aiohttp import ClientError
from livekit import api, rtc
from livekit.agents.types import ATTRIBUTE_AGENT_NAME, TOPIC_CHAT
from livekit.rtc.data_stream import StreamError
from livekit.rtc.participant import PublishDataError
from viva_shared.rooms import ROLE_ATTRIBUTE

from media_bot.domain.candidate import Participant, may_be_candidate

log = structlog.get_logger(__name__)

AGAIN_S = 1.0


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
        await remove_participant(livekit, room, participant.identity)


async def remove_participant(livekit: api.LiveKitAPI, room: str, identity: str) -> None:
    """Take somebody out of the room who may have left it meanwhile."""
    with suppress(api.TwirpError):
        await livekit.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))


async def insist(what: Callable[[], Awaitable[None]]) -> None:
    """Do something by LiveKit's interface, however long that is away."""
    while True:
        try:
            await what()
            return
        except (api.TwirpError, ClientError, TimeoutError) as error:
            log.warning("livekit.unavailable", error=str(error))
            await asyncio.sleep(AGAIN_S)


class InterviewRoom:
    """Watches a connected room.

    Args:
        candidate: identity of the candidate, if it is known; else the first who may be becomes it.
        candidate_now: asks who the candidate is, by now: another may have taken their place.
        joined: called with identity and name when the candidate is there (again).
        left: called with identity and reason when the candidate is gone.
        remove: takes one out whose token was a candidate's, but who is not the candidate (any more).
    """

    def __init__(
        self,
        room: rtc.Room,
        candidate: str | None,
        candidate_now: Callable[[], Awaitable[str | None]],
        joined: Callable[[str, str | None], None],
        left: Callable[[str, str], None],
        *,
        remove: Callable[[str], Awaitable[None]],
    ) -> None:
        self._room = room
        self._candidate = candidate
        self._candidate_now = candidate_now
        self._joined = joined
        self._left = left
        self._remove = remove
        self._shown: dict[str, Callable[[], str]] = {}
        self._notice: str | None = None
        self._knows_notice: str | None = None
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

    # -- the candidate --

    def _on_changed(self, who: rtc.Participant) -> None:
        if self._candidate is None and isinstance(who, rtc.RemoteParticipant):
            self._on_present(who)

    def _on_present(self, remote: rtc.RemoteParticipant) -> None:
        participant = participant_of(remote)
        if self._candidate is None and may_be_candidate(participant):
            self._candidate = remote.identity
            log.info("candidate.elected", identity=remote.identity)
        if remote.identity == self._candidate:
            self._welcome(remote)
        if participant.role == "candidate":
            self._start(self._check_place(remote.identity))

    def _welcome(self, candidate: rtc.RemoteParticipant) -> None:
        self._joined(candidate.identity, candidate.name)
        if candidate.state == rtc.ParticipantState.PARTICIPANT_STATE_ACTIVE:
            self._start(self._write_notice(candidate.identity))

    async def _check_place(self, newcomer: str) -> None:
        """Somebody came by a candidate's token, which opens the door for as long as it is valid."""
        now = await self._candidate_now() or self._candidate
        if newcomer == now:
            self._seat(newcomer)
        elif now is not None:
            log.info("candidate.put_out", identity=newcomer)
            if newcomer == self._candidate:
                self._left(newcomer, "replaced")
            await insist(partial(self._remove, newcomer))

    def _seat(self, newcomer: str) -> None:
        """The candidate's place is theirs."""
        if newcomer == self._candidate or (remote := self._room.remote_participants.get(newcomer)) is None:
            return  # who is gone again is looked at again when they are back
        before, self._candidate = self._candidate, newcomer
        log.info("candidate.replaced", before=before, identity=newcomer)
        if before is not None and before in self._room.remote_participants:
            self._left(before, "replaced")
            self._start(insist(partial(self._remove, before)))
        self._welcome(remote)

    def _on_absent(self, remote: rtc.RemoteParticipant) -> None:
        if remote.identity == self._candidate:
            reason = rtc.DisconnectReason.Name(
                remote.disconnect_reason or rtc.DisconnectReason.UNKNOWN_REASON
            ).lower()
            self._left(remote.identity, reason)

    # -- what is shown, and written --

    def send(self, topic: str, message: str) -> None:
        """Send a message to everybody who is there."""
        self._start(self._publish({topic: message}, []))

    def show(self, topic: str, message: Callable[[], str]) -> None:
        """The same, and from now on to whoever becomes ready to receive data, as it is then."""
        self._shown[topic] = message
        self.send(topic, message())

    def unshow(self, topic: str) -> None:
        """Whoever joins from now on gets nothing on the topic."""
        self._shown.pop(topic, None)

    def notify(self, notice: str | None, *, but: str | None = None) -> None:
        """From now on write this on the chat to a candidate who joins, except for one; None: nothing."""
        self._notice, self._knows_notice = notice, but

    def _on_active(self, remote: rtc.RemoteParticipant) -> None:
        shown = {topic: message() for topic, message in self._shown.items()}
        self._start(self._publish(shown, [remote.identity]))
        if remote.identity == self._candidate:
            self._start(self._write_notice(remote.identity))

    async def _publish(self, messages: Mapping[str, str], to: list[str]) -> None:
        for topic, message in [*messages.items()]:
            try:
                await self._room.local_participant.publish_data(
                    message, reliable=True, topic=topic, destination_identities=to
                )
            except PublishDataError as error:  # the room is going away; whoever joins gets it again
                log.warning("message.unsent", topic=topic, error=str(error))

    async def _write_notice(self, candidate: str) -> None:
        if self._notice is None or candidate == self._knows_notice:
            return
        log.info("notice.written", identity=candidate)
        try:
            await self._room.local_participant.send_text(
                self._notice.strip(), topic=TOPIC_CHAT, destination_identities=[candidate], compress=False
            )
        except StreamError as error:
            log.warning("notice.unsent", error=str(error))

    def _start(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
