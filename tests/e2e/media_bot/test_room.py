"""Who is listened to, who comes and goes, and how a room ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from e2e.media_bot.caller import Caller, speech
from e2e.media_bot.scripted_brain import ScriptedBrain
from e2e.media_bot.waiting import lines_of, until
from fixtures.livekit_server import LiveKitServer
from livekit import api, rtc
from viva_shared.events import CandidateJoined, CandidateLeft, UtteranceHeard

pytestmark = pytest.mark.e2e

Join = Callable[..., Awaitable[Caller]]
LONG = "Let me tell you at some length how this interview works, and what comes first, and what comes later."


async def test_an_observer_who_comes_first_is_not_listened_to(
    brain: ScriptedBrain, call: Join, tmp_path: Path
) -> None:
    observer = await call("olga", role="observer")
    await brain.create(None)
    await until(lambda: "bot.joined" in brain.types, "the bot in the room")
    await brain.change_stage("self_intro", 0, 3)
    await until(lambda: len(observer.stages) == 1, "the stage, for the observer")
    await observer.type("I am not the candidate.")
    caller = await call("casey", role=None)
    joined = await brain.wait_for(CandidateJoined)
    assert (joined.identity, joined.name) == ("casey", "Casey")
    await until(lambda: len(caller.stages) == 1, "the stage, for who comes later")
    stage = {"stage": "self_intro", "title": "self_intro", "index": 0, "of": 3}
    assert caller.stages == [{**stage, "deadline_s": None, "time_left_s": None}]
    await caller.speak(await speech("My name is Casey and I am an engineer.", tmp_path))
    heard = await brain.wait_for(UtteranceHeard)
    assert heard.via == "voice"
    assert len(brain.of(UtteranceHeard)) == 1
    turn = await brain.say("Nice to meet you.", in_reply_to=heard.utterance_id)
    await brain.heard_of(turn)
    assert "Nice to meet you." in observer.agent_words
    assert observer.loud_at


async def test_leaving_stops_the_speech_and_coming_back_goes_on(
    brain: ScriptedBrain, call: Join, tmp_path: Path
) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    turn = await brain.say(LONG)
    await until(lambda: len(caller.loud_at) > 100, "a second of the agent's speech")
    await caller.leave()
    left = await brain.wait_for(CandidateLeft)
    assert left.identity == "casey"
    cut = await brain.heard_of(turn)
    assert not cut.complete
    assert cut.text
    assert LONG.startswith(cut.text)
    held = await brain.say("Welcome back. ", "Where were we?")
    await asyncio.sleep(1.0)
    assert not [r for r in brain.types if r == "reply.heard"][1:], "nothing is said to an empty room"
    again = await call()
    await brain.wait_for(CandidateJoined, count=2)
    heard = await brain.heard_of(held)
    assert (heard.text, heard.complete) == ("Welcome back. Where were we?", True)
    assert len(again.loud_at) > 80
    await again.speak(await speech("I work on databases and on search.", tmp_path))
    assert (await brain.wait_for(UtteranceHeard)).via == "voice"


async def test_the_end_lets_the_last_words_be_heard_and_closes_the_room(
    brain: ScriptedBrain, call: Join
) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    turn = await brain.say("Thank you very much, and goodbye.")
    await brain.end()
    await asyncio.wait_for(caller.disconnected.wait(), 15)
    assert caller.reason == rtc.DisconnectReason.ROOM_DELETED
    assert (await brain.heard_of(turn)).complete
    assert len(caller.loud_at) > 80


async def test_a_second_bot_leaves(
    brain: ScriptedBrain, call: Join, livekit_server: LiveKitServer, bot_log: Path
) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    async with api.LiveKitAPI(
        livekit_server.http_url, livekit_server.api_key, livekit_server.api_secret
    ) as livekit:
        await livekit.agent_dispatch.create_dispatch(
            api.CreateAgentDispatchRequest(agent_name=caller.agent, room=caller.room_name)
        )
    await until(lambda: "room.busy" in bot_log.read_text(), "the second bot's leaving", 15)
    assert brain.types.count("bot.joined") == 1
    assert len(caller.agents) == 1
    turn = await brain.say("It is still me.")
    assert (await brain.heard_of(turn)).complete


async def test_a_room_without_an_interview_is_left(brain: ScriptedBrain, call: Join, bot_log: Path) -> None:
    caller = await call()
    name = f"interview_id={brain.interview_id}"
    await until(
        lambda: any(name in line for line in lines_of(bot_log, "interview.missing").splitlines()),
        "the bot's leaving",
    )
    assert caller.agents == []
