"""Workers on a real Redis: whole interviews, take-overs, failures of the model, poison."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import cast

import pytest
from brain.application import serving
from brain.application.ports import ModelError, Prompt, Text, ToolCall
from brain.application.speaking import Budget
from brain.domain.decide import NotAnInput, decide
from brain.domain.effects import ScheduleDeadline
from brain.domain.state import Phase
from brain.settings import BrainSettings
from fakes.model import SILENCE, ScriptedModel
from fakes.queue import RecordingQueue
from fakes.world import SCREENING
from fixtures.brains import TextRoom, build_worker, nothing_is_left, working
from viva_shared.broker import Held, Mailboxes
from viva_shared.events import InputRejected, ReplyChunk, ReplyGenerated, UtteranceHeard, decode

pytestmark = pytest.mark.integration

INTRO = ToolCall(
    "self_intro_complete", {"name": "Alice", "current_role": "nurse", "intro_summary": "ten years of nursing"}
)
PROJECT = ToolCall("past_experience_complete", {"project": "a ward plan"})


async def hold_interview(room: TextRoom) -> list[str]:
    """Alice talks with the interviewer until the end; what she heard."""
    await room.open()
    heard = [await room.hear()]
    for answer in ("I am Alice, a nurse for ten years", "I made a ward plan", "No questions. Goodbye!"):
        await room.say(answer)
        heard.append(await room.hear())
    await room.wait_for(lambda out: (out and out[-1].type == "interview.ended") or None, "the end")
    return heard


def alice_model() -> ScriptedModel:
    return ScriptedModel(
        ["Please ", "introduce ", "yourself."],
        [INTRO],
        ["Which ", "project?"],
        [PROJECT],
        ["Any ", "questions?"],
    )


async def test_a_whole_interview(mailboxes: Mailboxes) -> None:
    queue, room = RecordingQueue(), TextRoom(mailboxes)
    async with working(build_worker(mailboxes, alice_model(), queue)):
        heard = await hold_interview(room)
        await nothing_is_left(mailboxes)
    assert heard == [
        f"{SCREENING.words.greeting} Please introduce yourself.",
        "Which project?",
        "Any questions?",
        SCREENING.ending.farewell,
    ]
    state = await room.state()
    assert (state.phase, state.end_reason) == (Phase.ENDED, "goodbye")
    assert state.facts["project"] == "a ward plan"
    assert queue.reports == {room.interview_id}
    assert {timer.partition("-")[0] for _, timer in queue.deadlines} == {
        "stage",
        "silence",
        "hearing",
        "closing",
    }


async def test_twenty_interviews_over_two_workers(mailboxes: Mailboxes) -> None:
    queue, rooms = RecordingQueue(), [TextRoom(mailboxes) for _ in range(20)]
    models = [ScriptedModel(["Go ", "on."]) for _ in range(2)]

    async def talk(room: TextRoom) -> list[str]:
        await room.open()
        heard = [await room.hear()]
        for number in range(5):
            await room.say(f"word {number}")
            heard.append(await room.hear())
        return heard

    async with (
        working(build_worker(mailboxes, models[0], queue)),
        working(build_worker(mailboxes, models[1], queue)),
    ):
        heard = await asyncio.gather(*(talk(room) for room in rooms))
        await nothing_is_left(mailboxes)
    assert all(replies[1:] == ["Go on."] * 5 for replies in heard)


async def test_another_worker_finishes_the_reply_of_a_dead_one(mailboxes: Mailboxes) -> None:
    queue, room = RecordingQueue(), TextRoom(mailboxes)
    first, second = ScriptedModel(["Please introduce", SILENCE]), ScriptedModel(["yourself", " now."])
    dying = build_worker(mailboxes, first, queue, budget=Budget(60, 60), lease_ttl_s=0.5)
    task = asyncio.create_task(dying.run())
    await room.open()
    await room.wait_for(lambda out: "introduce" in str(out) or None, "the beginning of the reply")
    dying._stop = _dead  # type: ignore[method-assign]  # a killed process gives nothing back
    for tenure in asyncio.all_tasks():
        if tenure.get_name() == room.interview_id or room.interview_id in tenure.get_name():
            tenure.cancel()
    task.cancel()
    async with working(build_worker(mailboxes, second, queue)):
        assert await room.hear() == f"{SCREENING.words.greeting} Please introduce yourself now."
    assert "Already said" in second.prompts[0].system
    assert [chunk.seq for chunk in await room.chunks("t1")] == [0, 1, 2, 3]


async def test_a_worker_that_is_stopped_gives_its_interviews_away_at_once(mailboxes: Mailboxes) -> None:
    queue, room = RecordingQueue(), TextRoom(mailboxes)
    first, second = ScriptedModel(["Please introduce", SILENCE]), ScriptedModel([" yourself."])
    patient = Budget(60, 60)
    async with working(build_worker(mailboxes, first, queue, budget=patient, lease_ttl_s=60)):
        await room.open()
        await room.wait_for(lambda out: "introduce" in str(out) or None, "the beginning of the reply")
    async with working(build_worker(mailboxes, second, queue, lease_ttl_s=60)):
        assert await room.hear() == f"{SCREENING.words.greeting} Please introduce yourself."
    assert first.cancelled == 1


async def test_a_worker_that_is_stopped_finishes_the_reply_under_way(mailboxes: Mailboxes) -> None:
    room, slow = TextRoom(mailboxes), SlowModel(["Please ", "introduce ", "yourself."])
    worker = build_worker(mailboxes, slow, RecordingQueue(), budget=Budget(60, 60), drain_s=30)
    task = asyncio.create_task(worker.run())
    await room.open()
    await slow.wait_for_piece()
    task.cancel()
    late = TextRoom(mailboxes)
    await late.open()
    for _ in range(3):
        slow.go_on()
    assert await room.hear() == f"{SCREENING.words.greeting} Please introduce yourself."
    await asyncio.wait({task}, timeout=10)
    assert task.cancelled()
    assert not [e for e in await late.outputs() if isinstance(e.data, ReplyChunk)], (
        "it took another interview"
    )
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue(), lease_ttl_s=60)):
        assert await late.hear()  # though nothing of the first worker's has expired
        await nothing_is_left(mailboxes)


class SlowModel(ScriptedModel):
    """A model whose every piece waits for the test."""

    def __init__(self, *scripts: Sequence[str | ToolCall | ModelError]) -> None:
        super().__init__(*scripts)
        self._asked = asyncio.Event()
        self._gate = asyncio.Semaphore(0)

    async def stream(self, prompt: Prompt) -> AsyncIterator[Text | ToolCall]:
        async for piece in super().stream(prompt):
            self._asked.set()
            await self._gate.acquire()
            yield piece

    async def wait_for_piece(self) -> None:
        """Until it is in the middle of a reply."""
        async with asyncio.timeout(10):
            await self._asked.wait()

    def go_on(self) -> None:
        """One more piece."""
        self._gate.release()


async def _dead() -> None:
    return


@pytest.mark.parametrize(
    ("script", "said", "error"),
    [
        ([SILENCE], "", "the model is silent"),
        ([ModelError("401 UNAUTHENTICATED", retryable=False)], "", "401"),
        ([ModelError("500 INTERNAL", retryable=True)], "", "500"),
        ([], "", "nothing"),
        (["What ", ModelError("cut", retryable=False)], "What … ", "cut"),
        (["What ", SILENCE], "What … ", "the model is silent"),
    ],
)
async def test_a_model_that_fails_is_answered_for_by_the_scenario(
    mailboxes: Mailboxes, script: list[str | ToolCall | ModelError], said: str, error: str
) -> None:
    room, model = TextRoom(mailboxes), ScriptedModel(["Hello."], script)
    worker = build_worker(mailboxes, model, RecordingQueue(), budget=Budget(0.3, 0.2))
    async with working(worker):
        await room.open()
        await room.hear()
        await room.say("hello")
        assert await room.hear() == said + SCREENING.stages[0].words.fallback[2]
    inputs = [decode(e.raw).data async for e in mailboxes.every_input(room.interview_id)]
    answer = [data for data in inputs if isinstance(data, ReplyGenerated)][1]
    assert answer.source == "scenario"
    assert error in (answer.error or "")


@pytest.mark.parametrize(
    "failure", [SILENCE, ModelError("503", retryable=True), ModelError("cut", retryable=True)]
)
async def test_the_scenarios_words_start_within_a_second_and_a_half_of_the_turn(
    mailboxes: Mailboxes, failure: str | ModelError
) -> None:
    """With the patience that the settings have by default; by Redis' clock, which stamps the entries."""
    patience = {name: BrainSettings.model_fields[name].default for name in ("first_chunk_s", "stall_s")}
    room, model = TextRoom(mailboxes), ScriptedModel(["Hello."], [failure])
    async with working(build_worker(mailboxes, model, RecordingQueue(), budget=Budget(**patience))):
        await room.open()
        await room.hear()
        await room.say("hello")
        await room.hear()
    inputs = [entry async for entry in mailboxes.every_input(room.interview_id)]
    outputs = [entry async for entry in mailboxes.every_output(room.interview_id)]
    spoken = next(e.entry_id for e in inputs if isinstance(decode(e.raw).data, UtteranceHeard))
    words = [at for at, e in outputs if isinstance(e.data, ReplyChunk) and e.data.turn_id == "t2"]
    begins, ends = (int(entry_id.partition("-")[0]) for entry_id in (spoken, words[0]))
    assert ends - begins < 1_500


