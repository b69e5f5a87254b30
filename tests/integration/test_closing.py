"""Interviews leave Redis: archived as they were recorded or not at all, deleted whatever they are doing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from fakes.world import SCREENING
from fixtures.brains import now
from viva_shared.broker import (
    FIRST,
    BotFenced,
    Calls,
    Closed,
    Closing,
    Handover,
    Held,
    Lease,
    LeaseLost,
    Letter,
    Mailboxes,
    NotOpen,
)
from viva_shared.events import CandidateSilent, Envelope, InterviewCreated, ReplyChunk, new_event

pytestmark = pytest.mark.integration

TTL_S, TOMBSTONE_TTL_S = 100, 1_000
I = "i1"  # noqa: E741


@pytest.fixture
def closing(mailboxes: Mailboxes) -> Closing:
    return Closing(mailboxes, TOMBSTONE_TTL_S)


async def create(mailboxes: Mailboxes, interview_id: str = I) -> bool:
    created = InterviewCreated(scenario="screening", scenario_hash="0", room=f"interview-{interview_id}")
    event = new_event(interview_id, created, now(), event_id="created")
    return await mailboxes.create(event, SCREENING.model_dump_json())


async def take(mailboxes: Mailboxes) -> Held:
    held = await mailboxes.acquire(I, "w", 60_000)
    assert isinstance(held, Held)
    return held


async def commit(mailboxes: Mailboxes, held: Held, **changes: object) -> None:
    cursor = held.snapshot.cursor
    [entry, *_] = await mailboxes.inputs_after(I, cursor)
    await mailboxes.commit(held.lease, old_cursor=cursor, new_cursor=entry.entry_id, state="{}", **changes)  # type: ignore[arg-type]


async def at_rest(mailboxes: Mailboxes) -> None:
    """An interview with one input, applied, and one output."""
    await create(mailboxes)
    held = await take(mailboxes)
    await commit(mailboxes, held, outputs=[chunk(0)])
    assert await mailboxes.release(held.lease) == "released"


def chunk(seq: int) -> Envelope:
    return new_event(I, ReplyChunk(turn_id="t1", seq=seq, text="x"), now(), event_id=f"t1:{seq}")


async def silent(mailboxes: Mailboxes) -> None:
    await mailboxes.append(new_event(I, CandidateSilent(), now()))


async def try_to_archive(mailboxes: Mailboxes, closing: Closing) -> str:
    """As somebody who has just recorded all of it."""
    snapshot = await mailboxes.snapshot(I)
    assert snapshot is not None
    said = await mailboxes.last_outputs(I, 1)
    last = said[0][0] if said else FIRST
    return await closing.archive(I, version=snapshot.version, last_output=last, ttl_s=TTL_S)


async def keys_of(mailboxes: Mailboxes) -> dict[str, int]:
    """The interview's keys by their last part, and how long each lives."""
    start = f"{mailboxes.keys.prefix}:{{{I}}}:"
    found = [key.decode() async for key in mailboxes.redis.scan_iter(f"{start}*")]
    return {key.removeprefix(start): await mailboxes.redis.ttl(key) for key in found}


async def test_what_is_at_rest_is_archived(mailboxes: Mailboxes, closing: Closing) -> None:
    await at_rest(mailboxes)
    await mailboxes.keep_report(I, "{}")
    await mailboxes.graveyard.bury([Letter("out", "1-1", b"x", "bad", "garbage")], I)
    assert await Calls(mailboxes).keep(I, "a call", "{}")
    epoch = await mailboxes.bot_acquire(I, "bot", 60_000)
    assert epoch
    assert await try_to_archive(mailboxes, closing) == "archived"
    living = await keys_of(mailboxes)
    assert living.pop("bot") <= 60, "which would hold the room for as long as the streams live"
    assert TTL_S < living.pop("state") <= TOMBSTONE_TTL_S
    assert set(living) == {"in", "out", "seen", "bot_epoch", "dead", "buried", "report", "calls"}
    assert all(0 < ttl <= TTL_S for ttl in living.values())
    state = await mailboxes.redis.hgetall(mailboxes.keys.state(I))  # type: ignore[misc]
    assert state == {b"status": b"archived", b"epoch": b"1"}
    assert await try_to_archive(mailboxes, closing) == "archived", "again"


