"""Whatever comes on a worker's streams: a dead letter with the reason, counted, and the interview goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from brain.application.reporting import build_report
from brain.application.speaking import Budget
from fakes.model import SILENCE, ScriptedModel
from fakes.queue import RecordingQueue
from fixtures.brains import TextRoom, build_worker, eventually, nothing_is_left, now, working
from prometheus_client import REGISTRY
from viva_shared.broker import DeadLetter, DeadLetters, Mailboxes, OutputFeed, Producer
from viva_shared.events import (
    MAX_EVENT_BYTES,
    InputRejected,
    InterviewCreated,
    ReplyFinished,
    ReplyStarted,
    UtteranceHeard,
    new_event,
)

pytestmark = pytest.mark.integration


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"viva_{name}_total", labels) or 0.0


async def letters(mailboxes: Mailboxes, interview_id: str | None) -> list[DeadLetter]:
    return [letter async for letter in DeadLetters(mailboxes).of(interview_id)]


def utterance(room: TextRoom, **change: object) -> bytes:
    data = UtteranceHeard(utterance_id="planted", text="hello")
    event = json.loads(new_event(room.interview_id, data, now(), event_id="planted").encode())
    return json.dumps(event | change).encode()


def output_among_inputs(room: TextRoom) -> bytes:
    return (
        new_event(room.interview_id, ReplyStarted(turn_id="t9"), now(), event_id="planted").encode().encode()
    )


def second_creation(room: TextRoom) -> bytes:
    data = InterviewCreated(scenario="s", scenario_hash="h", room="r")
    return new_event(room.interview_id, data, now(), event_id="planted").encode().encode()


INPUTS: dict[str, tuple[Callable[[TextRoom], bytes], str, str, str | None]] = {
    "garbage": (lambda room: b"\xff\xfe garbage", "garbage", "Invalid JSON", None),
    "unknown type": (lambda room: utterance(room, type="utterance.sung"), "unknown_type", "sung", "planted"),
    "unknown version": (lambda room: utterance(room, version=99), "unknown_version", "version 99", "planted"),
    "malformed": (lambda room: utterance(room, occurred_at="then"), "invalid", "occurred_at", "planted"),
    "oversized": (
        lambda room: utterance(room, padding="x" * MAX_EVENT_BYTES),
        "oversized",
        f"the limit is {MAX_EVENT_BYTES}",
        None,
    ),
    "an output": (output_among_inputs, "misplaced", "cannot happen", "planted"),
    "a second creation": (second_creation, "misplaced", "cannot happen", "planted"),
}


@pytest.mark.parametrize("what", INPUTS)
async def test_an_input_that_cannot_be_applied(mailboxes: Mailboxes, what: str) -> None:
    make, kind, reason, event_id = INPUTS[what]
    room, before = TextRoom(mailboxes), metric("dead_letters", stream="in", kind=kind)
    applied = metric("inputs_applied", type="utterance.heard")
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        raw = make(room)
        entry_id = await mailboxes.redis.xadd(mailboxes.keys.inputs(room.interview_id), {"event": raw})
        await room.say("are you there")
        assert await room.hear() == "Hello."
        await nothing_is_left(mailboxes)
    [letter] = await letters(mailboxes, room.interview_id)
    assert reason in letter.reason
    assert (letter.stream, letter.entry_id, letter.event_id) == ("in", entry_id.decode(), event_id)
    assert (letter.event, letter.size) == (raw[:MAX_EVENT_BYTES], len(raw))
    [rejected] = [e.data for e in await room.outputs() if isinstance(e.data, InputRejected)]
    assert rejected == InputRejected(entry_id=letter.entry_id, event_id=event_id, reason=letter.reason)
    assert metric("dead_letters", stream="in", kind=kind) == before + 1
    assert metric("inputs_applied", type="utterance.heard") == applied + 1


async def test_an_entry_without_an_event_is_kept_as_it_was(mailboxes: Mailboxes) -> None:
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        await mailboxes.redis.xadd(mailboxes.keys.inputs(room.interview_id), {b"who": b"\xff", b"why": b"me"})
        await room.say("are you there")
        assert await room.hear() == "Hello."
    [letter] = await letters(mailboxes, room.interview_id)
    assert letter.event == b"who=\xff\nwhy=me"


async def test_the_limit_is_the_deployments(mailboxes: Mailboxes) -> None:
    tight = Mailboxes(mailboxes.redis, mailboxes.keys, 4_000)
    room = TextRoom(mailboxes)
    async with working(build_worker(tight, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        await room.say("x" * 4_000)
        await room.say("are you there")
        assert await room.hear() == "Hello."
    [letter] = await letters(mailboxes, room.interview_id)
    assert "the limit is 4000" in letter.reason
    assert len(letter.event) == 4_000 < letter.size


async def test_a_producer_goes_on_after_an_event_that_is_too_large(mailboxes: Mailboxes) -> None:
    tight = Mailboxes(mailboxes.redis, mailboxes.keys, 4_000)
    room, before = TextRoom(mailboxes), metric("dead_letters", stream="in", kind="oversized")
    producer = Producer(tight)
    sending = asyncio.create_task(producer.run())
    async with working(build_worker(tight, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        for number, text in enumerate(("x" * 4_000, "are you there")):
            data = UtteranceHeard(utterance_id=f"v{number}", text=text)
            producer.put(new_event(room.interview_id, data, now(), event_id=f"e{number}"))
        assert await room.hear() == "Hello."
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    [letter] = await letters(mailboxes, room.interview_id)
    assert (letter.entry_id, letter.event_id, letter.type) == ("", "e0", "utterance.heard")
    assert len(letter.event) == 4_000 < letter.size
    assert metric("dead_letters", stream="in", kind="oversized") == before + 1
    assert [line.of for line in (await room.state()).lines if line.speaker == "candidate"] == ["v1"]


async def test_an_output_that_is_none_is_one_dead_letter_to_all_its_readers(mailboxes: Mailboxes) -> None:
    room, before = TextRoom(mailboxes), metric("dead_letters", stream="out", kind="garbage")
    key = mailboxes.keys.outputs(room.interview_id)
    feeds = [OutputFeed(mailboxes.redis, f"feed-{n}", mailboxes.keys) for n in range(2)]
    running = [asyncio.create_task(feed.run()) for feed in feeds]

    async def follow(feed: OutputFeed) -> list[str]:
        heard = []
        async with feed.follow(room.interview_id) as events:
            async for _, event in events:
                if isinstance(event.data, ReplyFinished):
                    heard.append(event.data.text)
                    if len(heard) == 2:
                        break
        return heard

    following = [asyncio.create_task(follow(feed)) for feed in feeds]
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        planted = [await mailboxes.redis.xadd(key, {"event": b"\xff"}) for _ in range(3)]
        await room.say("are you there")
        await room.hear()
        await nothing_is_left(mailboxes)
    assert [heard[1] for heard in await asyncio.gather(*following)] == ["Hello."] * 2
    await build_report(mailboxes, room.interview_id, "scripted")
    await mailboxes.last_outputs(room.interview_id, 50)
    found = await letters(mailboxes, room.interview_id)
    assert sorted(letter.entry_id.encode() for letter in found) == planted
    assert {letter.stream for letter in found} == {"out"}
    await DeadLetters(mailboxes).drop(found[0])
    await build_report(mailboxes, room.interview_id, "scripted")
    assert await letters(mailboxes, room.interview_id) == found[1:], "what was dropped stays dropped"
    assert metric("dead_letters", stream="out", kind="garbage") == before + 3
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_garbage_within_a_reply_does_not_hide_what_was_said(mailboxes: Mailboxes) -> None:
    room = TextRoom(mailboxes)
    first, second = ScriptedModel(["Please introduce", SILENCE]), ScriptedModel([" yourself."])
    patient, before = Budget(60, 60), metric("take_overs")
    async with working(build_worker(mailboxes, first, RecordingQueue(), budget=patient)):
        await room.open()
        await room.wait_for(lambda out: "introduce" in str(out) or None, "the beginning of the reply")
        await mailboxes.redis.xadd(mailboxes.keys.outputs(room.interview_id), {"event": b"garbage"})
    async with working(build_worker(mailboxes, second, RecordingQueue())):
        assert (await room.hear()).endswith("Please introduce yourself.")
    assert len(await letters(mailboxes, room.interview_id)) == 1
    assert metric("take_overs") > before


NO_BELLS: list[dict[bytes, bytes]] = [
    {b"\xff": b"\xfe"},
    {b"interview_id": b""},
    {b"interview_id": b"\xff\xfe"},
    {b"interview_id": b"no interview is called so"},
    {b"interview_id": b"x" * 65},
]


async def test_a_doorbell_that_names_no_interview(mailboxes: Mailboxes) -> None:
    room, before = TextRoom(mailboxes), metric("dead_letters", stream="ready", kind="garbage")
    model = ScriptedModel(["Hello."])
    async with (
        working(build_worker(mailboxes, model, RecordingQueue())),
        working(build_worker(mailboxes, model, RecordingQueue())),
    ):
        for fields in NO_BELLS:
            await mailboxes.redis.xadd(mailboxes.keys.ready, fields)  # type: ignore[arg-type]
        await room.open()
        await room.hear()
        await nothing_is_left(mailboxes)
    found = await letters(mailboxes, None)
    assert [letter.stream for letter in found] == ["ready"] * len(NO_BELLS)
    assert {letter.event for letter in found} == {
        b"\n".join(name + b"=" + value for name, value in fields.items()) for fields in NO_BELLS
    }
    assert metric("dead_letters", stream="ready", kind="garbage") == before + len(NO_BELLS)


async def test_garbage_passed_to_a_worker(mailboxes: Mailboxes) -> None:
    room, before = TextRoom(mailboxes), metric("dead_letters", stream="worker", kind="garbage")
    worker = build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())
    key = mailboxes.keys.worker(worker.name)
    planted: list[dict[bytes, bytes]] = [
        {b"what": b"is this"},
        {b"interview_id": b"i1"},
        {b"bell_id": b"1-1"},
        {b"bell_id": b"no entry id", b"interview_id": b"i1"},
        {b"bell_id": b"9" * 30 + b"-1", b"interview_id": b"i1"},
        {b"bell_id": b"1-1", b"interview_id": b"\xff"},
    ]
    async with working(worker) as task:
        for fields in planted:
            await mailboxes.redis.xadd(key, fields)  # type: ignore[arg-type]
        found = await eventually(lambda: letters(mailboxes, None), lambda got: len(got) == len(planted))
        await room.open()
        await room.hear()
        assert not task.done()
    assert {letter.stream for letter in found} == {f"worker:{worker.name}"}
    assert metric("dead_letters", stream="worker", kind="garbage") == before + len(planted)


async def test_a_flood_of_garbage_neither_starves_a_worker_nor_fills_the_memory(mailboxes: Mailboxes) -> None:
    room, flood = TextRoom(mailboxes), 5_000
    async with mailboxes.redis.pipeline(transaction=False) as pipe:
        for number in range(flood):
            pipe.xadd(mailboxes.keys.ready, {"garbage": number})
        await pipe.execute()
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        await nothing_is_left(mailboxes)
    kept = await letters(mailboxes, None)
    assert 1_000 <= len(kept) < 1_200
    assert kept[-1].event == b"garbage=%d" % (flood - 1)
    assert await mailboxes.redis.zcard(mailboxes.keys.buried(None)) == 1_000


@pytest.mark.parametrize("what", ["in", "out", "state", "lease", "seen", "dead"])
async def test_a_key_of_another_type_stops_its_own_interview_only(mailboxes: Mailboxes, what: str) -> None:
    """At rest, in the middle of a reply, and when the worker stops."""
    resting, held, well = TextRoom(mailboxes), TextRoom(mailboxes), TextRoom(mailboxes)
    model = ScriptedModel([" Hello."], ["Please introduce", SILENCE], ["Hello."])
    worker = build_worker(mailboxes, model, RecordingQueue(), budget=Budget(60, 60), lease_ttl_s=0.5)
    async with working(worker) as task:
        await resting.open()
        await resting.hear()
        await held.open()
        await held.wait_for(lambda out: "introduce" in str(out) or None, "the beginning of a reply")
        for sick in (resting, held):
            key = f"{mailboxes.keys.prefix}:{{{sick.interview_id}}}:{what}"
            async with mailboxes.redis.pipeline(transaction=True) as pipe:
                pipe.delete(key)
                pipe.lpush(key, "no such thing")
                await pipe.execute()
            if what != "in":
                await mailboxes.redis.xadd(mailboxes.keys.inputs(sick.interview_id), {"event": b"garbage"})
            await mailboxes.ring(sick.interview_id)
        await well.open()
        for number in range(5):
            assert await well.hear()
            await well.say(f"word {number}")
            await asyncio.sleep(0.3)  # long enough for a lease to expire, and for doorbells to be claimed
        assert not task.done()
