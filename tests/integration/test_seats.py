"""One candidate an interview: whoever comes under another identity takes the place, once."""

from __future__ import annotations

import asyncio

import pytest
from fixtures.brains import now
from viva_shared.broker import FIRST, Mailboxes, NotOpen, Seats
from viva_shared.events import (
    CandidateReplaced,
    CandidateSilent,
    Envelope,
    InterviewCreated,
    decode,
    new_event,
)

pytestmark = pytest.mark.integration


def replaced(identity: str) -> Envelope:
    return new_event("i1", CandidateReplaced(identity=identity, name=identity), now())


async def candidates(mailboxes: Mailboxes) -> list[str]:
    entries = await mailboxes.inputs_after("i1", FIRST)
    events = [decode(entry.raw).data for entry in entries]
    return [data.identity for data in events if isinstance(data, CandidateReplaced)]


@pytest.fixture
async def seats(mailboxes: Mailboxes) -> Seats:
    """With an open interview, ``i1``, of ``alice``."""
    data = InterviewCreated(scenario="s", scenario_hash="h", room="interview-i1", candidate_identity="alice")
    assert await mailboxes.create(new_event("i1", data, now(), event_id="created"), "{}")
    return Seats(mailboxes)


async def test_places_change_hands_as_often_as_somebody_comes(mailboxes: Mailboxes, seats: Seats) -> None:
    assert await seats.holder("i1", "alice") == "alice"
    for old, new in (("alice", "bob"), ("bob", "alice"), ("alice", "bob")):
        bells = await mailboxes.redis.xlen(mailboxes.keys.ready)
        assert await seats.replace(replaced(new), first="alice", old=old)
        assert await seats.holder("i1", "alice") == new
        assert await mailboxes.redis.xlen(mailboxes.keys.ready) == bells + 1
    assert await candidates(mailboxes) == ["bob", "alice", "bob"]


async def test_only_who_is_the_candidate_is_replaced(mailboxes: Mailboxes, seats: Seats) -> None:
    attempts = [seats.replace(replaced(f"bob{n}"), first="alice", old="alice") for n in range(10)]
    assert (await asyncio.gather(*attempts)).count(True) == 1
    assert [await seats.holder("i1", "alice")] == await candidates(mailboxes)


async def test_a_repeat_of_a_call_whose_answer_was_lost_changes_nothing(
    mailboxes: Mailboxes, seats: Seats
) -> None:
    event = replaced("bob")
    assert [await seats.replace(event, first="alice", old="alice") for _ in range(2)] == [True, False]
    assert await candidates(mailboxes) == ["bob"]


async def test_nobody_is_replaced_where_there_is_no_interview(mailboxes: Mailboxes, seats: Seats) -> None:
    await mailboxes.redis.hset(mailboxes.keys.state("i1"), "status", "archived")  # type: ignore[misc]
    with pytest.raises(NotOpen, match="archived"):
        await seats.replace(replaced("bob"), first="alice", old="alice")
    with pytest.raises(TypeError):
        await seats.replace(new_event("i1", CandidateSilent(), now()), first=None, old=None)
    assert await candidates(mailboxes) == []
