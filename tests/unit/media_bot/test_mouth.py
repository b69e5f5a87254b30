"""Every reply is reported once, with what was heard of it, whatever happens to it on the way."""

from __future__ import annotations

import asyncio

import pytest
from media_bot.application.ports import Spoken
from unit.media_bot.fake_voice import Stage

pytestmark = pytest.mark.unit

WHOLE = Spoken("", interrupted=False)


async def answer(stage: Stage, utterance_id: str) -> str:
    return "".join([text async for text in stage.mouth.answer(utterance_id)])


async def test_what_is_said_unasked_is_said_and_reported() -> None:
    stage = Stage()
    stage.reply("t1", "Hello.")
    assert await stage.voice.last.read() == "Hello."
    assert stage.reports == []
    stage.voice.last.end()
    assert stage.reports == [("t1", "Hello.", True)]


async def test_an_answer_goes_through_the_node_of_its_utterance() -> None:
    stage = Stage()
    stage.utter("u1", ended_at=99.0)
    answering = asyncio.create_task(answer(stage, "u1"))
    await asyncio.sleep(0)
    stage.start("t1", "u1")
    stage.chunk("t1", 0, "Yes, ")
    stage.now = 101.0
    stage.chunk("t1", 1, "of course.")
    stage.finish("t1", "Yes, of course.")
    assert await answering == "Yes, of course."
    assert stage.voice.speeches == []
    stage.mouth.answered("u1", Spoken("Yes, of course.", interrupted=False, first_audio_at=100.5))
    assert stage.reports == [("t1", "Yes, of course.", True)]
    timings = stage.heard[0].timings
    assert (timings.transcribed_s, timings.first_text_s, timings.first_audio_s) == (0.25, 1.0, 1.5)


async def test_interrupted_is_reported_as_far_as_it_was_heard_and_what_comes_later_is_ignored() -> None:
    stage = Stage()
    stage.start("t1")
    stage.chunk("t1", 0, "One two three")
    stage.voice.last.end("One two")
    stage.chunk("t1", 1, " four.")
    stage.finish("t1", "One two three four.")
    stage.cancel("t1")
    assert stage.reports == [("t1", "One two", False)]
    assert len(stage.voice.speeches) == 1


async def test_one_speech_at_a_time_in_order() -> None:
    stage = Stage()
    stage.reply("t1", "One.")
    stage.reply("t2", "Two.")
    assert len(stage.voice.speeches) == 1
    await stage.voice.last.read()
    stage.voice.last.end()
    assert await stage.voice.last.read() == "Two."
    stage.voice.last.end()
    assert stage.reports == [("t1", "One.", True), ("t2", "Two.", True)]


async def test_an_interruption_takes_back_what_waits() -> None:
    stage = Stage()
    stage.reply("t1", "One.")
    stage.reply("t2", "Two.")
    await stage.voice.last.read()
    stage.voice.last.end("O")
    assert stage.reports == [("t1", "O", False), ("t2", "", False)]
    assert len(stage.voice.speeches) == 1, "nothing may sound between the interruption and the answer"


async def test_an_utterance_takes_back_what_waits_or_has_no_text_yet() -> None:
    stage = Stage(open_=False)
    stage.reply("t1", "One.")
    stage.start("t2")
    stage.utter("u1")
    assert stage.reports == [("t1", "", False), ("t2", "", False)]


async def test_a_say_from_before_the_answer_is_taken_back_by_it() -> None:
    stage = Stage()
    stage.utter("u1")
    stage.reply("late", "Time is up.")
    assert stage.voice.speeches == [], "the turn belongs to the answer"
    stage.reply("t1", "Yes.", "u1")
    assert stage.reports == [("late", "", False)]
    stage.reply("after", "And now to something else.")
    assert await answer(stage, "u1") == "Yes."
    assert stage.voice.speeches == []
    stage.mouth.answered("u1", Spoken("Yes.", interrupted=False))
    assert await stage.voice.last.read() == "And now to something else."


