"""One candidate a room: another one takes their place, or they come by a second window."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from e2e.media_bot.caller import Caller, speech
from e2e.media_bot.scripted_brain import ScriptedBrain
from e2e.media_bot.waiting import until
from livekit import rtc
from viva_shared.events import CandidateJoined, CandidateLeft, QuestionAsked, UtteranceHeard

pytestmark = pytest.mark.e2e

Join = Callable[..., Awaitable[Caller]]


async def test_who_takes_the_candidates_place_is_listened_to_and_the_first_one_leaves(
    brain: ScriptedBrain, call: Join, tmp_path: Path
) -> None:
    await brain.create("casey")
    casey = await call("casey")
    await brain.wait_for(CandidateJoined)
    await brain.change_stage("questions", 0, 1)
    await brain.emit(QuestionAsked(turn_id="t1", index=0, of=3, text="Why?"))
    stranger = await call("robin")
    await asyncio.wait_for(stranger.disconnected.wait(), 5)
    assert stranger.reason == rtc.DisconnectReason.PARTICIPANT_REMOVED
    olga = await call("olga", role="observer")
    await until(lambda: bool(olga.questions), "the question, for who comes later")

    await brain.replace_candidate("robin")
    robin = await call("robin")
    joined = await brain.wait_for(CandidateJoined, count=2)
    assert (joined.identity, joined.name) == ("robin", "Robin")
    assert [(who.identity, who.reason) for who in brain.of(CandidateLeft)] == [("casey", "replaced")]
    await asyncio.wait_for(casey.disconnected.wait(), 5)
    assert casey.reason == rtc.DisconnectReason.PARTICIPANT_REMOVED

    again = await call("casey")  # the first one's token still opens the door
    await asyncio.wait_for(again.disconnected.wait(), 5)
    assert again.reason == rtc.DisconnectReason.PARTICIPANT_REMOVED
    await robin.speak(await speech("My name is Robin and I am an engineer.", tmp_path))
    heard = await brain.wait_for(UtteranceHeard)
    assert "engineer" in heard.text, "and nothing before"
    await robin.type("This is still me.")
    assert (await brain.wait_for(UtteranceHeard, count=2)).text == "This is still me."
    assert [(stage["stage"], stage["index"], stage["of"]) for stage in robin.stages] == [("questions", 0, 1)]
    assert robin.questions == [{"index": 0, "of": 3, "text": "Why?", "label": "Question 1 of 3"}]
    assert brain.types.count("candidate.joined") == 2
    assert not olga.disconnected.is_set()


async def test_who_was_replaced_and_comes_before_the_other_is_not_listened_to(
    brain: ScriptedBrain, call: Join
) -> None:
    await brain.create("casey")
    casey = await call("casey")
    await brain.wait_for(CandidateJoined)
    await casey.leave()
    await brain.wait_for(CandidateLeft)
    await brain.replace_candidate("robin")
    again = await call("casey")
    await asyncio.wait_for(again.disconnected.wait(), 5)
    assert again.reason == rtc.DisconnectReason.PARTICIPANT_REMOVED
    await brain.wait_for(CandidateLeft, lambda left: left.reason == "replaced")
    await call("robin")
    await brain.wait_for(CandidateJoined, lambda joined: joined.identity == "robin")


async def test_the_candidate_goes_on_in_a_second_window(
    brain: ScriptedBrain, call: Join, tmp_path: Path
) -> None:
    await brain.create("casey")
    first = await call("casey")
    await brain.wait_for(CandidateJoined)
    second = await call("casey")
    await asyncio.wait_for(first.disconnected.wait(), 5)
    assert first.reason == rtc.DisconnectReason.DUPLICATE_IDENTITY
    await brain.wait_for(CandidateJoined, count=2)
    await second.speak(await speech("I am an engineer and I work in Berlin.", tmp_path))
    assert "engineer" in (await brain.wait_for(UtteranceHeard)).text
    reply = await brain.heard_of(await brain.say("I see."))
    assert reply.complete
    assert second.loud_at