async def test_a_failure_that_passes_is_tried_again(mailboxes: Mailboxes) -> None:
    failure = ModelError("503", retryable=True)
    room, model = TextRoom(mailboxes), ScriptedModel([failure], ["Please ", failure], ["introduce yourself."])
    async with working(build_worker(mailboxes, model, RecordingQueue())):
        await room.open()
        assert await room.hear() == f"{SCREENING.words.greeting} Please introduce yourself."
    assert "Already said: " + SCREENING.words.greeting + " Please" in model.prompts[2].system


@pytest.mark.parametrize(
    "rest",
    [[], [ModelError("401", retryable=False)]],
    ids=["the model has no more to say", "the model fails"],
)
async def test_a_question_that_is_out_is_not_followed_by_another(
    mailboxes: Mailboxes, rest: list[str | ToolCall | ModelError]
) -> None:
    failure = ModelError("503", retryable=True)
    cut: list[str | ToolCall | ModelError] = ["Please introduce yourself, ", "will you?", failure]
    room, model = TextRoom(mailboxes), ScriptedModel(cut, rest)
    async with working(build_worker(mailboxes, model, RecordingQueue(), budget=Budget(0.3, 0.2))):
        await room.open()
        assert await room.hear() == f"{SCREENING.words.greeting} Please introduce yourself, will you?"


