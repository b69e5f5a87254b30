"""What the bot says by itself: before all that waits, once, and nobody is told."""

from __future__ import annotations

import asyncio

import pytest
from media_bot.application.ports import Spoken
from unit.media_bot.fake_voice import Stage

pytestmark = pytest.mark.unit

WHOLE = Spoken("", interrupted=False)


async def answer(stage: Stage, utterance_id: str) -> str:
    return "".join([text async for text in stage.mouth.answer(utterance_id)])


async def test_a_remark_is_said_before_what_waits_and_not_reported() -> None:
    stage = Stage(open_=False)
    stage.reply("t1", "Hello.")
    stage.mouth.remark("No sound.")
    stage.open()
    assert await stage.voice.last.read() == "No sound."
    stage.voice.last.end()
    assert stage.reports == []
    assert await stage.voice.last.read() == "Hello."


async def test_an_utterance_does_not_take_a_remark_back() -> None:
    stage = Stage(open_=False)
    stage.mouth.remark("No sound.")
    stage.utter("u1")
    assert await answer(stage, "u1") == "", "the remark goes first"
    stage.mouth.answered("u1", WHOLE)
    stage.open()
    assert await stage.voice.last.read() == "No sound."


async def test_a_remark_that_was_cut_off_before_it_began_is_said_again() -> None:
    stage = Stage()
    stage.mouth.remark("No sound.")
    stage.voice.last.end("")
    assert len(stage.voice.speeches) == 2
    assert await stage.voice.last.read() == "No sound."
    stage.voice.last.end("")
    assert len(stage.voice.speeches) == 2, "it is in the transcript"


async def test_holding_ends_the_wait_for_an_answer_which_is_then_said_on_its_own() -> None:
    stage = Stage(wait_s=10.0)
    stage.utter("u1")
    answering = asyncio.create_task(answer(stage, "u1"))
    await asyncio.sleep(0)
    stage.mouth.hold("One moment.")
    assert stage.voice.speeches == [], "the turn is not over yet"
    assert await asyncio.wait_for(answering, 1) == ""
    stage.mouth.answered("u1", WHOLE)
    assert await stage.voice.last.read() == "One moment."
    stage.reply("t1", "Here I am.", "u1")
    stage.voice.last.end()
    assert await stage.voice.last.read() == "Here I am."
    stage.voice.last.end()
    assert stage.reports == [("t1", "Here I am.", True)]


async def test_holding_ends_the_wait_for_the_rest_of_a_reply() -> None:
    stage = Stage(stall_s=10.0)
    stage.utter("u1")
    stage.start("t1", "u1")
    stage.chunk("t1", 0, "One ")
    answering = asyncio.create_task(answer(stage, "u1"))
    await asyncio.sleep(0)
    stage.mouth.hold("One moment.")
    assert await asyncio.wait_for(answering, 1) == "One "
    stage.mouth.answered("u1", Spoken("One ", interrupted=False))
    assert await stage.voice.last.read() == "One moment."
    stage.voice.last.end()
    stage.chunk("t1", 1, "two.")
    stage.finish("t1", "One two.")
    assert await stage.voice.last.read() == "two."
    stage.voice.last.end()
    assert stage.reports == [("t1", "One two.", True)]


async def test_a_remark_that_is_not_needed_any_more_is_not_said() -> None:
    stage = Stage(open_=False)
    stage.mouth.take_back(stage.mouth.hold("One moment."))
    stage.open()
    assert stage.voice.speeches == []
    remark = stage.mouth.hold("One moment.")
    stage.mouth.take_back(remark)  # handed over, but it waits for the candidate's silence
    await asyncio.sleep(0)
    assert stage.voice.last.interrupted
    assert len(stage.voice.speeches) == 1


async def test_a_remark_that_is_being_said_is_said_to_its_end() -> None:
    stage = Stage()
    remark = stage.mouth.hold("One moment.")
    await stage.voice.last.read()
    stage.mouth.take_back(remark)
    assert not stage.voice.last.interrupted
    stage.voice.last.end()
    stage.mouth.take_back(remark)
    assert len(stage.voice.speeches) == 1
