"""Rooms that outlive their interviews, in a real LiveKit: somebody closes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from brain.adapters.livekit_rooms import LiveKitRooms
from brain.application import rooms
from brain.application.ports import RoomsUnavailable
from brain.application.rooms import RoomCloser
from brain.domain.state import Phase
from fakes.model import ScriptedModel
from fakes.queue import RecordingQueue
from fixtures.brains import TextRoom, build_worker, eventually, working
from fixtures.livekit_server import LiveKitServer
from fixtures.processes import free_port
from livekit import rtc
from livekit.api import LiveKitAPI
from viva_shared.broker import Mailboxes
from viva_shared.events import EndRequested
from viva_shared.livekit_tokens import Role, mint_token
from viva_shared.settings import LiveKitSettings

pytestmark = pytest.mark.integration


@asynccontextmanager
async def inside(server: LiveKitServer, room_name: str, role: Role) -> AsyncIterator[rtc.Room]:
    settings = LiveKitSettings(livekit_url=server.url)
    room = rtc.Room()
    await room.connect(server.url, mint_token(settings, room=room_name, identity=role, role=role))
    try:
        yield room
    finally:
        await room.disconnect()


@pytest.fixture
async def livekit_rooms(livekit_server: LiveKitServer) -> AsyncIterator[LiveKitRooms]:
    """LiveKit, as the jobs reach it."""
    async with LiveKitAPI(livekit_server.url, livekit_server.api_key, livekit_server.api_secret) as api:
        yield LiveKitRooms(api, "viva-interviewer")


@pytest.fixture
async def interview(mailboxes: Mailboxes) -> AsyncIterator[TextRoom]:
    """An interview that goes on."""
    interview = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await interview.open()
        await interview.hear()
        yield interview


async def end(interview: TextRoom) -> None:
    await interview.send(EndRequested(by="recruiter"))
    await eventually(interview.state, lambda state: state.phase is Phase.ENDED)


@pytest.mark.parametrize("role", ["candidate", "observer"])
async def test_a_room_outlives_its_interview_for_a_while(
    livekit_server: LiveKitServer,
    livekit_rooms: LiveKitRooms,
    mailboxes: Mailboxes,
    interview: TextRoom,
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
) -> None:
    monkeypatch.setattr(rooms, "LINGER_S", 0.0)
    closer = RoomCloser(mailboxes, livekit_rooms)
    room_name = f"interview-{interview.interview_id}"
    async with inside(livekit_server, room_name, role) as somebody:
        assert await closer.look() == []  # it goes on
        monkeypatch.setattr(rooms, "LINGER_S", 0.3)
        await end(interview)
        assert await closer.look() == []  # its bot may be saying goodbye
        assert somebody.isconnected()
        assert room_name in await eventually(closer.look, bool)
        await eventually(lambda: asyncio.sleep(0, somebody), lambda somebody: not somebody.isconnected())
    assert room_name not in [name for name, _ in await livekit_rooms.open()]
    assert await closer.look() == []
    await livekit_rooms.close(room_name)  # whoever comes second finds nothing to do


async def test_the_room_of_one_that_was_archived_is_closed_too_and_those_of_others_are_not(
    livekit_server: LiveKitServer,
    livekit_rooms: LiveKitRooms,
    mailboxes: Mailboxes,
    interview: TextRoom,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rooms, "LINGER_S", 0.0)
    await end(interview)
    await mailboxes.redis.hset(  # type: ignore[misc]
        mailboxes.keys.state(interview.interview_id), "status", "archived"
    )
    room_name = f"interview-{interview.interview_id}"
    others = (mailboxes.keys.prefix, f"interview-{mailboxes.keys.prefix}", "interview- ")
    closer = RoomCloser(mailboxes, livekit_rooms)
    async with (
        inside(livekit_server, room_name, "candidate"),
        inside(livekit_server, others[0], "candidate") as first,
        inside(livekit_server, others[1], "candidate") as second,
        inside(livekit_server, others[2], "candidate") as third,
    ):
        assert await closer.look() == [room_name]
        assert first.isconnected()
        assert second.isconnected()
        assert third.isconnected()


async def test_livekit_is_away(mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "CLOSE_EVERY_S", 0.02)
    async with LiveKitAPI(f"ws://127.0.0.1:{free_port()}", "key", "secret" * 8) as api:
        away = LiveKitRooms(api, "viva-interviewer")
        closer = RoomCloser(mailboxes, away)
        with pytest.raises(RoomsUnavailable):
            await closer.look()
        with pytest.raises(RoomsUnavailable):
            await away.close("interview-x")
        task = asyncio.create_task(closer.run())
        await asyncio.sleep(0.2)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