async def test_garbage_becomes_a_dead_letter_and_the_interview_goes_on(mailboxes: Mailboxes) -> None:
    room = TextRoom(mailboxes)
    keys, redis = mailboxes.keys, mailboxes.redis
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        for garbage in (b"\xff\xfe", b"{}", b'{"event_id":"x","type":"no.such"}', b"[" * 70_000):
            await redis.xadd(keys.inputs(room.interview_id), {b"event": garbage})
        await redis.xadd(keys.inputs(room.interview_id), {b"other": b"field"})
        await room.say("are you there")
        assert await room.hear() == "Hello."
        await nothing_is_left(mailboxes)
    rejected = [e.data for e in await room.outputs() if isinstance(e.data, InputRejected)]
    assert len(rejected) == 5
    assert await redis.xlen(keys.dead(room.interview_id)) == 5


async def test_an_input_that_crashes_the_worker_is_given_up(
    mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:

    def crashing(scenario, state, event):  # type: ignore[no-untyped-def]
        if "poison" in str(event.data):
            raise ZeroDivisionError("a defect")
        return decide(scenario, state, event)

    monkeypatch.setattr(serving, "decide", crashing)
    room = TextRoom(mailboxes)
    worker = build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue(), lease_ttl_s=0.5)
    async with working(worker):
        await room.open()
        await room.hear()
        await room.say("poison")
        await room.say("are you there")
        assert await room.hear() == "Hello."
    [rejected] = [e.data for e in await room.outputs() if isinstance(e.data, InputRejected)]
    assert "begun" in rejected.reason
    assert [line.text for line in (await room.state()).lines if line.speaker == "candidate"] == [
        "are you there"
    ]


