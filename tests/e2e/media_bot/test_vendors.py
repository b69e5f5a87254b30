"""Speech to text or text to speech is down: the interview goes on in writing until it is back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from e2e.media_bot.caller import Caller, speech
from e2e.media_bot.conftest import Order
from e2e.media_bot.scripted_brain import ScriptedBrain
from e2e.media_bot.waiting import lines_of, until
from media_bot.settings import OwnWords
from viva_shared.events import CandidateJoined, UtteranceHeard

pytestmark = pytest.mark.e2e

Join = Callable[..., Awaitable[Caller]]
NOTICE = OwnWords().no_sound
QUESTIONS = ("Who are you? ", "And what do you do? ", "Why is that?")


def backs(bot_log: Path, part: str) -> int:
    """How often the bot found a vendor to be back."""
    return lines_of(bot_log, "vendor.back").count(f"part={part}")


async def converse_in_writing(brain: ScriptedBrain, caller: Caller) -> None:
    """Three typed turns, each answered in the room's transcript."""
    for n, question in enumerate(QUESTIONS, start=1):
        await caller.type(f"This is answer {n}.")
        heard = await brain.wait_for(UtteranceHeard, count=n)
        assert (heard.text, heard.via) == (f"This is answer {n}.", "text")
        reply = await brain.heard_of(await brain.say(question, in_reply_to=heard.utterance_id))
        assert (reply.text, reply.complete) == (question.strip(), True)
    await until(lambda: all(q.strip() in caller.agent_words for q in QUESTIONS), "the answers in writing")


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 401}, {"cut_after": 0}])
async def test_without_a_voice_the_interview_goes_on_in_writing(
    brain: ScriptedBrain, call: Join, order: Order, bot_log: Path, fault: dict[str, int]
) -> None:
    await order(target="speak", times=None, **fault)
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    reply = await brain.heard_of(await brain.say("Hello ", "and welcome."))
    assert (reply.text, reply.complete) == ("Hello and welcome.", True)
    await until(lambda: NOTICE in caller.agent_words, "the notice")
    await converse_in_writing(brain, caller)
    assert not caller.loud_at
    before = backs(bot_log, "voice")
    await order()
    await until(lambda: backs(bot_log, "voice") > before, "the voice", 15)
    reply = await brain.heard_of(await brain.say("Now you can hear me."))
    assert (reply.text, reply.complete) == ("Now you can hear me.", True)
    assert len(caller.loud_at) > 50
    texts = [t.text for t in caller.transcripts]
    assert texts == ["Hello and welcome.", NOTICE, *QUESTIONS, "Now you can hear me."], "each once, in order"


async def test_a_reply_that_the_failing_voice_cuts_off_is_read_to_its_end(
    brain: ScriptedBrain, call: Join, order: Order
) -> None:
    await order(target="speak", times=None, cut_after=12)
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    sentences = ["This is the first sentence. ", "This is the second one. ", "And this is the last."]
    turn = await brain.say(*sentences, pause_s=0.4)
    reply = await brain.heard_of(turn)
    assert (reply.text, reply.complete) == ("".join(sentences), True)
    await until(lambda: bool(caller.loud_at), "the sound of its beginning")
    await until(lambda: caller.agent_words.endswith("the last."), "the rest in writing")
    assert "".join(t.text for t in caller.transcripts if t.text != NOTICE) == "".join(sentences), "once"
    assert [t.text for t in caller.transcripts].count(NOTICE) == 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"cut_after": 0}])
async def test_without_ears_the_candidate_types(
    brain: ScriptedBrain, call: Join, order: Order, bot_log: Path, tmp_path: Path, fault: dict[str, int]
) -> None:
    samples = await speech("I am an engineer and I work in Berlin.", tmp_path)
    await order(target="listen", times=None, **fault)
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    await until(lambda: NOTICE in caller.agent_words, "the notice", 15)
    await caller.speak(samples)  # nobody hears it, and nobody is disturbed
    await converse_in_writing(brain, caller)
    before = backs(bot_log, "ears")
    await order()
    await until(lambda: backs(bot_log, "ears") > before, "the ears", 20)
    await caller.speak(samples)
    heard = await brain.wait_for(UtteranceHeard, lambda u: u.via == "voice")
    assert "engineer" in heard.text
    assert caller.agent_words.count(NOTICE) == 1


async def test_what_was_understood_before_the_ears_failed_is_answered(
    brain: ScriptedBrain, call: Join, order: Order, tmp_path: Path
) -> None:
    samples = await speech(
        "I am an engineer and I work in Berlin. I have built databases and search engines for ten years.",
        tmp_path,
    )
    await order(target="listen", times=1, cut_after=12)
    await order(target="listen", times=None, status=500)
    await brain.create("casey")
    caller = await call()
    await brain.wait_for(CandidateJoined)
    await caller.speak(samples)
    heard = await brain.wait_for(UtteranceHeard)
    assert (heard.via, "engineer" in heard.text) == ("voice", True)
    assert "ten years" not in heard.text, "the ears failed before"
    await until(lambda: NOTICE in caller.agent_words, "the notice")
    reply = await brain.heard_of(await brain.say("I see.", in_reply_to=heard.utterance_id))
    assert reply.complete
