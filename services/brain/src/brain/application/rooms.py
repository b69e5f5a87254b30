"""Rooms that need looking after: another bot where one is gone, an end where the interview is over."""

from __future__ import annotations

import asyncio
import time

import structlog
from viva_shared.broker import Mailboxes, until_available
from viva_shared.rooms import interview_id_of

from brain.application.ports import Occupancy, Rooms, RoomsUnavailable
from brain.domain.state import Phase, State

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5
SENT_S = 5.0
"""How long a bot that was sent has to take the room before another one is."""
RECONNECT_S = 2.0
"""Of a bot that has lost Redis, back-off included: for so long, and a lease, a silent bot may be alive."""

CLOSE_EVERY_S = 10.0
LINGER_S = 60.0
"""For which a room may outlive its interview: the last words, and its bot's own closing, take less."""


class RoomWatch:
    """Looks after every room that has had a bot. Any number of processes may do so at a time.

    A bot that lost Redis is as silent as a dead one, and back a moment after Redis is: after an outage (or a
    restart, which redis-py may hide) nobody is sent until every living bot has had the time to show itself.
    """

    def __init__(self, mailboxes: Mailboxes, rooms: Rooms, *, bot_ttl_s: float) -> None:
        self._mailboxes = mailboxes
        self._rooms = rooms
        self._grace_s = bot_ttl_s + RECONNECT_S
        self._redis_run = ""
        self._seen_at = -1.0
        self._trusted_from = 0.0

    async def run(self) -> None:
        """Look until cancelled, through outages of Redis and of LiveKit."""
        while True:
            try:
                await until_available("rooms", self.look)
            except RoomsUnavailable as error:
                log.warning("rooms.unavailable", error=str(error))
                await asyncio.sleep(RECONNECT_S)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> list[str]:
        """Send a bot to each room that lacks one; for which interviews. Raises RoomsUnavailable."""
        gone = await self._mailboxes.without_bot()
        if not await self._is_trusted():
            return []
        sent = await asyncio.gather(*map(self._send, gone))
        return [interview_id for interview_id, was_sent in zip(gone, sent, strict=True) if was_sent]

    async def _is_trusted(self) -> bool:
        """Whether Redis has been there for long enough, without a gap between two looks."""
        run, now = await self._mailboxes.redis_run(), time.monotonic()
        if run != self._redis_run or now - self._seen_at > RECONNECT_S:
            self._redis_run, self._trusted_from = run, now + self._grace_s
        self._seen_at = now
        return now >= self._trusted_from

    async def _send(self, interview_id: str) -> bool:
        snapshot = await self._mailboxes.snapshot(interview_id)
        state = State.model_validate_json(snapshot.state) if snapshot and snapshot.state else None
        if state is None or snapshot is None or snapshot.status != "open" or state.phase is Phase.ENDED:
            await self._mailboxes.forget_bot(interview_id)
            return False
        match await self._rooms.occupancy(state.room):
            case Occupancy.CLOSED:  # who opens it anew brings a bot along
                await self._mailboxes.forget_bot(interview_id)
                return False
            case Occupancy.EMPTY:  # the candidate may reload the page, and finds the room open
                return False
            case Occupancy.WAITING:
                pass
        if not await self._mailboxes.claim_dispatch(interview_id, int(SENT_S * 1000)):
            return False  # somebody else has just sent one
        await self._rooms.send_bot(state.room)
        log.warning("bot.sent", interview_id=interview_id, room=state.room, after_epoch=state.bot_epoch)
        return True


class RoomCloser:
    """Closes the rooms of interviews that are over, any number of processes at a time.

    Their bots do so by themselves. What is left are rooms whose bot died between the end and that, where an
    observer stays on, or which a candidate has opened anew.
    """

    def __init__(self, mailboxes: Mailboxes, rooms: Rooms) -> None:
        self._mailboxes = mailboxes
        self._rooms = rooms
        self._over_since: dict[str, float] = {}

    async def run(self) -> None:
        """Look until cancelled, through outages of Redis and of LiveKit."""
        while True:
            try:
                await until_available("rooms", self.look)
            except RoomsUnavailable as error:
                log.warning("rooms.unavailable", error=str(error))
            await asyncio.sleep(CLOSE_EVERY_S)

    async def look(self) -> list[str]:
        """Close the rooms that have outlived their interviews; which. Raises RoomsUnavailable."""
        now = time.monotonic()
        over = [(name, sid) for name, sid in await self._rooms.open() if await self._is_over(name, sid)]
        self._over_since = {sid: self._over_since.get(sid, now) for _, sid in over}
        late = [name for name, sid in over if now - self._over_since[sid] >= LINGER_S]
        for name in late:
            await self._rooms.close(name)
            log.warning("room.closed", room=name)
        return late

    async def _is_over(self, name: str, sid: str) -> bool:
        """Whether it is the room of an interview, and that has ended."""
        try:
            snapshot = await self._mailboxes.snapshot(interview_id_of(name, sid))
        except ValueError:
            return False
        if snapshot is None or snapshot.status != "open":
            return snapshot is not None
        return bool(snapshot.state) and State.model_validate_json(snapshot.state).phase is Phase.ENDED