async def test_a_duplicate_is_applied_once(mailboxes: Mailboxes) -> None:
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel(["Hello."]), RecordingQueue())):
        await room.open()
        await room.hear()
        for _ in range(3):
            await room.send(UtteranceHeard(utterance_id="u1", text="hello"), event_id="same")
        await room.hear()
        await nothing_is_left(mailboxes)
    assert len([line for line in (await room.state()).lines if line.speaker == "candidate"]) == 1


async def test_chunks_go_out_as_they_come(mailboxes: Mailboxes) -> None:
    room = TextRoom(mailboxes)
    worker = build_worker(
        mailboxes, ScriptedModel(["One ", "two ", SILENCE]), RecordingQueue(), budget=Budget(60, 60)
    )
    async with working(worker):
        await room.open()
        await room.wait_for(
            lambda out: [e for e in out if isinstance(e.data, ReplyChunk) and "two" in e.data.text] or None,
            "two",
        )
        assert [c.text for c in await room.chunks("t1")] == [SCREENING.words.greeting, " One ", "two "]


async def test_more_interviews_than_one_worker_has_room_for(mailboxes: Mailboxes) -> None:
    """A worker that is over its limit neither dies nor forgets those it serves."""
    rooms = [TextRoom(mailboxes) for _ in range(6)]
    model = ScriptedModel(["Go on."])
    async with working(build_worker(mailboxes, model, RecordingQueue(), max_interviews=1)) as worker:

        async def talk(room: TextRoom) -> str:
            await room.open()
            await room.hear()
            await room.say("hello")
            return await room.hear()

        assert await asyncio.gather(*(talk(room) for room in rooms)) == ["Go on."] * 6
        await nothing_is_left(mailboxes)
        assert not worker.done()


async def test_a_full_worker_hears_the_interview_it_serves(mailboxes: Mailboxes) -> None:
    room, model = TextRoom(mailboxes), ScriptedModel([SILENCE], ["I see."])
    worker = build_worker(mailboxes, model, RecordingQueue(), budget=Budget(60, 60), max_interviews=1)
    async with working(worker):
        await room.open()
        await room.wait_for(lambda out: (out and out[-1].type == "reply.chunk") or None, "the greeting")
        await room.say("sorry, hello")
        assert await room.hear() == "I see."
    assert model.cancelled == 1


