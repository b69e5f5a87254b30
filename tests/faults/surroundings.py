"""Faults around the processes: their ways to Redis, the model, and poison in the streams."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

from fixtures.toxiproxy import Direction, Proxy

from faults.evidence import Json
from faults.record import Record
from faults.sabotage import Nothing, Sabotage
from faults.stack import Stack

OVERSIZED = 80_000
"""Bytes; more than VIVA_MAX_EVENT_BYTES."""
HANGS: tuple[tuple[Direction, ...], ...] = (("upstream",), ("downstream",), ("upstream", "downstream"))
NO_BELLS: tuple[dict[str, str | bytes], ...] = (
    {"what": "ever"},
    {"interview_id": b"\xff\xfe"},
    {"interview_id": b""},
)
BURIED_S = 20.0
"""A worker that is left alone has buried what is in its own stream within this."""


class Surroundings:
    """Each fault is a method that returns what it was done to; raises Nothing."""

    def __init__(self, stack: Stack, random: Random, sabotage: Sabotage, length: float = 1.0) -> None:
        self._stack = stack
        self._length = length
        self._random = random
        self._sabotage = sabotage
        self.plants = stack.folder / "plants.jsonl"
        self._planted = Record(self.plants)

    # -- ways to Redis --

    def _ways(self) -> dict[str, Proxy]:
        brains = (*self._stack.workers, *self._stack.jobs)
        return {"candidates": self._stack.candidates} | {b.process.name: b.proxy for b in brains}

    @contextmanager
    def _broken(self, side: str, at_least_s: float, at_most_s: float) -> Iterator[tuple[Proxy, Json]]:
        names = [name for name in self._ways() if name.startswith(side)]
        name = self._random.choice(names)
        way, seconds = self._ways()[name], self._random.uniform(at_least_s, at_most_s) * self._length
        try:
            yield way, {"way": name, "seconds": seconds}
            time.sleep(seconds)
        finally:
            way.mend()

    def reset(self, side: str) -> Json:
        """Every connection is reset as soon as something is sent on it."""
        with self._broken(side, 0.1, 1.0) as (way, done):
            way.reset()
        return done

    def hang(self, side: str) -> Json:
        """Half-open: connections stay, and nothing arrives."""
        directions = self._random.choice(HANGS)
        with self._broken(side, 1.0, 6.0) as (way, done):
            way.hang(*directions)
        return done | {"directions": directions}

    def slow(self, side: str) -> Json:
        """Every answer comes late, and not always as late."""
        with self._broken(side, 1.0, 3.0) as (way, done):
            way.add("latency", "downstream", latency=self._random.choice([50, 150, 300]), jitter=40)
        return done

    def cut(self, side: str) -> Json:
        """Every connection is closed, and new ones are refused."""
        with self._broken(side, 0.2, 2.5) as (way, done):
            way.cut()
        return done

    # -- the model --

    def silent_model(self) -> Json:
        """Calls that are never answered, or not to the end."""
        return self._order(stall=True, after=self._random.randrange(8))

    def failing_model(self) -> Json:
        """Calls that are refused."""
        return self._order(status=self._random.choice([429, 500, 503]))

    def cut_model(self) -> Json:
        """Answers that break off."""
        return self._order(cut_after=self._random.randrange(8))

    def garbled_model(self) -> Json:
        """Answers that are no JSON."""
        return self._order(garbage=True, after=self._random.randrange(8))

    def _order(self, **fault: object) -> Json:
        order = {"target": "gemini", "times": self._random.randint(1, 3), **fault}
        self._stack.ground.model.post("/admin/faults", json=order).raise_for_status()
        return order

    # -- poison --

    def garbage_in(self) -> Json:
        """Bytes that are no event, among the inputs."""
        junk = self._random.choice([b"\x00\xff\xfe junk", b"{", b"[1, 2]", b"null", b""])
        return self._plant_input("garbage", {"event": junk})

    def nothing_in(self) -> Json:
        """An entry without an event, among the inputs."""
        return self._plant_input("no event", {"what": "ever"})

    def unknown_type_in(self) -> Json:
        """An event of a type that nobody knows."""
        return self._plant_input(
            "unknown type", {"event": self._event("candidate.waved", 1, {"hand": "left"})}
        )

    def unknown_version_in(self) -> Json:
        """An event of a known type, and of a version that nobody knows."""
        data = {"utterance_id": "poison", "text": "I am not to be heard."}
        return self._plant_input("unknown version", {"event": self._event("utterance.heard", 99, data)})

    def oversized_in(self) -> Json:
        """An event that is longer than events may be."""
        data = {"utterance_id": "poison", "text": "long " * (OVERSIZED // 5)}
        return self._plant_input("oversized", {"event": self._event("utterance.heard", 1, data)})

    def garbage_out(self) -> Json:
        """Bytes that are no event, among the outputs."""
        interview_id = self._interview()
        entry_id = self._add(self._stack.key(interview_id, "out"), {"event": b"\xf0\x28\x8c\x28 junk"})
        return self._note("out", entry_id, "garbage", interview_id)

    def garbage_bell(self) -> Json:
        """A doorbell that names no interview."""
        entry_id = self._add(f"{self._stack.prefix}:ready", self._random.choice(NO_BELLS))
        return self._note("ready", entry_id, "garbage")

    def garbage_passed(self) -> Json:
        """A doorbell passed to a worker that is none."""
        with self._sabotage.borrowed_worker() as brain:
            names = [
                consumer["name"].decode()
                for consumer in self._stack.redis.xinfo_consumers(f"{self._stack.prefix}:ready", "brain")
            ]
            name = next((name for name in names if name.split("-")[-2] == str(brain.process.pid)), None)
            if name is None:
                raise Nothing
            entry_id = self._add(f"{self._stack.prefix}:worker:{name}", {"what": b"\xff ever"})
            done = self._note(f"worker:{name}", entry_id, "garbage")
            self._until_buried(entry_id)
            return done

    def _until_buried(self, entry_id: str) -> None:
        """A worker's stream dies with it: it is left alone until it has read this."""
        give_up = time.monotonic() + BURIED_S
        while time.monotonic() < give_up:
            letters = self._stack.redis.xrevrange(f"{self._stack.prefix}:dead", count=100)
            if any(fields.get(b"entry_id") == entry_id.encode() for _, fields in letters):
                return
            time.sleep(0.1)

    def _interview(self) -> str:
        going_on = sorted(self._sabotage.under_way())
        if not going_on:
            raise Nothing
        return self._random.choice(going_on)

    def _plant_input(self, kind: str, entry: dict[str, str | bytes]) -> Json:
        interview_id = self._interview()
        entry_id = self._add(self._stack.key(interview_id, "in"), entry)
        done = self._note("in", entry_id, kind, interview_id)
        self._add(f"{self._stack.prefix}:ready", {"interview_id": interview_id})
        return done

    def _add(self, key: str, entry: dict[str, str | bytes]) -> str:
        return str(self._stack.redis.xadd(key, entry).decode())

    def _note(self, stream: str, entry_id: str, kind: str, interview_id: str | None = None) -> Json:
        plant = {"stream": stream, "entry_id": entry_id, "kind": kind, "interview": interview_id}
        self._planted.write("planted", **plant)
        return plant

    def _event(self, kind: str, version: int, data: Json) -> str:
        event_id = f"poison:{uuid4().hex}"
        envelope = {"event_id": event_id, "type": kind, "version": version, "interview_id": "whose"}
        envelope |= {"occurred_at": datetime.now(UTC).isoformat(), "correlation_id": event_id, "data": data}
        return json.dumps(envelope)