async def test_a_say_that_began_before_the_answer_is_stale_even_if_its_text_comes_later() -> None:
    stage = Stage()
    stage.utter("u1")
    stage.start("early")
    stage.reply("t1", "Yes.", "u1")
    stage.chunk("early", 0, "Time is up.")
    assert stage.reports == [("early", "", False)]


async def test_answers_to_an_utterance_that_is_over_are_not_spoken() -> None:
    stage = Stage()
    stage.utter("u1")
    stage.mouth.answered("u1", Spoken("", interrupted=True))
    stage.reply("t1", "Too late.", "u1")
    stage.utter("u2")
    stage.reply("t2", "Stale too.", "u1")
    assert stage.reports == [("t1", "", False), ("t2", "", False)]
    assert stage.voice.speeches == []


async def test_an_answer_to_somebody_elses_utterance_is_said() -> None:
    stage = Stage()
    stage.reply("t1", "Noted.", "typed-elsewhere")
    assert await stage.voice.last.read() == "Noted."


async def test_an_answer_that_is_late_is_said_on_its_own() -> None:
    stage = Stage(wait_s=0.02)
    stage.utter("u1")
    assert await answer(stage, "u1") == ""
    stage.mouth.answered("u1", WHOLE)
    stage.reply("t1", "Here I am.", "u1")
    assert await stage.voice.last.read() == "Here I am."
    stage.voice.last.end()
    assert stage.reports == [("t1", "Here I am.", True)]


async def test_a_reply_that_begins_and_has_no_text_in_time_is_said_on_its_own() -> None:
    stage = Stage(wait_s=0.02)
    stage.utter("u1")
    stage.start("t1", "u1")
    assert await answer(stage, "u1") == ""
    stage.mouth.answered("u1", WHOLE)
    assert stage.reports == []
    stage.chunk("t1", 0, "At last.")
    stage.finish("t1", "At last.")
    assert await stage.voice.last.read() == "At last."
    stage.voice.last.end()
    assert stage.reports == [("t1", "At last.", True)]


async def test_the_rest_of_a_stalled_reply_is_said_before_what_waits_and_reported_with_it() -> None:
    stage = Stage(stall_s=0.02)
    stage.utter("u1")
    stage.start("t1", "u1")
    stage.chunk("t1", 0, "One ")
    assert await answer(stage, "u1") == "One "
    stage.reply("t2", "Afterwards.")
    stage.chunk("t1", 1, "two.")
    stage.mouth.answered("u1", Spoken("One ", interrupted=False))
    stage.finish("t1", "One two.")
    assert await stage.voice.last.read() == "two."
    stage.voice.last.end()
    assert stage.reports == [("t1", "One two.", True)]
    assert await stage.voice.last.read() == "Afterwards."


async def test_a_stalled_reply_is_over_when_the_candidate_speaks() -> None:
    stage = Stage(stall_s=0.02)
    stage.start("t1")
    stage.chunk("t1", 0, "One ")
    assert await stage.voice.last.read() == "One "
    stage.voice.last.end()
    assert stage.reports == []
    stage.utter("u1")
    assert stage.reports == [("t1", "One", False)]


async def test_a_stalled_reply_that_ends_without_more_is_whole() -> None:
    stage = Stage(stall_s=0.02)
    stage.start("t1")
    stage.chunk("t1", 0, "One.")
    await stage.voice.last.read()
    stage.voice.last.end()
    stage.finish("t1", "One.")
    assert stage.reports == [("t1", "One.", True)]


async def test_cancelled_before_it_began_is_taken_back() -> None:
    stage = Stage()
    stage.reply("t1", "One.")
    stage.reply("t2", "Two.")
    stage.cancel("t2")
    assert stage.reports == [("t2", "", False)]
    stage.cancel("t1")  # handed over, but it waits for the candidate's silence
    await asyncio.sleep(0)
    assert stage.voice.last.interrupted
    assert stage.reports == [("t2", "", False), ("t1", "", False)]


