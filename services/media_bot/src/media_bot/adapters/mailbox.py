"""The bot's side of the mailbox: the room's lease, and inputs with their envelope."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from viva_shared.broker import FIRST, Entry, Mailboxes, Producer, Snapshot, until_available
from viva_shared.events import (
    CandidateJoined,
    CandidateReplaced,
    Envelope,
    InterviewCreated,
    InterviewEnded,
    ListeningAllowed,
    Payload,
    QuestionAsked,
    StageChanged,
    UndecodableEvent,
    decode,
    new_event,
)

from media_bot.settings import BotSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Past:
    """What happened before this bot came.

    Attributes:
        candidate: identity of the candidate, if it is known by now.
        needs_consent: whether the candidate is listened to only once they have agreed.
        tail: entry id of the last output; what comes after it is this bot's to speak.
        standing: the outputs that still hold: that the candidate may be listened to, the stage, its question.
        ended: the interview is over; there is nothing to do.
    """

    candidate: str | None
    needs_consent: bool
    tail: str
    standing: tuple[Envelope, ...]
    ended: bool


class RoomLease:
    """One interview's room, held by one bot at a time."""

    def __init__(self, mailboxes: Mailboxes, interview_id: str, holder: str, settings: BotSettings) -> None:
        self._mailboxes = mailboxes
        self._interview_id = interview_id
        self._holder = holder
        self._settings = settings
        self._ttl_ms = int(settings.bot_lease_ttl_s * 1000)
        self.epoch = 0

    async def interview(self) -> Snapshot | None:
        """The interview, which another service may create a moment later; None if it does not come."""
        deadline = asyncio.get_running_loop().time() + self._settings.interview_wait_s
        while True:
            snapshot = await until_available(
                "snapshot", partial(self._mailboxes.snapshot, self._interview_id)
            )
            if snapshot is not None or asyncio.get_running_loop().time() > deadline:
                return snapshot
            await asyncio.sleep(0.1)

    async def acquire(self) -> bool:
        """Become the room's bot; waits out the lease of a dead one. False if a living bot has the room.

        Raises:
            NotOpen: the interview was archived meanwhile.
        """
        deadline = asyncio.get_running_loop().time() + self._settings.bot_lease_ttl_s + 0.5
        while True:
            epoch = await until_available(
                "bot_acquire",
                partial(self._mailboxes.bot_acquire, self._interview_id, self._holder, self._ttl_ms),
            )
            if epoch is not None:
                self.epoch = epoch
                return True
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(0.25)

    async def keep(self, away: Callable[[], None], back: Callable[[], None]) -> None:
        """Heartbeat until cancelled. Raises BotFenced when another bot has the room.

        Args:
            away: called once in an outage of Redis, when it has lasted for a while.
            back: called after every heartbeat.
        """
        while True:
            await asyncio.sleep(self._settings.heartbeat_s)
            patience = asyncio.get_running_loop().call_later(self._settings.hold_after_s, away)
            try:
                await until_available(
                    "bot_renew",
                    partial(
                        self._mailboxes.bot_renew, self._interview_id, self._holder, self.epoch, self._ttl_ms
                    ),
                )
            finally:
                patience.cancel()
            back()

    async def release(self) -> None:
        """Leave the room to whoever comes next."""
        await until_available(
            "bot_release",
            partial(self._mailboxes.bot_release, self._interview_id, self._holder, self.epoch),
        )

    async def past(self) -> Past:
        """Read what is there already; call it once the lease is held."""
        return await until_available("past", self._read_past)

    async def candidate(self) -> str | None:
        """Identity of the candidate as it is now, if it is known."""
        return (await until_available("inputs", self._read_inputs))[0]

    async def _read_past(self) -> Past:
        candidate, needs_consent = await self._read_inputs()
        tail, ended = FIRST, False
        standing: dict[type[Payload], Envelope] = {}
        async for entry_id, event in self._mailboxes.every_output(self._interview_id):
            tail = entry_id
            match event.data:
                case StageChanged():
                    standing.pop(QuestionAsked, None)
                    standing[StageChanged] = event
                case QuestionAsked() | ListeningAllowed():
                    standing[type(event.data)] = event
                case InterviewEnded():
                    ended = True
        return Past(candidate, needs_consent, tail, tuple(standing.values()), ended)

    async def _read_inputs(self) -> tuple[str | None, bool]:
        """The candidate's identity, and whether consent is required."""
        candidate, needs_consent = None, False
        async for entry in self._mailboxes.every_input(self._interview_id):
            match _payload(entry):
                case InterviewCreated() as created:
                    candidate, needs_consent = created.candidate_identity, created.consent_required
                case CandidateReplaced(identity=identity):
                    candidate = identity
                case CandidateJoined(identity=identity) if candidate is None:
                    candidate = identity
        return candidate, needs_consent


def _payload(entry: Entry) -> Payload | None:
    try:
        return decode(entry.raw).data
    except UndecodableEvent as error:
        log.warning("event.undecodable", error=str(error))
        return None


class Publisher:
    """Wraps inputs in envelopes and hands them to the room's one producer."""

    def __init__(self, producer: Producer, interview_id: str) -> None:
        self._producer = producer
        self._interview_id = interview_id

    def publish(
        self, payload: Payload, *, event_id: str | None = None, occurred_at: datetime | None = None
    ) -> None:
        """Take an input; returns at once."""
        self._producer.put(
            new_event(self._interview_id, payload, occurred_at or datetime.now(UTC), event_id=event_id)
        )
