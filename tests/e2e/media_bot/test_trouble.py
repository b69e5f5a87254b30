"""Coughs, departures in mid-sentence, a bot that has been replaced."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from e2e.media_bot.caller import Caller, speech
from e2e.media_bot.conftest import Order
from e2e.media_bot.scripted_brain import ScriptedBrain
from e2e.media_bot.waiting import until
from viva_shared.events import CandidateJoined, CandidateSilent, ReplyHeard, UtteranceHeard

pytestmark = pytest.mark.e2e

Join = Callable[..., Awaitable[Caller]]


async def test_speech_of_which_nothing_comes_ends_in_silence(
    brain: ScriptedBrain, call: Join, order: Order, tmp_path: Path
) -> None:
    await order(target="listen", stall=True, times=None)
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    await caller.speak(await speech("Hm, well.", tmp_path))
    await brain.wait_for(CandidateSilent)
    assert brain.types[-2:] == ["candidate.speaking", "candidate.silent"]


async def test_words_cut_off_by_a_departure_are_heard(
    brain: ScriptedBrain, call: Join, tmp_path: Path
) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    samples = await speech("I am an engineer and I work in Berlin, and I also like to", tmp_path)
    await caller.speak(samples[: int(len(samples) * 0.9)])
    await caller.leave()
    heard = await brain.wait_for(UtteranceHeard)
    assert "engineer" in heard.text
    types = brain.types
    assert types.index("candidate.left") < types.index("utterance.heard")
    answer = await brain.say("I see.", in_reply_to=heard.utterance_id)
    assert (await brain.heard_of(answer)).text == "", "nobody was there"
    await call()
    await brain.wait_for(CandidateJoined, count=2)
    welcome = await brain.say("Hello again.")
    assert (await brain.heard_of(welcome)).complete


async def test_a_second_utterance_before_the_answer(brain: ScriptedBrain, call: Join) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    await caller.type("Hello?")
    first = await brain.wait_for(UtteranceHeard)
    await caller.type("Are you there?")
    second = await brain.wait_for(UtteranceHeard, count=2)
    stale = await brain.say("Hello to you.", in_reply_to=first.utterance_id)
    answer = await brain.say("Yes, I am.", in_reply_to=second.utterance_id)
    assert (await brain.heard_of(stale)).text == ""
    assert (await brain.heard_of(answer)).complete


async def test_a_bot_that_was_replaced_leaves_without_a_word(brain: ScriptedBrain, call: Join) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    await brain.say("This is a rather long sentence that takes a good while to be said to its end, and more.")
    await until(lambda: len(caller.loud_at) > 20, "the agent's speech")
    await brain.take_room_from_bot()
    fenced_at = time.monotonic()
    await until(lambda: not caller.agents, "the bot's leaving", 5.0)
    assert time.monotonic() - fenced_at < 2.0
    assert not brain.of(ReplyHeard), "it cannot write a byte"
