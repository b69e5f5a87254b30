"""A bot dies in the room: the next one says what was last understood, and goes on with the same question."""

from __future__ import annotations

import pytest
from brain.domain.effects import Task
from fakes.world import IDENTITY, SCREENING, World
from viva_shared.events import (
    BotJoined,
    CandidateJoined,
    CandidateLeft,
    CandidateSpeaking,
    Payload,
    ReplyChunk,
    UtterancePartial,
)

pytestmark = pytest.mark.unit

LOST = SCREENING.words.lost_connection
QUESTION = "Please introduce yourself."


@pytest.fixture
def world() -> World:
    """The candidate has heard the first question."""
    world = World()
    world.begin()
    world.model_says(QUESTION)
    world.is_heard()
    return world


def new_bot(world: World, epoch: int = 2) -> str:
    """A new bot comes into the room, where the candidate is; the words that come at once."""
    outputs: list[Payload] = world.happen(BotJoined(bot_epoch=epoch))
    outputs += world.happen(CandidateJoined(identity=IDENTITY))
    return "".join(output.text for output in outputs if isinstance(output, ReplyChunk))


def test_before_the_candidate_has_said_anything(world: World) -> None:
    assert new_bot(world) == f"{LOST} {QUESTION}"


def test_in_the_middle_of_an_utterance(world: World) -> None:
    world.happen(CandidateSpeaking())
    world.happen(UtterancePartial(text="I am Alice."))
    world.happen(UtterancePartial(text="I work as"))
    assert new_bot(world) == f"{LOST} The last I understood was: I work as. {QUESTION}"
    assert world.is_in.lines[-1].text == "I am Alice. I work as"
    world.is_heard()
    world.candidate_says("a nurse")
    assert world.ask().task is Task.ANSWER


def test_after_an_utterance_that_was_not_answered_yet(world: World) -> None:
    world.candidate_says("I am Alice, a nurse")
    assert new_bot(world) == f"{LOST} The last I understood was: I am Alice, a nurse."
    assert (world.ask().task, world.ask().said[: len(LOST)]) == (Task.ANSWER, LOST)
    assert "reply.cancelled" in [output.type for output in world.outputs]  # type: ignore[attr-defined]


def test_while_the_candidate_thinks_about_a_later_question(world: World) -> None:
    world.candidate_says(
        "I am Alice. I have been a nurse on many wards for more than twenty years now, and I like it!"
    )
    world.model_says("I see. What is your role?")
    world.is_heard()
    last = "… on many wards for more than twenty years now, and I like it!"
    said = new_bot(world)
    assert said.startswith(f"{LOST} The last I understood was: … ")
    assert said.endswith(f"{last.removeprefix('… ')} What is your role?")


def test_the_next_one_dies_too_before_it_is_heard(world: World) -> None:
    new_bot(world)
    assert new_bot(world, 3) == f"{LOST} {QUESTION}"
    world.is_heard()
    world.happen(CandidateLeft(identity=IDENTITY))
    assert new_bot(world, 4) == f"{SCREENING.words.welcome_back} {QUESTION}"


def test_who_left_before_the_bot_died_is_welcomed_back(world: World) -> None:
    world.happen(CandidateLeft(identity=IDENTITY))
    assert new_bot(world) == f"{SCREENING.words.welcome_back} {QUESTION}"


def test_nothing_of_the_welcome_was_heard(world: World) -> None:
    new_bot(world)
    [chunk] = [o for o in world.is_heard("", complete=False) if isinstance(o, ReplyChunk)]
    assert chunk.text == f"{LOST} {QUESTION}"


def test_a_farewell_is_said_again(world: World) -> None:
    for facts in ({"name": "A", "current_role": "b", "intro_summary": "c"}, {"project": "d"}):
        world.candidate_says("words")
        tool = SCREENING.stages[len(world.stages()) - 1].tool
        assert tool
        world.model_calls(tool.name, **facts)
        world.model_says("And then?")
        world.is_heard()
    world.candidate_says("Goodbye")
    assert new_bot(world) == SCREENING.ending.farewell
