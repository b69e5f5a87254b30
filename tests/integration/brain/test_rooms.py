"""Rooms whose bot is gone, on a real Redis: who is sent where, when, and how often."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from brain.application import rooms
from brain.application.ports import Occupancy, RoomsUnavailable
from brain.application.rooms import RoomWatch
from brain.domain.state import Phase
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fixtures.brains import TextRoom, build_worker, eventually, working
from viva_shared.broker import Mailboxes
from viva_shared.events import CandidateLeft

pytestmark = pytest.mark.integration

TTL_MS = 60_000


@dataclass
class FakeRooms:
    """LiveKit: every room is as ``occupied``, unless it says nothing."""

    occupied: Occupancy = Occupancy.WAITING
    away: bool = False
    sent: list[str] = field(default_factory=list)

    async def occupancy(self, room: str) -> Occupancy:
        if self.away:
            raise RoomsUnavailable("LiveKit is away")
        return self.occupied

    async def send_bot(self, room: str) -> None:
        self.sent.append(room)

    async def open(self) -> list[tuple[str, str]]:
        return []

    async def close(self, room: str) -> None:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait for bots that are only slow to reconnect; one test has its own."""
    monkeypatch.setattr(rooms, "RECONNECT_S", 1.0)


async def watch(mailboxes: Mailboxes, fake: FakeRooms) -> RoomWatch:
    """A watch that has seen Redis for long enough."""
    watcher = RoomWatch(mailboxes, fake, bot_ttl_s=-1.0)
    assert await watcher.look() == []
    return watcher


@pytest.fixture
async def room(mailboxes: Mailboxes) -> TextRoom:
    """An interview under way, with a bot that is called ``bot``."""
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
    assert await mailboxes.bot_acquire(room.interview_id, "bot", TTL_MS) == 1
    return room


async def die(room: TextRoom) -> None:
    """The bot's lease expires."""
    await room.mailboxes.redis.delete(room.mailboxes.keys.bot(room.interview_id))


async def test_a_room_whose_bot_died_gets_another_one_once(mailboxes: Mailboxes, room: TextRoom) -> None:
    fake = FakeRooms()
    first, second = await watch(mailboxes, fake), await watch(mailboxes, fake)
    assert await first.look() == []
    await die(room)
    sent = await asyncio.gather(first.look(), second.look())
    assert sorted(map(len, sent)) == [0, 1]
    assert await first.look() == []
    assert fake.sent == [f"interview-{room.interview_id}"]
    await mailboxes.redis.delete(
        mailboxes.keys.dispatched(room.interview_id)
    )  # the one that was sent died, too
    assert await second.look() == [room.interview_id]


async def test_an_empty_room_is_watched_until_it_closes(mailboxes: Mailboxes, room: TextRoom) -> None:
    fake = FakeRooms(Occupancy.EMPTY)
    watcher = await watch(mailboxes, fake)
    await die(room)
    assert await watcher.look() == []
    fake.occupied = Occupancy.WAITING  # the candidate has reloaded the page
    assert await watcher.look() == [room.interview_id]
    fake.occupied = Occupancy.CLOSED
    assert await watcher.look() == []
    assert await mailboxes.without_bot() == []


async def test_nobody_is_sent_to_an_interview_that_has_ended(mailboxes: Mailboxes, room: TextRoom) -> None:
    fake = FakeRooms()
    watcher = await watch(mailboxes, fake)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.send(CandidateLeft(identity="alice-i1"))
        absence = await eventually(room.state, lambda state: "absence" in state.timers)
        await room.pass_deadline(absence.timers["absence"].timer_id)  # type: ignore[index]
        await eventually(room.state, lambda state: state.phase is Phase.ENDED)
    await die(room)
    assert await watcher.look() == []
    assert (fake.sent, await mailboxes.without_bot()) == ([], [])


async def test_nobody_is_sent_while_living_bots_may_be_reconnecting(
    mailboxes: Mailboxes, room: TextRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeRooms()
    watcher = RoomWatch(mailboxes, fake, bot_ttl_s=-0.5)  # half a second of grace
    await die(room)
    assert await watcher.look() == []
    await asyncio.sleep(0.6)
    assert await watcher.look() == [room.interview_id]
    await mailboxes.redis.delete(mailboxes.keys.dispatched(room.interview_id))

    async def another() -> str:
        return "another run"

    monkeypatch.setattr(mailboxes, "redis_run", another)  # Redis was started anew, and redis-py hid it
    assert await watcher.look() == []
    await mailboxes.bot_renew(room.interview_id, "bot", 1, TTL_MS)  # it was alive
    await asyncio.sleep(0.6)
    assert await watcher.look() == []


async def test_livekit_is_away(mailboxes: Mailboxes, room: TextRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(rooms, "RECONNECT_S", 0.1)
    fake = FakeRooms(away=True)
    await die(room)
    task = asyncio.create_task(RoomWatch(mailboxes, fake, bot_ttl_s=0.0).run())
    try:
        await asyncio.sleep(0.3)
        assert not fake.sent
        fake.away = False
        await eventually(lambda: asyncio.sleep(0, fake.sent), bool, 3)
    finally:
        task.cancel()
