"""Visits every state of who has a room: bots and who writes for their candidate, in every interleaving.

safety    nobody writes without the room; a bot has none in which somebody writes, and loses its own only to
          whoever may fence it; that somebody came is told once, in the moment in which they have the room
liveness  from everywhere, without further faults, somebody comes to have it
"""

from __future__ import annotations

from dataclasses import dataclass

from model.room import WRITER, Bot, Call, Entry, Return, Room, RoomModel, Steps, at_rest, unsafe
from model.walk import Verdict, Walk

TALKING = Room((Bot("held", 1), Bot()), key=(0, 1), epoch=1)
"""A bot has the room."""
WRITING = Room(
    (Bot(),), key=(WRITER, 1), epoch=1, is_listed=False, log=(Entry("joined:1", 1),), in_writing=True
)
"""It was begun in writing: no bot was ever there."""

SETUPS = {
    "deleted": TALKING._replace(calls=(Call(1),), returns=(Return(),), may_be_deleted=True),
    "back to voice": WRITING._replace(bots=(Bot("coming"),), returns=(Return(),), faults=2, repeats=1),
    "a switch": TALKING._replace(calls=(Call(1),), faults=2, repeats=1),
    "a switch that may not fence": TALKING._replace(calls=(Call(1, fences=False),), faults=2, repeats=1),
    "the same switch twice": TALKING._replace(calls=(Call(1), Call(1)), returns=(Return(),), faults=1),
    "two switches": TALKING._replace(
        bots=TALKING.bots[:1], calls=(Call(1), Call(2)), returns=(Return(),), repeats=1
    ),
    "back, and back again": WRITING._replace(
        calls=(Call(0), Call(2, fences=False)), returns=(Return(), Return()), repeats=1
    ),
}
MUTANTS = {
    "append_without_epoch": "an append does not look who has the room",
    "acquire_without_look": "a bot does not look whether somebody has the room",
    "renew_without_epoch": "a bot that was fenced renews its lease",
    "take_of_what_is_closed": "a room is taken of what is deleted",
    "take_without_seen": "the same call takes the room a second time",
    "take_without_fence": "a bot loses its room to who may not fence it",
    "take_under_a_new_epoch": "who writes is fenced by who writes",
    "take_under_the_old_epoch": "a bot that has lost its room writes on",
    "coming_is_told_later": "a room is taken in one moment, and that somebody came is told in another",
    "writing_expires": "the room of who writes is free after a while",
    "given_back_before_it_is_listed": "a room is free before it is known that a bot has to be sent",
    "gives_back_whose_it_is_not": "a room is given back whoever has it",
}
"""The rules, each in the words of its breach: the search must notice whoever breaks one."""


@dataclass(frozen=True)
class RoomSearch(Walk[Room]):
    """Of the room."""

    begin: Room
    mutant: str = ""

    def start(self) -> Room:
        return self.begin

    def steps(self, s: Room) -> Steps:
        return RoomModel(self.mutant).steps(s)

    def unsafe(self, s: Room) -> str:
        return unsafe(s)

    def is_at_rest(self, s: Room) -> bool:
        return at_rest(s)

    def budget(self, s: Room) -> tuple[int, ...]:
        return s.faults, s.repeats


def check(mutant: str) -> Verdict | None:
    """The first verdict against a mutant; None if every setup lets it pass."""
    verdicts = (RoomSearch(setup, mutant).run() for setup in SETUPS.values())
    return next((verdict for verdict in verdicts if verdict.wrong), None)