async def test_a_room_that_was_taken_for_good_goes_with_the_rest(
    mailboxes: Mailboxes, closing: Closing
) -> None:
    await at_rest(mailboxes)
    assert await Handover(mailboxes).to_writing(I)
    assert (await keys_of(mailboxes))["bot"] == -1
    assert await try_to_archive(mailboxes, closing) == "archived"
    assert 0 < (await keys_of(mailboxes))["bot"] <= TTL_S


async def test_what_has_unread_inputs_is_not(mailboxes: Mailboxes, closing: Closing) -> None:
    await at_rest(mailboxes)
    await silent(mailboxes)
    assert await try_to_archive(mailboxes, closing) == "news"


async def test_what_somebody_holds_is_not(mailboxes: Mailboxes, closing: Closing) -> None:
    await at_rest(mailboxes)
    held = await take(mailboxes)
    assert await try_to_archive(mailboxes, closing) == "held"
    await mailboxes.release(held.lease)
    assert await try_to_archive(mailboxes, closing) == "archived"


async def test_what_has_open_effects_is_not(mailboxes: Mailboxes, closing: Closing) -> None:
    await create(mailboxes)
    held = await take(mailboxes)
    await commit(mailboxes, held, opened={"end": "{}"})
    await mailboxes.hand_back(held.lease)
    assert await try_to_archive(mailboxes, closing) == "effects"


async def test_what_was_recorded_as_it_was_before_is_not(mailboxes: Mailboxes, closing: Closing) -> None:
    await at_rest(mailboxes)
    snapshot = await mailboxes.snapshot(I)
    assert snapshot is not None
    [(last, _)] = await mailboxes.last_outputs(I, 1)
    await silent(mailboxes)
    held = await take(mailboxes)
    await commit(mailboxes, held)
    await mailboxes.release(held.lease)
    assert await closing.archive(I, version=snapshot.version, last_output=last, ttl_s=1) == "changed"
    held = await take(mailboxes)
    await mailboxes.emit(held.lease, [chunk(1)])
    await mailboxes.release(held.lease)
    now_is = await mailboxes.snapshot(I)
    assert now_is is not None
    assert await closing.archive(I, version=now_is.version, last_output=last, ttl_s=1) == "changed"
    assert await closing.archive(I, version=now_is.version, ttl_s=1) == "changed"
    assert await try_to_archive(mailboxes, closing) == "archived"


async def test_what_nobody_has_begun_is_archived_without_outputs(
    mailboxes: Mailboxes, closing: Closing
) -> None:
    await create(mailboxes)
    held = await take(mailboxes)
    await commit(mailboxes, held)
    await mailboxes.release(held.lease)
    assert await try_to_archive(mailboxes, closing) == "archived"


WRITES: dict[str, Callable[[Mailboxes, Lease], Awaitable[object]]] = {
    "append": lambda m, _: silent(m),
    "commit": lambda m, lease: m.commit(lease, old_cursor="1-1", new_cursor="2-1", state="{}"),
    "reject": lambda m, lease: m.reject(
        lease,
        Letter("in", "2-1", b"x", "bad", "garbage"),
        old_cursor="1-1",
        rejected=chunk(9),
    ),
    "emit": lambda m, lease: m.emit(lease, [chunk(9)]),
    "an answer": lambda m, lease: m.append(chunk(9), lease=lease),
    "confirm": lambda m, lease: m.confirm(lease, "end"),
    "release": lambda m, lease: m.release(lease),
    "hand_back": lambda m, lease: m.hand_back(lease),
    "renew": lambda m, lease: m.renew(lease, 1_000),
    "report": lambda m, _: m.keep_report(I, "{}"),
    "a call": lambda m, _: Calls(m).keep(I, "another call", "{}"),
    "bot_acquire": lambda m, _: m.bot_acquire(I, "another bot", 1_000),
    "to_writing": lambda m, _: Handover(m).to_writing(I, fence=True),
    "bot_renew": lambda m, _: m.bot_renew(I, "bot", 1, 1_000),
}
UNHEARD: dict[str, Callable[[Mailboxes], Awaitable[object]]] = {
    "bury": lambda m: m.graveyard.bury([Letter("out", "1-1", b"x", "bad", "garbage")], I),
    "claim_dispatch": lambda m: m.claim_dispatch(I, 60_000),
    "bot_release": lambda m: m.bot_release(I, "bot", 1),
    "create": create,
    "acquire": lambda m: m.acquire(I, "w2", 60_000),
}
"""What is told that there is nothing to do."""


