"""The broker's functions, each rule of the protocol against a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import cast
from uuid import uuid4

import pytest
from fixtures.brains import eventually, now
from redis.asyncio import Redis
from viva_shared.broker import (
    FIRST,
    BotFenced,
    Busy,
    Closed,
    Damaged,
    Doorbell,
    Held,
    Lease,
    LeaseLost,
    Letter,
    Mailboxes,
    NotOpen,
    OutputFeed,
    Producer,
)
from viva_shared.events import (
    CandidateSilent,
    Envelope,
    InputRejected,
    InterviewCreated,
    ReplyStarted,
    decode,
    new_event,
)

pytestmark = pytest.mark.integration

TTL = 5_000


def created(interview_id: str) -> Envelope:
    data = InterviewCreated(scenario="s", scenario_hash="h", room=f"interview-{interview_id}")
    return new_event(interview_id, data, now(), event_id="created")


def silent(interview_id: str, event_id: str | None = None) -> Envelope:
    return new_event(interview_id, CandidateSilent(), now(), event_id=event_id)


def started(interview_id: str, turn: str = "t1") -> Envelope:
    return new_event(interview_id, ReplyStarted(turn_id=turn), now())


@pytest.fixture
async def iid(mailboxes: Mailboxes) -> str:
    """An open interview."""
    interview_id = uuid4().hex[:8]
    assert await mailboxes.create(created(interview_id), "{}")
    return interview_id


async def hold(mailboxes: Mailboxes, iid: str, holder: str = "w", ttl: int = TTL) -> Held:
    held = await mailboxes.acquire(iid, holder, ttl)
    assert isinstance(held, Held)
    return held


async def tail(mailboxes: Mailboxes, iid: str) -> str:
    return (await mailboxes.inputs_after(iid, FIRST))[-1].entry_id


async def catch_up(mailboxes: Mailboxes, lease: Lease, old: str = FIRST, **change: object) -> str:
    """Commit with the cursor at the tail."""
    new = await tail(mailboxes, lease.interview_id)
    await mailboxes.commit(lease, old_cursor=old, new_cursor=new, state="{}", **change)  # type: ignore[arg-type]
    return new


async def test_create_is_idempotent(mailboxes: Mailboxes, iid: str) -> None:
    assert not await mailboxes.create(created(iid), '{"other": 1}')
    snapshot = await mailboxes.snapshot(iid)
    assert snapshot is not None
    assert snapshot.scenario == "{}"
    assert len(await mailboxes.inputs_after(iid, FIRST)) == 1
    assert iid in await mailboxes.open_interviews()


async def test_an_input_is_appended_once(mailboxes: Mailboxes, iid: str) -> None:
    assert [await mailboxes.append(silent(iid, "e1")) for _ in range(3)] == [True, False, False]
    assert len(await mailboxes.inputs_after(iid, FIRST)) == 2


async def test_nothing_is_written_to_what_does_not_exist_or_is_archived(
    mailboxes: Mailboxes, iid: str
) -> None:
    with pytest.raises(NotOpen, match="missing"):
        await mailboxes.append(silent("nobody"))
    assert await mailboxes.acquire("nobody", "w", TTL) == Closed("missing")
    assert not await mailboxes.redis.exists(mailboxes.keys.inputs("nobody"))
    await mailboxes.redis.hset(mailboxes.keys.state(iid), "status", "archived")  # type: ignore[misc]
    with pytest.raises(NotOpen, match="archived"):
        await mailboxes.append(silent(iid))
    with pytest.raises(NotOpen):
        await mailboxes.bot_acquire(iid, "b", TTL)
    assert await mailboxes.acquire(iid, "w", TTL) == Closed("archived")


async def test_one_holder_and_epochs_that_only_grow(mailboxes: Mailboxes, iid: str) -> None:
    first = await hold(mailboxes, iid, "w1")
    assert await mailboxes.acquire(iid, "w2", TTL) == Busy("w1")
    await catch_up(mailboxes, first.lease)
    assert await mailboxes.release(first.lease) == "released"
    second = await hold(mailboxes, iid, "w2")
    assert second.lease.epoch == first.lease.epoch + 1


async def test_a_holder_whose_lease_has_gone_cannot_write_a_byte(mailboxes: Mailboxes, iid: str) -> None:
    old = (await hold(mailboxes, iid, "w1", ttl=1)).lease

    async def taken() -> Held | Busy | Closed:
        return await mailboxes.acquire(iid, "w2", TTL)

    assert isinstance(await eventually(taken, lambda got: isinstance(got, Held)), Held)
    before = await everything(mailboxes, iid)
    letter = Letter("in", await tail(mailboxes, iid), b"x", "r", "garbage")
    rejected = new_event(iid, InputRejected(entry_id="1-1", event_id=None, reason="r"), now())
    for attempt in (
        mailboxes.commit(
            old, old_cursor=FIRST, new_cursor=letter.entry_id, state="X", outputs=[started(iid)]
        ),
        mailboxes.reject(old, letter, old_cursor=FIRST, rejected=rejected),
        mailboxes.emit(old, [started(iid)]),
        mailboxes.confirm(old, "a"),
        mailboxes.append(silent(iid), lease=old),
        mailboxes.renew(old, TTL),
        mailboxes.release(old),
        mailboxes.hand_back(old),
    ):
        with pytest.raises(LeaseLost):
            await attempt
    assert await everything(mailboxes, iid) == before


async def everything(mailboxes: Mailboxes, iid: str) -> dict[bytes, bytes]:
    """Every key of an interview, as Redis would save it (the lease without its age)."""
    keys = [key async for key in mailboxes.redis.scan_iter(f"{mailboxes.keys.prefix}:{{{iid}}}:*")]
    return {key: await mailboxes.redis.dump(key) for key in sorted(keys)}


async def test_commit_writes_all_of_it_or_nothing(mailboxes: Mailboxes, iid: str) -> None:
    lease = (await hold(mailboxes, iid)).lease
    cursor = await catch_up(mailboxes, lease, outputs=[started(iid, "t1")], opened={"a": "{}", "b": "{}"})
    snapshot = await mailboxes.snapshot(iid)
    assert snapshot is not None
    assert (snapshot.cursor, snapshot.version, snapshot.effects) == (cursor, 1, {"a": "{}", "b": "{}"})
    await mailboxes.append(silent(iid))
    with pytest.raises(LeaseLost, match="cursor"):
        await mailboxes.commit(
            lease, old_cursor=FIRST, new_cursor=await tail(mailboxes, iid), state="X", outputs=[started(iid)]
        )
    outputs = [event.data async for _, event in mailboxes.every_output(iid)]
    assert outputs == [ReplyStarted(turn_id="t1")]


async def test_a_write_that_is_repeated_because_its_answer_was_lost(mailboxes: Mailboxes, iid: str) -> None:
    lease = (await hold(mailboxes, iid)).lease
    cursor = await catch_up(mailboxes, lease, outputs=[started(iid, "t1")])
    before = await everything(mailboxes, iid)
    await mailboxes.commit(lease, old_cursor=FIRST, new_cursor=cursor, state="", outputs=[started(iid, "t1")])
    assert await everything(mailboxes, iid) == before
    await mailboxes.append(silent(iid))
    rejected = new_event(iid, InputRejected(entry_id="1-1", event_id=None, reason="r"), now())
    letter = Letter("in", await tail(mailboxes, iid), b"x", "r", "garbage")
    await mailboxes.reject(lease, letter, old_cursor=cursor, rejected=rejected)
    before = await everything(mailboxes, iid)
    await mailboxes.reject(lease, letter, old_cursor=cursor, rejected=rejected)
    assert await everything(mailboxes, iid) == before
    again = await hold(mailboxes, iid)  # the answer of an acquire was lost
    assert again.lease.epoch == lease.epoch + 1
    with pytest.raises(LeaseLost):
        await mailboxes.renew(lease, TTL)
    assert isinstance(await mailboxes.acquire(iid, "another", TTL), Busy)


async def test_release_needs_the_tail_and_no_open_effect(mailboxes: Mailboxes, iid: str) -> None:
    lease = (await hold(mailboxes, iid)).lease
    assert await mailboxes.release(lease) == "news"
    await catch_up(mailboxes, lease, opened={"a": "{}"})
    assert await mailboxes.release(lease) == "effects"
    await mailboxes.confirm(lease, "a")
    await mailboxes.append(silent(iid))
    assert await mailboxes.release(lease) == "news"


async def test_tries_are_counted_until_a_commit_and_not_for_draining(mailboxes: Mailboxes, iid: str) -> None:
    tries = []
    for _ in range(3):
        held = await hold(mailboxes, iid)
        tries.append((held.snapshot.tries, held.snapshot.tries_of == await tail(mailboxes, iid)))
        await mailboxes.redis.delete(mailboxes.keys.lease(iid))  # the holder died
    held = await hold(mailboxes, iid)
    await mailboxes.hand_back(held.lease)
    held = await hold(mailboxes, iid)
    assert [*tries, (held.snapshot.tries, True)] == [(1, True), (2, True), (3, True), (4, True)]
    await catch_up(mailboxes, held.lease, opened={"a": "{}", "b": "{}"})
    await mailboxes.redis.delete(mailboxes.keys.lease(iid))
    again = (await hold(mailboxes, iid)).snapshot
    assert (again.tries, again.tries_of) == (1, "effect:a effect:b")


async def test_a_bot_is_fenced_by_the_next_one_only(mailboxes: Mailboxes, iid: str) -> None:
    first = await mailboxes.bot_acquire(iid, "b1", TTL)
    assert first is not None
    assert await mailboxes.bot_acquire(iid, "b2", TTL) is None
    await mailboxes.redis.delete(mailboxes.keys.bot(iid))  # it expired
    await mailboxes.bot_renew(iid, "b1", first, TTL)  # and nobody took it
    assert await mailboxes.append(silent(iid), bot_epoch=first)
    await mailboxes.redis.delete(mailboxes.keys.bot(iid))
    second = await mailboxes.bot_acquire(iid, "b2", TTL)
    assert second == first + 1
    with pytest.raises(BotFenced):
        await mailboxes.bot_renew(iid, "b1", first, TTL)
    with pytest.raises(BotFenced):
        await mailboxes.append(silent(iid), bot_epoch=first)
    await mailboxes.bot_release(iid, "b1", first)
    assert await mailboxes.redis.exists(mailboxes.keys.bot(iid)), "it is not the first one's to release"


async def test_a_lost_function_library_is_loaded_again(mailboxes: Mailboxes, iid: str) -> None:
    await mailboxes.redis.function_delete("viva1")  # type: ignore[misc]
    assert await mailboxes.append(silent(iid))


async def test_doorbells_are_claimed_from_the_dead_and_kept_by_the_living(
    mailboxes: Mailboxes, redis: Redis
) -> None:
    dead, living, third = (Doorbell(redis, name, mailboxes.keys) for name in ("dead", "living", "third"))
    await dead.ensure_group()
    await mailboxes.ring("i1")
    [bell] = await dead.read(10)
    [claimed] = await eventually(lambda: living.claim(10, 10), bool)
    assert claimed == bell
    await living.keep([bell.bell_id])
    assert await third.claim(60_000, 10) == []
    await living.acknowledge([bell.bell_id])
    assert await redis.xlen(mailboxes.keys.ready) == 0
    assert (await redis.xpending(mailboxes.keys.ready, "brain"))["pending"] == 0


async def test_garbage_on_the_doorbell_is_dropped(mailboxes: Mailboxes, redis: Redis) -> None:
    bell = Doorbell(redis, "w", mailboxes.keys)
    await bell.ensure_group()
    await redis.xadd(mailboxes.keys.ready, {b"\xff": b"\xfe"})
    assert await bell.read(10) == []
    assert await redis.xlen(mailboxes.keys.ready) == 0


async def test_bells_are_passed_to_the_holder(mailboxes: Mailboxes, redis: Redis) -> None:
    reader, holder = Doorbell(redis, "reader", mailboxes.keys), Doorbell(redis, "holder", mailboxes.keys)
    await reader.ensure_group()
    await mailboxes.ring("i1")
    [bell] = await reader.read(1)
    await reader.pass_to("holder", bell)
    assert await holder.passed() == [bell]
    await holder.acknowledge([bell.bell_id])
    assert (await redis.xpending(mailboxes.keys.ready, "brain"))["pending"] == 0


async def test_a_producer_keeps_order_and_stops_when_it_is_refused(mailboxes: Mailboxes, iid: str) -> None:
    producer = Producer(mailboxes)
    task = asyncio.create_task(producer.run())
    events = [silent(iid, f"e{n}") for n in range(50)]
    for event in events:
        producer.put(event)
    await producer.flush()
    ids = [decode(entry.raw).event_id for entry in await mailboxes.inputs_after(iid, FIRST)]
    assert ids == ["created", *(f"e{n}" for n in range(50))]
    producer.put(silent("nobody"))
    with pytest.raises(NotOpen):
        await task


async def test_a_feed_delivers_each_output_once_to_each_follower(mailboxes: Mailboxes, redis: Redis) -> None:
    interviews = [uuid4().hex[:8] for _ in range(3)]
    feed = OutputFeed(redis, "feed", mailboxes.keys)
    task = asyncio.create_task(feed.run())

    async def follow(interview_id: str) -> list[str]:
        got = []
        async with feed.follow(interview_id) as events:
            async for _, event in events:
                got.append(getattr(event.data, "turn_id", ""))
                if len(got) == 20:
                    return got
        return got

    followers = [asyncio.create_task(follow(i)) for i in interviews for _ in range(2)]
    for number in range(20):
        for interview_id in interviews:
            event = started(interview_id, f"t{number}")
            await redis.xadd(mailboxes.keys.outputs(interview_id), {"event": event.encode()})
    assert await asyncio.gather(*followers) == [[f"t{n}" for n in range(20)]] * 6
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_who_begins_to_follow_during_a_read_misses_nothing(mailboxes: Mailboxes, redis: Redis) -> None:
    key = mailboxes.keys.outputs("i1")
    for number in range(5):
        await redis.xadd(key, {"event": started("i1", f"t{number}").encode()})
    feed = OutputFeed(redis, "feed", mailboxes.keys)
    task = asyncio.create_task(feed.run())
    last = (await mailboxes.last_outputs("i1", 1))[0][0]
    async with feed.follow("i1", last):
        await asyncio.sleep(0.1)  # a blocking read from the tail is under way
        late = [asyncio.create_task(_turns(feed, 6))]
        await redis.xadd(key, {"event": started("i1", "t5").encode()})
        assert await asyncio.gather(*late) == [[f"t{n}" for n in range(6)]]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_damaged_stream_keeps_the_feed_from_nobody_else(mailboxes: Mailboxes, redis: Redis) -> None:
    feed = OutputFeed(redis, "feed", mailboxes.keys)
    task = asyncio.create_task(feed.run())
    await redis.set(mailboxes.keys.outputs("damaged"), "no stream")
    async with feed.follow("damaged") as damaged:
        whole = asyncio.create_task(_turns(feed, 1))
        with pytest.raises(Damaged, match="rename or delete it"):
            await anext(damaged)
    await redis.xadd(mailboxes.keys.outputs("i1"), {"event": started("i1", "t0").encode()})
    assert await whole == ["t0"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_follower_who_takes_little_at_a_time_gets_all(mailboxes: Mailboxes, redis: Redis) -> None:
    feed = OutputFeed(redis, "feed", mailboxes.keys)
    task = asyncio.create_task(feed.run())
    for number in range(50):
        event = started("i1", f"t{number}").encode()
        await redis.xadd(mailboxes.keys.outputs("i1"), {"event": event})
    got: list[str] = []
    async with feed.follow("i1", limit=7) as outputs:
        quick = asyncio.create_task(_turns(feed, 51))
        async for _, output in outputs:
            got.append(getattr(output.data, "turn_id", ""))
            if len(got) == 20:
                event = started("i1", "t50").encode()
                await redis.xadd(mailboxes.keys.outputs("i1"), {"event": event})
                assert await quick == [f"t{n}" for n in range(51)]
            if len(got) == 51:
                break
    assert got == [f"t{n}" for n in range(51)]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _turns(feed: OutputFeed, count: int) -> list[str]:
    got: list[str] = []
    async with feed.follow("i1") as events:
        async for _, event in events:
            got.append(getattr(event.data, "turn_id", ""))
            if len(got) == count:
                break
    return got


async def test_who_leaves_rings_anew_for_what_it_had_in_hand(mailboxes: Mailboxes) -> None:
    bells = [Doorbell(mailboxes.redis, name, mailboxes.keys) for name in ("w1", "w2")]
    await bells[0].ensure_group()
    for name in ("a", "b", "c"):
        await mailboxes.ring(name)
    served, *_ = await bells[0].read(3)
    await bells[0].acknowledge([served.bell_id])
    await bells[0].leave()
    assert [bell.interview_id for bell in await bells[1].read(3)] == ["b", "c"]
    consumers = await mailboxes.redis.xinfo_consumers(mailboxes.keys.ready, "brain")
    assert [consumer["name"] for consumer in consumers] == [b"w2"]


async def test_a_consumer_with_a_doorbell_in_hand_is_not_forgotten(mailboxes: Mailboxes) -> None:
    """What a dead connection was given after its worker left is claimed like anybody's."""
    doorbell = Doorbell(mailboxes.redis, "w1", mailboxes.keys)
    await doorbell.ensure_group()
    await mailboxes.ring("a")
    await doorbell.read(1)
    call = mailboxes.redis.fcall("viva1_leave", 1, mailboxes.keys.ready, "brain", "w1")  # type: ignore[arg-type]
    assert await cast(Awaitable[list[bytes]], call) == [b"pending"]
    assert (await mailboxes.redis.xpending(mailboxes.keys.ready, "brain"))["pending"] == 1
