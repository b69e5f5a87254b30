"""The injector: breaks things at random points, by a seed, and writes down what it did when."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

from faults.evidence import Json
from faults.record import Record
from faults.sabotage import Nothing, Sabotage
from faults.stack import Stack
from faults.surroundings import Surroundings

Fault = Callable[[], Json]
SIDES = ("worker", "jobs", "candidates")


class Injector:
    """Two lanes of faults at a time: one of brain processes, one of all that is around them.

    Each lane plays its kinds from a shuffled deck, so that none is left out; some are in it more often.

    Args:
        pause_s: about so long between two faults of a lane.
        length: how long those last that last, by which the usual is multiplied.
    """

    def __init__(self, stack: Stack, seed: int, *, pause_s: float, length: float = 1.0) -> None:
        self._random = Random(f"injector:{seed}")
        self._sabotage = Sabotage(stack, Random(f"sabotage:{seed}"))
        self._around = Surroundings(stack, Random(f"surroundings:{seed}"), self._sabotage, length)
        self._stack = stack
        self._pause_s = pause_s
        self.log = stack.folder / "faults.jsonl"
        self._record = Record(self.log)
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(2)
        self._lanes: list[Future[None]] = []

    @property
    def plants(self) -> Path:
        """The record of what was planted."""
        return self._around.plants

    def processes(self) -> Mapping[str, tuple[Fault, int]]:
        """Faults of brain processes, and how many cards each has in the deck."""
        s = self._sabotage
        return {
            "kill -9 of a worker mid-reply": (s.kill_mid_reply, 6),
            "kill -9 of a worker": (s.kill_worker, 2),
            "worker paused (SIGSTOP)": (s.pause_worker, 2),
            "worker drained (SIGTERM)": (s.stop_worker, 1),
            "kill -9 of a job worker": (s.kill_jobs, 1),
        }

    def surroundings(self) -> Mapping[str, tuple[Fault, int]]:
        """Faults of Redis, of the ways to it, of the model, and poison."""
        s, a = self._sabotage, self._around
        ways = {
            f"{name}, {side}": (partial(what, side), 1)
            for name, what in (
                ("connections reset", a.reset),
                ("half-open", a.hang),
                ("latency", a.slow),
                ("cut", a.cut),
            )
            for side in SIDES
        }
        return ways | {
            "Redis paused (SIGSTOP)": (s.pause_redis, 1),
            "kill -9 of Redis": (s.kill_redis, 1),
            "Redis restarted (SIGTERM)": (s.stop_redis, 1),
            "model silent": (a.silent_model, 2),
            "model failing": (a.failing_model, 2),
            "model cut": (a.cut_model, 2),
            "model garbled": (a.garbled_model, 2),
            "poison: garbage in": (a.garbage_in, 1),
            "poison: nothing in": (a.nothing_in, 1),
            "poison: unknown type in": (a.unknown_type_in, 1),
            "poison: unknown version in": (a.unknown_version_in, 1),
            "poison: oversized in": (a.oversized_in, 1),
            "poison: garbage out": (a.garbage_out, 1),
            "poison: garbage in ready": (a.garbage_bell, 1),
            "poison: garbage in a worker's stream": (a.garbage_passed, 1),
        }

    def start(self) -> None:
        """Begin."""
        self._lanes = [
            self._pool.submit(self._play, deck) for deck in (self.processes(), self.surroundings())
        ]

    @property
    def crashes(self) -> list[str]:
        """What ended by itself, or not as it should."""
        return self._sabotage.crashes

    def check(self) -> None:
        """Look after the processes, and raise what a lane has failed with, if it has."""
        self._sabotage.watch()
        for lane in self._lanes:
            if lane.done():
                lane.result()

    def stop(self) -> None:
        """Finish the faults under way, undo them all, and wait until every process is up."""
        self._over.set()
        for lane in self._lanes:
            lane.result()
        self._pool.shutdown()
        self._stack.mend()
        self._sabotage.join()

    def _play(self, kinds: Mapping[str, tuple[Fault, int]]) -> None:
        random = Random(self._random.random())
        deck: list[str] = []
        while not self._over.wait(random.uniform(0.3, 1.7) * self._pause_s):
            if not deck:
                deck = [kind for kind, (_, cards) in kinds.items() for _ in range(cards)]
                random.shuffle(deck)
            kind = deck.pop()
            began = time.time()
            try:
                done = kinds[kind][0]()
            except Nothing:
                deck.insert(0, kind)
                continue
            self._record.write("fault", **{**done, "kind": kind, "began": began, "ended": time.time()})


def count(faults: list[Json]) -> Counter[str]:
    """How often each kind occurred."""
    return Counter(fault["kind"] for fault in faults)