async def test_cancelled_after_it_began_ends_after_what_was_given() -> None:
    stage = Stage()
    stage.start("t1")
    stage.chunk("t1", 0, "One two")
    reading = asyncio.create_task(stage.voice.last.read())
    await asyncio.sleep(0)
    stage.cancel("t1")
    stage.chunk("t1", 1, " three.")
    assert await reading == "One two"
    assert not stage.voice.last.interrupted
    stage.voice.last.end()
    assert stage.reports == [("t1", "One two", False)]


async def test_a_cancelled_answer_leaves_the_turn_to_the_next() -> None:
    stage = Stage()
    stage.utter("u1")
    stage.start("t1", "u1")
    stage.cancel("t1")
    assert await answer(stage, "u1") == ""
    stage.reply("t2", "Second try.", "u1")
    stage.mouth.answered("u1", WHOLE)
    assert stage.reports == [("t1", "", False)]
    assert await stage.voice.last.read() == "Second try."


async def test_an_empty_reply_is_whole_at_once() -> None:
    stage = Stage()
    stage.start("t1")
    stage.finish("t1", "")
    assert stage.reports == [("t1", "", True)]


async def test_nothing_is_said_while_nobody_listens() -> None:
    stage = Stage(open_=False)
    stage.reply("t1", "Hello.")
    assert stage.voice.speeches == []
    stage.open()
    assert await stage.voice.last.read() == "Hello."


async def test_a_voice_that_is_closing_leaves_what_waits_unheard() -> None:
    stage = Stage()
    stage.voice.available = False
    stage.reply("t1", "Hello.")
    assert stage.reports == []
    stage.mouth.abandon()
    assert stage.reports == [("t1", "", False)]


async def test_a_speech_that_read_nothing_is_not_tried_for_ever() -> None:
    stage = Stage()
    stage.reply("t1", "Hello.")
    stage.voice.last.end()
    assert stage.reports == [("t1", "", False)]


async def test_quiet_when_all_is_reported() -> None:
    stage = Stage()
    stage.reply("t1", "Hello.")
    waiting = asyncio.create_task(stage.mouth.quiet())
    await stage.voice.last.read()
    assert not waiting.done()
    stage.voice.last.end()
    await asyncio.wait_for(waiting, 1)
    stage.start("t2")
    stage.mouth.abandon()
    await asyncio.wait_for(stage.mouth.quiet(), 1)
    assert stage.reports == [("t1", "Hello.", True), ("t2", "", False)]


async def test_what_is_repeated_or_unknown_changes_nothing() -> None:
    stage = Stage()
    stage.chunk("before-this-bot", 3, "…")
    stage.finish("before-this-bot", "…")
    stage.cancel("before-this-bot")
    stage.reply("t1", "Hello.")
    await stage.voice.last.read()
    stage.voice.last.end()
    stage.reply("t1", "Hello.")
    assert stage.reports == [("t1", "Hello.", True)]
    assert len(stage.voice.speeches) == 1


async def test_what_was_read_instead_of_heard_counts_as_heard_whole() -> None:
    stage = Stage()
    stage.reply("t1", "Hello.")
    await stage.voice.last.read()
    stage.voice.last.fail()
    assert stage.reports == [("t1", "Hello.", True)]


async def test_the_rest_of_a_reply_that_the_voice_failed_on_is_said_once() -> None:
    stage = Stage(stall_s=0.02)
    stage.start("t1")
    stage.chunk("t1", 0, "One ")
    assert await stage.voice.last.read() == "One "
    stage.voice.last.fail()
    stage.chunk("t1", 1, "two.")
    stage.finish("t1", "One two.")
    assert await stage.voice.last.read() == "two."
    stage.voice.last.fail()
    assert stage.reports == [("t1", "One two.", True)]
