"""Bots and who writes for a candidate do what the model of a room knows, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from model.rooms import SETUPS
from schedules.broken import broken
from schedules.gates import Wire
from schedules.rooms import ROOM_DEFECTS, ROOM_LUA, ROOM_PYTHON, RoomRuns
from schedules.runs import functions

pytestmark = pytest.mark.integration

SCHEDULES = 60 * len(SETUPS)

EXPECTED = {
    *("c take_room: held", "c take_room: busy", "c take_room: duplicate", "c take_room: refused"),
    *("b SADD", "b bot_acquire: held", "b bot_acquire: busy", "b bot_acquire: deleted"),
    *("b bot_renew: renewed", "b bot_renew: fenced", "b append: appended", "b append: refused"),
    *("b bot_release: released", "c append: appended", "c append: refused"),
    *("v GET", "v SADD", "v bot_release: released", "v bot_release: lost"),
    *("b crashes", "c crashes", "v crashes", "b is sent", "b goes away", "it is deleted"),
    *("the room's lease expires", "the lease expires under its bot"),
    *("c take_room: held, the answer is lost", "c append: appended, the answer is lost"),
    *("b bot_acquire: held, the answer is lost", "v bot_release: released, the answer is lost"),
}


@pytest.fixture
def wire(redis_url: str) -> Iterator[Wire]:
    wire = Wire(redis_url)
    yield wire
    wire.close()


@pytest.mark.timeout(120)
def test_the_code_does_what_the_model_knows(wire: Wire, key_prefix: str) -> None:
    with functions(wire):
        tally = RoomRuns(wire, key_prefix).run(range(SCHEDULES))
    assert tally.schedules == SCHEDULES
    assert not EXPECTED - tally.steps.keys()


@pytest.mark.parametrize("defect", ROOM_DEFECTS)
def test_a_defect_is_noticed(wire: Wire, key_prefix: str, defect: str) -> None:
    with broken(defect, wire, ROOM_LUA, ROOM_PYTHON):
        assert RoomRuns(wire, key_prefix).find(range(SCHEDULES))
