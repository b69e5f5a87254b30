"""Whether the candidate has the floor, as the brain is told: silent only if nothing came of speaking."""

from __future__ import annotations

from enum import Enum


class Floor(Enum):
    """What the candidate does."""

    SILENT = "silent"
    SPEAKING = "speaking"
    SETTLING = "settling"
    """Stopped; the brain is not told before it is known whether an utterance comes of it."""


class Happening(Enum):
    """What can happen to the floor."""

    STARTED = "started"
    STOPPED = "stopped"
    UTTERANCE = "utterance"
    NOTHING_CAME = "nothing came"
    LEFT = "left"


class Telling(Enum):
    """What the brain is to be told."""

    SPEAKING = "speaking"
    SILENT = "silent"


_TABLE: dict[tuple[Floor, Happening], tuple[Floor, Telling | None]] = {
    (Floor.SILENT, Happening.STARTED): (Floor.SPEAKING, Telling.SPEAKING),
    (Floor.SETTLING, Happening.STARTED): (Floor.SPEAKING, None),
    (Floor.SPEAKING, Happening.STOPPED): (Floor.SETTLING, None),
    (Floor.SETTLING, Happening.UTTERANCE): (Floor.SILENT, None),
    # an utterance implies silence, and speech goes on: say so again
    (Floor.SPEAKING, Happening.UTTERANCE): (Floor.SPEAKING, Telling.SPEAKING),
    (Floor.SETTLING, Happening.NOTHING_CAME): (Floor.SILENT, Telling.SILENT),
    (Floor.SPEAKING, Happening.LEFT): (Floor.SILENT, None),
    (Floor.SETTLING, Happening.LEFT): (Floor.SILENT, None),
}


def step(floor: Floor, happening: Happening) -> tuple[Floor, Telling | None]:
    """The floor afterwards, and what the brain is told; what is not in the table changes nothing."""
    return _TABLE.get((floor, happening), (floor, None))