async def test_an_answer_that_was_rejected_is_given_again(
    mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    rejected: list[str] = []

    def choosy(scenario, state, event):  # type: ignore[no-untyped-def]
        if isinstance(event.data, ReplyGenerated) and not rejected:
            rejected.append(event.event_id)
            raise NotAnInput("as an older worker would say of a newer version")
        return decide(scenario, state, event)

    monkeypatch.setattr(serving, "decide", choosy)
    room = TextRoom(mailboxes)
    async with working(build_worker(mailboxes, ScriptedModel([" Hello."], [""]), RecordingQueue())):
        await room.open()
        assert (await room.hear()).startswith(f"{SCREENING.words.greeting} Hello.")
        await nothing_is_left(mailboxes)
    assert len(rejected) == 1


async def test_an_ask_whose_every_answer_is_rejected_is_given_up(
    mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grim(scenario, state, event):  # type: ignore[no-untyped-def]
        if isinstance(event.data, ReplyGenerated) and event.data.ask_id.startswith("t1."):
            raise NotAnInput("as an older worker would say of a newer version")
        return decide(scenario, state, event)

    monkeypatch.setattr(serving, "decide", grim)
    room, model = TextRoom(mailboxes), ScriptedModel(["Hello."], [""], [""], [""], ["Go on."])
    async with working(build_worker(mailboxes, model, RecordingQueue())):
        await room.open()
        await room.wait_for(lambda out: len([e for e in out if e.type == "input.rejected"]) > 3 or None, "it")
        await nothing_is_left(mailboxes)
        asked = len(model.prompts)
        await room.say("are you there")
        assert await room.hear() == "Go on."
    assert asked == 4, "once, and as often again as anything is begun"


class BrokenModel(ScriptedModel):
    """A model whose adapter has a defect."""

    def stream(self, prompt: Prompt) -> AsyncIterator[Text | ToolCall]:
        self.prompts.append(prompt)
        raise KeyError("a defect")


async def test_an_effect_that_crashes_is_closed_in_the_scenarios_words(mailboxes: Mailboxes) -> None:
    room, model = TextRoom(mailboxes), BrokenModel([])
    async with working(build_worker(mailboxes, model, RecordingQueue())):
        await room.open()
        assert await room.hear() == f"{SCREENING.words.greeting} {SCREENING.stages[0].words.opening}"
    assert len(model.prompts) == 1


async def test_a_tool_call_of_a_failed_try_does_not_count(mailboxes: Mailboxes) -> None:
    room = TextRoom(mailboxes)
    model = ScriptedModel(["Hello."], [INTRO, ModelError("cut", retryable=True)], ["What is your role?"])
    async with working(build_worker(mailboxes, model, RecordingQueue())):
        await room.open()
        await room.hear()
        await room.say("I am Alice")
        assert await room.hear() == "What is your role?"
    assert (await room.state()).stage == "self_intro"


async def test_an_effect_that_kills_every_worker_is_closed_in_the_scenarios_words(
    mailboxes: Mailboxes,
) -> None:
    """Whichever of the open effects it is: here an ask and a deadline that was never enqueued."""
    room, model = TextRoom(mailboxes), ScriptedModel([SILENCE])
    patient = build_worker(mailboxes, model, RecordingQueue(), budget=Budget(60, 60))
    patient._stop = _dead  # type: ignore[method-assign]
    async with working(patient):
        await room.open()
        await room.wait_for(lambda out: (out and out[-1].type == "reply.chunk") or None, "the greeting")
    keys, redis = mailboxes.keys, mailboxes.redis
    timer = next(t for t in (await room.state()).timers.values())
    effect = ScheduleDeadline(effect_id=timer.timer_id, at=timer.at).model_dump_json()
    await cast(Awaitable[int], redis.hset(keys.state(room.interview_id), f"effect:{timer.timer_id}", effect))
    for number in range(4):
        await redis.delete(keys.lease(room.interview_id))
        assert isinstance(await mailboxes.acquire(room.interview_id, f"dying-{number}", 60_000), Held)
    await redis.delete(keys.lease(room.interview_id))
    queue = RecordingQueue()
    async with working(build_worker(mailboxes, model, queue, budget=Budget(60, 60), lease_ttl_s=0.5)):
        assert await room.hear() == f"{SCREENING.words.greeting} {SCREENING.stages[0].words.opening}"
    assert len(model.prompts) == 1
    assert (room.interview_id, timer.timer_id) in queue.deadlines
