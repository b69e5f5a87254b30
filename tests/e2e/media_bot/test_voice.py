"""What is said is heard, and what is heard is reported: the bot in a real room."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from e2e.media_bot.caller import Caller, speech
from e2e.media_bot.scripted_brain import ScriptedBrain
from e2e.media_bot.waiting import lines_of, until
from viva_shared.events import CandidateJoined, ReplyHeard, UtteranceHeard

pytestmark = pytest.mark.e2e

Join = Callable[..., Awaitable[Caller]]


async def test_a_greeting_is_heard_and_its_transcript_comes_at_once(brain: ScriptedBrain, call: Join) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined, lambda j: j.identity == "casey")
    assert brain.types.index("bot.joined") < brain.types.index("candidate.joined")
    texts = ("Hello and welcome. ", "Please tell me about yourself, ", "and what you work on today.")
    turn = await brain.say(*texts)
    await until(lambda: any(t.done_at for t in caller.transcripts), "the whole transcript")
    transcribed_at = caller.transcripts[0].done_at
    heard = await brain.heard_of(turn)
    assert heard.complete
    assert heard.text == "".join(texts)
    assert caller.agent_words == "".join(texts)
    assert len(caller.loud_at) > 100, "audio was really received"
    assert transcribed_at is not None
    assert caller.loud_at[-1] - transcribed_at > 1.5, "the transcript does not wait for the audio"


async def test_a_turn_by_voice_is_answered_through_llm_node(
    brain: ScriptedBrain, call: Join, tmp_path: Path
) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    brain.answer_everything("Thank you. ", "What did you like ", "about that?", pause_s=0.05)
    await caller.speak(await speech("I am a software engineer and I work on databases.", tmp_path))
    spoke_until = time.time()
    heard = await brain.wait_for(UtteranceHeard)
    assert heard.via == "voice"
    assert heard.speech_ended_at is not None
    assert abs(heard.speech_ended_at.timestamp() - spoke_until) < 1.0
    assert {"software", "engineer"} & set(heard.text.lower().split())
    reply = await brain.wait_for(ReplyHeard)
    assert reply.complete
    assert reply.text == "Thank you. What did you like about that?"
    timings = reply.timings
    assert timings.transcribed_s is not None
    assert timings.turn_ended_s is not None
    assert timings.first_text_s is not None
    assert timings.first_audio_s is not None
    assert 0 < timings.turn_ended_s <= timings.first_text_s < timings.first_audio_s < 4
    types = brain.types
    assert types.count("candidate.speaking") == 1
    assert (
        types.index("candidate.speaking") < types.index("utterance.partial") < types.index("utterance.heard")
    )
    assert "candidate.silent" not in types, "an utterance implies silence"


async def test_barging_in_leaves_a_proper_prefix(brain: ScriptedBrain, call: Join, tmp_path: Path) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    whole = "Let me tell you at some length how this interview works, " + ", then ".join(
        f"we talk about topic number {n} for a while" for n in ("one", "two", "three", "four", "five", "six")
    )
    turn = await brain.say(whole + ".")
    await until(lambda: len(caller.loud_at) > 120, "more than a second of the agent's speech")
    await caller.speak(await speech("Excuse me, can I ask you a question about the company?", tmp_path))
    reply = await brain.heard_of(turn)
    assert not reply.complete
    assert reply.text
    assert whole.startswith(reply.text)
    assert len(reply.text) < len(whole) / 2
    heard = await brain.wait_for(UtteranceHeard)
    assert "question" in heard.text.lower() or "company" in heard.text.lower()
    assert brain.types.index("reply.heard") < brain.types.index("utterance.heard")


async def test_what_waits_is_taken_back_when_the_candidate_has_spoken(
    brain: ScriptedBrain, call: Join
) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    first = await brain.say("This is a rather long sentence that takes a good while to be said to its end.")
    waiting = await brain.say("This one waits.")
    cancelled = await brain.say("This one is cancelled.")
    await brain.cancel(cancelled)
    gone = await brain.heard_of(cancelled)
    assert (gone.text, gone.complete) == ("", False)
    await until(lambda: len(caller.loud_at) > 50, "half a second of the agent's speech")
    await caller.type("I have a question.")
    heard = await brain.wait_for(UtteranceHeard)
    assert (heard.text, heard.via) == ("I have a question.", "text")
    assert not (await brain.heard_of(first)).complete
    assert (await brain.heard_of(waiting)).text == ""
    assert brain.types.index("utterance.heard") > max(
        i for i, t in enumerate(brain.types) if t == "reply.heard"
    )
    answer = await brain.say("Please ask it.", in_reply_to=heard.utterance_id)
    reply = await brain.heard_of(answer)
    assert (reply.text, reply.complete) == ("Please ask it.", True)


async def test_a_reply_that_stalls_is_ended_and_the_rest_said(
    brain: ScriptedBrain, call: Join, bot_log: Path
) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    await caller.type("Hello?")
    heard = await brain.wait_for(UtteranceHeard)
    turn = await brain.say("Good question. ", in_reply_to=heard.utterance_id, finish=False)
    await brain.more(turn, 0, "Good question. ")  # a worker that took over repeats itself
    await until(lambda: f"turn_id={turn}" in lines_of(bot_log, "reply.stalled"), "the bot's giving up")
    await brain.more(turn, 2, " you all about it.")
    await brain.more(turn, 1, "I will tell")
    await brain.finish(turn, ["Good question. ", "I will tell", " you all about it."])
    reply = await brain.heard_of(turn)
    assert (reply.text, reply.complete) == ("Good question. I will tell you all about it.", True)
    assert brain.types.count("reply.heard") == 1
    late = await brain.wait_for(UtteranceHeard)
    assert late.utterance_id == heard.utterance_id


async def test_an_answer_too_late_for_its_turn_is_said(
    brain: ScriptedBrain, call: Join, bot_log: Path
) -> None:
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    await caller.type("Hello?")
    heard = await brain.wait_for(UtteranceHeard)
    await until(lambda: heard.utterance_id in lines_of(bot_log, "answer.late"), "the bot's giving up")
    turn = await brain.say("Sorry, here I am.", in_reply_to=heard.utterance_id)
    reply = await brain.heard_of(turn)
    assert (reply.text, reply.complete) == ("Sorry, here I am.", True)
    assert reply.timings.first_audio_s is None, "typed words have no end of speech"
