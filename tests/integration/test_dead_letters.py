"""Dead letters on a real Redis: written once, refused by what is closed, found, tried again, dropped."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from fixtures.brains import eventually, now
from redis.asyncio import Redis
from redis.crc import key_slot
from viva_shared.broker import (
    FIRST,
    DeadLetter,
    DeadLetters,
    Doorbell,
    Keys,
    Letter,
    Mailboxes,
    NotOpen,
    NotRetried,
    OutputFeed,
)
from viva_shared.events import (
    CandidateSilent,
    Envelope,
    InterviewCreated,
    ReplyStarted,
    UtteranceHeard,
    decode,
    new_event,
)

pytestmark = pytest.mark.integration


@pytest.fixture
async def iid(mailboxes: Mailboxes) -> str:
    """An open interview."""
    interview_id = uuid4().hex[:8]
    data = InterviewCreated(scenario="s", scenario_hash="h", room=f"interview-{interview_id}")
    assert await mailboxes.create(new_event(interview_id, data, now(), event_id="created"), "{}")
    return interview_id


async def every(mailboxes: Mailboxes) -> list[DeadLetter]:
    return [letter async for letter in DeadLetters(mailboxes).every()]


def letter_of(raw: bytes, stream: str = "in", entry_id: str = "1-1", event_id: str | None = None) -> Letter:
    return Letter(stream, entry_id, raw, "why not", "garbage", event_id)


async def buried(mailboxes: Mailboxes, iid: str, event: Envelope, **of: str) -> DeadLetter:
    """The dead letter that has just been made of an event."""
    await mailboxes.graveyard.bury([letter_of(event.encode().encode(), event_id=event.event_id, **of)], iid)
    return (await every(mailboxes))[-1]


async def test_a_letter_is_written_once_whoever_finds_it(mailboxes: Mailboxes, iid: str) -> None:
    found = [letter_of(b"x", "out", "1-1"), letter_of(b"y", "out", "1-2")]
    await asyncio.gather(*(mailboxes.graveyard.bury(found, iid) for _ in range(5)))
    await asyncio.gather(*(mailboxes.graveyard.bury(found) for _ in range(5)))
    assert [(letter.interview_id, letter.event) for letter in await every(mailboxes)] == [
        (iid, b"x"),
        (iid, b"y"),
        (None, b"x"),
        (None, b"y"),
    ]


async def test_what_is_kept_is_cut_at_the_limit_and_says_its_size(redis: Redis, key_prefix: str) -> None:
    mailboxes = Mailboxes(redis, Keys(key_prefix), 100)
    await mailboxes.graveyard.bury([letter_of(b"x" * 101), letter_of(b"y" * 100, entry_id="1-2")])
    assert [(len(letter.event), letter.size) for letter in await every(mailboxes)] == [(100, 101), (100, 100)]


async def test_nothing_is_written_to_an_archived_or_missing_interview(mailboxes: Mailboxes, iid: str) -> None:
    await mailboxes.redis.hset(mailboxes.keys.state(iid), "status", "archived")  # type: ignore[misc]
    await mailboxes.graveyard.bury([letter_of(b"x")], iid)
    await mailboxes.graveyard.bury([letter_of(b"x")], "nobody")
    assert await every(mailboxes) == []
    assert not await mailboxes.redis.exists(mailboxes.keys.buried(iid), mailboxes.keys.buried("nobody"))


@pytest.mark.parametrize("interview_id", ["i1", None])
def test_both_keys_of_a_function_share_a_node(interview_id: str | None) -> None:
    dead, buried = Keys().dead(interview_id), Keys().buried(interview_id)
    assert key_slot(dead.encode()) == key_slot(buried.encode())


async def test_a_feed_at_rest_behind_garbage_waits(mailboxes: Mailboxes, redis: Redis, iid: str) -> None:
    async def reads() -> int:
        return int((await redis.info("commandstats"))["cmdstat_xread"]["calls"])

    feed = OutputFeed(redis, "feed", mailboxes.keys)
    running = asyncio.create_task(feed.run())
    async with feed.follow(iid):
        await redis.xadd(mailboxes.keys.outputs(iid), {"event": b"garbage"})
        await eventually(lambda: every(mailboxes), bool)
        before = await reads()
        await asyncio.sleep(0.3)
        assert await reads() - before <= 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_garbage_that_was_passed_is_read_once(mailboxes: Mailboxes, redis: Redis) -> None:
    doorbell = Doorbell(redis, "w", mailboxes.keys)
    await redis.xadd(mailboxes.keys.worker("w"), {"what": "is this"})
    assert await doorbell.passed(1) == []
    assert await doorbell.passed(1) == []
    assert [letter.stream for letter in await every(mailboxes)] == ["worker:w"]


async def test_a_retry_is_a_new_event_and_the_letter_is_gone(mailboxes: Mailboxes, iid: str) -> None:
    data = UtteranceHeard(utterance_id="u1", text="hello")
    event = new_event(iid, data, now() - timedelta(hours=1), event_id="e1")
    await mailboxes.append(event)
    letter = await buried(mailboxes, iid, event)
    at, box = now(), DeadLetters(mailboxes)
    again = [await box.retry(letter, at) for _ in range(3)]  # as if the answer had been lost
    assert again == [again[0]] * 3
    [_, first, second] = [decode(entry.raw) for entry in await mailboxes.inputs_after(iid, FIRST)]
    assert (first, second) == (event, again[0])
    assert (second.event_id, second.causation_id) == (f"retry:{letter.letter_id}", "e1")
    assert (second.data, second.occurred_at) == (data, at)
    assert await every(mailboxes) == []
    assert await box.find(letter.reference) is None


@pytest.mark.parametrize(
    ("letter", "why"),
    [
        (letter_of(b"{}", stream="out"), "it was no input but an entry of 'out'"),
        (letter_of(b"\xff"), "cannot be read by this version either"),
        (letter_of(b"x" * 5_000), "only the first 4000 of its 5000 bytes"),
    ],
)
async def test_what_cannot_be_retried_says_why_and_stays(
    redis: Redis, key_prefix: str, letter: Letter, why: str
) -> None:
    mailboxes = Mailboxes(redis, Keys(key_prefix), 4_000)
    data = InterviewCreated(scenario="s", scenario_hash="h", room="r")
    await mailboxes.create(new_event("i1", data, now(), event_id="created"), "{}")
    await mailboxes.graveyard.bury([letter], "i1")
    [dead] = await every(mailboxes)
    with pytest.raises(NotRetried, match=why):
        await DeadLetters(mailboxes).retry(dead, now())
    assert await every(mailboxes) == [dead]
    assert len(await mailboxes.inputs_after("i1", FIRST)) == 1


@pytest.mark.parametrize(
    "event",
    [
        new_event("i1", ReplyStarted(turn_id="t1"), now()),
        new_event("another", CandidateSilent(), now()),
    ],
    ids=["an output", "another interview's"],
)
async def test_what_is_no_input_of_the_interview_is_not_retried(
    mailboxes: Mailboxes, iid: str, event: Envelope
) -> None:
    letter = await buried(mailboxes, iid, event)
    with pytest.raises(NotRetried, match="no input of this interview"):
        await DeadLetters(mailboxes).retry(letter, now())


async def test_a_closed_interview_takes_no_retry(mailboxes: Mailboxes, iid: str) -> None:
    letter = await buried(mailboxes, iid, new_event(iid, CandidateSilent(), now()))
    await mailboxes.redis.hset(mailboxes.keys.state(iid), "status", "archived")  # type: ignore[misc]
    with pytest.raises(NotOpen, match="archived"):
        await DeadLetters(mailboxes).retry(letter, now())
    assert await every(mailboxes) == [letter]


async def test_a_letter_is_read_whatever_is_in_it(mailboxes: Mailboxes, redis: Redis, iid: str) -> None:
    await redis.xadd(mailboxes.keys.dead(iid), {b"\xff": b"\xfe", b"size": b"many"})
    await redis.set(mailboxes.keys.dead("sick"), "no stream")
    [letter] = await every(mailboxes)
    assert (letter.interview_id, letter.stream, letter.event, letter.size) == (iid, "", b"", 0)


@pytest.mark.parametrize(
    ("event", "type_"),
    [
        (b'{"event_id": "e", "type": "utterance.heard", "data": {"text": "hel', "utterance.heard"),
        (b'{"type": 7}', "7"),
        (b"[]", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_the_type_is_read_of_a_head_too(event: bytes, type_: str | None) -> None:
    assert DeadLetter("1-1", None, "in", "1-1", None, event, 1, "r").type == type_
