"""One candidate an interview, in real rooms: who comes under another name takes the place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import httpx
import pytest
import tokens.main
from fixtures.brains import eventually, now
from fixtures.front_door import FakeDispatches, as_candidate, front_door
from fixtures.livekit_server import LiveKitServer
from fixtures.processes import free_port
from livekit import rtc
from tokens.settings import TokensSettings
from viva_shared.broker import FIRST, Mailboxes, Seats
from viva_shared.events import (
    CandidateReplaced,
    Envelope,
    InterviewCreated,
    InterviewEnded,
    decode,
    new_event,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(settings: TokensSettings, livekit_server: LiveKitServer) -> TokensSettings:
    """With a real LiveKit."""
    return settings.model_copy(update={"livekit_url": livekit_server.url})


@pytest.fixture
def session_id(mailboxes: Mailboxes) -> str:
    """An interview that no other test has: they share LiveKit."""
    return mailboxes.keys.prefix


async def ask(http: httpx.AsyncClient, session_id: str, name: str, **more: str) -> str:
    body = {"session_id": session_id, "participant_name": name, **more}
    answer = await http.post("/livekit/token", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


@asynccontextmanager
async def inside(settings: TokensSettings, token: str) -> AsyncIterator[rtc.Room]:
    room = rtc.Room()
    await room.connect(settings.livekit_url, token)
    try:
        yield room
    finally:
        await room.disconnect()


def is_out(room: rtc.Room) -> bool:
    return not room.isconnected()


async def names(mailboxes: Mailboxes, session_id: str) -> list[str | None]:
    """Of the candidates, in their order."""
    found = []
    for entry in await mailboxes.inputs_after(session_id, FIRST):
        match decode(entry.raw).data:
            case InterviewCreated(candidate_name=name) | CandidateReplaced(name=name):
                found.append(name)
    return found


async def test_another_name_takes_the_place_and_the_first_is_put_out(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes, session_id: str
) -> None:
    async with inside(settings, await ask(http, session_id, "Alice")) as alice:
        observing = await ask(http, session_id, "Rita", role="observer")
        async with inside(settings, observing) as rita:
            await ask(http, session_id, "Alice")
            assert alice.isconnected()
            bob = await ask(http, session_id, "Bob")
            await eventually(lambda: asyncio.sleep(0, alice), is_out)
            assert await ask(http, session_id, "Bob")  # once more: nothing happens twice
            async with inside(settings, bob) as second:
                assert second.local_participant.identity == f"Bob-{session_id}"
                assert rita.isconnected()
                await ask(http, session_id, "Alice")  # and back
                await eventually(lambda: asyncio.sleep(0, second), is_out)
            assert rita.isconnected()
    assert await names(mailboxes, session_id) == ["Alice", "Bob", "Alice"]


async def test_of_many_at_once_each_takes_another_s_place(
    http: httpx.AsyncClient, mailboxes: Mailboxes, session_id: str
) -> None:
    await ask(http, session_id, "Alice")
    asked = [ask(http, session_id, f"Bob {n % 5}") for n in range(20)]
    await asyncio.gather(*asked)
    [first, *others] = await names(mailboxes, session_id)
    assert first == "Alice"
    assert {f"Bob {n}" for n in range(5)} == set(others)
    assert all(one != other for one, other in pairwise(others))


async def test_who_is_replaced_at_once_does_not_come_back(
    monkeypatch: pytest.MonkeyPatch, settings: TokensSettings, mailboxes: Mailboxes, session_id: str
) -> None:
    class Coveted(Seats):
        """Carol takes Bob's place as soon as he has it, the first time."""

        is_taken = False

        async def replace(self, replaced: Envelope, *, first: str | None, old: str | None) -> bool:
            done = await super().replace(replaced, first=first, old=old)
            if done and not self.is_taken:
                self.is_taken = True
                carol = CandidateReplaced(identity=f"Carol-{session_id}", name="Carol")
                bob = f"Bob-{session_id}"
                assert await super().replace(new_event(session_id, carol, now()), first=first, old=bob)
            return done

    monkeypatch.setattr(tokens.main, "Seats", Coveted)
    async with front_door(settings) as http:
        await ask(http, session_id, "Alice")
        await ask(http, session_id, "Bob")
    assert await names(mailboxes, session_id) == ["Alice", "Bob", "Carol"]


async def test_who_is_named_first_replaces_nobody(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes, session_id: str
) -> None:
    """An interview that was made for nobody in particular learns who its candidate is."""
    created = InterviewCreated(scenario="screening", scenario_hash="h", room=f"interview-{session_id}")
    assert await mailboxes.create(new_event(session_id, created, now(), event_id="created"), "{}")
    invited = as_candidate(settings, session_id)
    body = {"session_id": session_id, "participant_name": "Alice"}
    for _ in range(2):
        assert (await http.post("/livekit/token", json=body, headers=invited)).status_code == 200
    assert await names(mailboxes, session_id) == [None, "Alice"]


async def test_nobody_takes_the_place_of_one_whose_interview_has_ended(
    http: httpx.AsyncClient, mailboxes: Mailboxes, session_id: str
) -> None:
    await ask(http, session_id, "Alice")
    ended = new_event(session_id, InterviewEnded(reason="goodbye"), now())
    await mailboxes.redis.xadd(mailboxes.keys.outputs(session_id), {"event": ended.encode()})
    answer = await http.post("/livekit/token", json={"session_id": session_id, "participant_name": "Bob"})
    assert answer.status_code == 409
    assert await names(mailboxes, session_id) == ["Alice"]


async def test_nobody_takes_the_place_while_livekit_is_away(
    settings: TokensSettings, dispatches: FakeDispatches, mailboxes: Mailboxes, session_id: str
) -> None:
    away = settings.model_copy(update={"livekit_url": f"ws://127.0.0.1:{free_port()}"})
    body = {"session_id": session_id, "participant_name": "Bob"}
    async with front_door(away, dispatches=dispatches) as http:
        await ask(http, session_id, "Alice")
        answer = await http.post("/livekit/token", json=body)
        assert (answer.status_code, answer.json()["type"]) == (503, "unavailable")
        assert "LiveKit" in answer.json()["detail"]
        await ask(http, session_id, "Alice")  # is the candidate still
    assert await names(mailboxes, session_id) == ["Alice"]
    async with front_door(settings, dispatches=dispatches) as http:
        assert (await http.post("/livekit/token", json=body)).status_code == 200
    assert await names(mailboxes, session_id) == ["Alice", "Bob"]