async def test_nothing_is_written_to_what_was_deleted(mailboxes: Mailboxes, closing: Closing) -> None:
    await at_rest(mailboxes)
    await mailboxes.keep_report(I, "{}")
    await mailboxes.graveyard.bury([Letter("out", "1-1", b"x", "bad", "garbage")], I)
    assert await mailboxes.bot_acquire(I, "bot", 60_000) == 1
    assert await mailboxes.claim_dispatch(I, 60_000)
    assert await Calls(mailboxes).keep(I, "a call", "{}") == b"{}"
    held = await take(mailboxes)
    assert set(await keys_of(mailboxes)) == {key.rpartition(":")[2] for key in mailboxes.keys.every(I)}, (
        "it has some of everything"
    )
    assert await closing.delete(I) == "open"
    assert set(await keys_of(mailboxes)) == {"state"}
    for name, write in WRITES.items():
        not_open = dict.fromkeys(("append", "report", "a call", "bot_acquire", "to_writing"), NotOpen)
        refusal: dict[str, type[Exception]] = {**not_open, "bot_renew": BotFenced}
        with pytest.raises(refusal.get(name, LeaseLost)):
            await write(mailboxes, held.lease)
        assert set(await keys_of(mailboxes)) == {"state"}, name
    for name, call in UNHEARD.items():
        assert not await call(mailboxes) or name == "acquire"
        assert set(await keys_of(mailboxes)) == {"state"}, name
    assert await mailboxes.acquire(I, "w2", 1_000) == Closed("deleted")
    assert await mailboxes.redis.hgetall(mailboxes.keys.state(I)) == {b"status": b"deleted", b"epoch": b"2"}  # type: ignore[misc]
    assert 0 < (await keys_of(mailboxes))["state"] <= TOMBSTONE_TTL_S


async def test_a_deletion_can_be_repeated_in_every_state(mailboxes: Mailboxes, closing: Closing) -> None:
    assert await closing.delete(I) == "missing"
    assert await keys_of(mailboxes) == {}, "who never was leaves no tombstone"
    await at_rest(mailboxes)
    assert await try_to_archive(mailboxes, closing) == "archived"
    assert await closing.delete(I) == "archived"
    assert await closing.delete(I) == "deleted"
    assert set(await keys_of(mailboxes)) == {"state"}
    await mailboxes.redis.set(mailboxes.keys.state("damaged"), "somebody's")
    assert await closing.delete("damaged") == "damaged"
    assert await mailboxes.acquire("damaged", "w", 1_000) == Closed("deleted")


async def test_a_deletion_leaves_the_lists_and_the_dead_letters_of_others(
    mailboxes: Mailboxes, closing: Closing
) -> None:
    redis, k = mailboxes.redis, mailboxes.keys
    for interview_id in (I, "i10"):
        await create(mailboxes, interview_id)
        await redis.zadd(k.settled, {interview_id: 1})
        await redis.sadd(k.bots, interview_id)  # type: ignore[misc]
    letters = [
        b'{"interview_id": "i1", "x": ',
        b"interview_id=i1",
        b"interview_id=i10",
        b"my-i1",
        b"\xff i1\0",
    ]
    for number, raw in enumerate(letters):
        await mailboxes.graveyard.bury([Letter("ready", f"{number}-1", raw, "bad", "garbage")])
    await closing.delete(I)
    assert [fields[b"event"] for _, fields in await redis.xrange(k.dead(None))] == letters[2:4]
    assert await redis.zrange(k.open, 0, -1) == await redis.zrange(k.settled, 0, -1) == [b"i10"]
    assert await redis.smembers(k.bots) == {b"i10"}  # type: ignore[misc]
