"""How long an interview waits when its worker is killed in the middle of a reply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from faults.evidence import Client, Json

IN_FLIGHT_S = 0.1
"""What a worker wrote before it was killed may reach Redis for so long; nobody takes over as soon as that."""
DISTURBING = (
    *("kill -9 of a worker", "kill -9 of Redis", "Redis", "worker"),
    *("connections reset, worker", "half-open, worker", "cut, worker"),
)
"""Kinds of faults (by how they begin) which may hold up whoever takes over, or kill it, too."""


@dataclass(frozen=True)
class Hit:
    """A reply that was under way when its worker was killed.

    Attributes:
        kill: which of the faults that was, by its number.
        seconds: from the kill to the next piece of the same turn; None if the candidate cut it short.
        disturbed: another fault hit Redis or a worker meanwhile: the wait is not the kill's alone.
    """

    interview: str
    turn: str
    kill: int
    seconds: float | None
    disturbed: bool


def hits(redis: Client, prefix: str, faults: list[Json]) -> list[Hit]:
    """All replies that kills have hit, by what is in the outputs."""
    return [hit for number in range(len(faults)) for hit in _hits_of(redis, prefix, faults, number)]


def _hits_of(redis: Client, prefix: str, faults: list[Json], number: int) -> Iterator[Hit]:
    kill = faults[number]
    for interview_id, turn in kill.get("turns", {}).items():
        events = _events_of(redis.xrange(f"{prefix}:{{{interview_id}}}:out"), turn)
        over = [when for when, kind in events if kind in ("reply.finished", "reply.cancelled")]
        if over and over[0] <= kill["at"] + IN_FLIGHT_S:
            continue  # it was over by then
        when, kind = next(
            event for event in [*events, (None, "")] if _is_after(event[0], kill["at"] + IN_FLIGHT_S)
        )
        seconds = when - kill["at"] if when and kind != "reply.cancelled" else None
        others = [fault for fault in faults if fault is not kill]
        disturbed = any(_overlaps(fault, kill["at"], kill["at"] + (seconds or 0)) for fault in others)
        yield Hit(interview_id, turn, number, seconds, disturbed)


def _is_after(when: float | None, start: float) -> bool:
    return when is None or when > start


def _events_of(out: list[tuple[bytes, dict[bytes, bytes]]], turn: str) -> list[tuple[float, str]]:
    """When Redis got each event of a turn, and its type."""
    found = []
    for raw_id, fields in out:
        try:
            event = json.loads(fields[b"event"])
        except (KeyError, ValueError):
            continue
        if event["data"].get("turn_id") == turn:
            found.append((int(raw_id.partition(b"-")[0]) / 1000, event["type"]))
    return found


def _overlaps(fault: Json, start: float, end: float) -> bool:
    in_force = fault["began"] < end and fault["ended"] > start
    return bool(in_force and fault["kind"].startswith(DISTURBING))
