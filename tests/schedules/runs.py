"""Many schedules, one after the other, on one Redis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from unittest.mock import patch

import structlog
from brain.application import serving
from fakes.world import World
from schedules.driver import Driver
from schedules.gates import Command, Wire
from schedules.processes import INTERVIEW, NOW, PoisonedDecide, tracked
from schedules.steps import Deviation
from schedules.still_loop import StillLoop
from viva_shared.broker import Keys
from viva_shared.broker.doorbell import GROUP

FUNCTIONS = resources.files("viva_shared.broker").joinpath("functions.lua").read_text()


@dataclass(slots=True)
class Tally:
    """What has happened in all."""

    schedules: int = 0
    choices: int = 0
    steps: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        lines = [f"{self.schedules} schedules, {self.choices} choices, {self.steps.total()} steps:"]
        lines += [f"{count:9} {step}" for step, count in sorted(self.steps.items())]
        return "\n".join(lines)


class Runs:
    """Runs schedules under a key prefix of their own, each on an interview that is at rest."""

    def __init__(self, wire: Wire, prefix: str) -> None:
        self._wire = wire
        self._prefix = prefix
        self._world = World(now=NOW)
        self._world.begin()
        self._world.model_says("Please introduce yourself.")
        self._world.is_heard()

    def run(self, seeds: Iterable[int]) -> Tally:
        """Raises Deviation with the first seed that leads to one, and all that happened there."""
        tally = Tally()
        with _quiet():
            for seed in seeds:
                self._run(seed, tally)
        return tally

    def find(self, seeds: Iterable[int]) -> str:
        """The first deviation, without its trace; empty if there is none."""
        try:
            self.run(seeds)
        except Deviation as found:
            return str(found).partition("\n")[0]
        return ""

    def _run(self, seed: int, tally: Tally) -> None:
        keys = Keys(f"{self._prefix}-{seed}")
        workers: list[str] = []
        try:
            self._prepare(keys)
            loop = StillLoop()
            loop.set_task_factory(tracked)
            driver = Driver(seed, loop, self._wire, keys)
            workers = driver.schedule.worker_names
            self._drive(seed, driver, loop)
        finally:
            parts = (keys.state, keys.lease, keys.inputs, keys.seen, keys.outputs, keys.dead)
            names = [*map(keys.worker, workers), *(part(INTERVIEW) for part in parts)]
            self._wire.redis.unlink(keys.ready, *names)
        tally.schedules += 1
        tally.choices += driver.choices
        tally.steps += driver.schedule.counts

    def _drive(self, seed: int, driver: Driver, loop: StillLoop) -> None:
        schedule = driver.schedule
        poisoned = PoisonedDecide(driver.kills, schedule.observer.first_answers)
        try:
            with patch.object(serving, "decide", poisoned):
                driver.run()
        except Exception as error:
            trace = "\n".join(schedule.trace)
            reason = str(error) if isinstance(error, Deviation) else repr(error)
            raise Deviation(f"seed {seed}: {reason}\n{trace}") from error
        finally:
            schedule.close()
            loop.close()

    def _prepare(self, keys: Keys) -> None:
        """Make the interview with the real functions."""
        created, state = self._world.log[0], self._world.is_in.model_dump_json()
        scenario = self._world.scenario.model_dump_json()
        k_state, k_in, k_lease = keys.state(INTERVIEW), keys.inputs(INTERVIEW), keys.lease(INTERVIEW)
        k_seen, k_out = keys.seen(INTERVIEW), keys.outputs(INTERVIEW)
        (_, entry_id), (_, epoch, _), _ = self._wire.run(
            [
                _call("create", [k_state, k_in, k_seen], scenario, created.event_id, created.encode()),
                _call("acquire", [k_state, k_lease, k_in], "prelude", 60_000),
                (("XGROUP CREATE", keys.ready, GROUP, "0", "MKSTREAM"), {}),
            ]
        )
        token = f"prelude|{epoch}"
        _, released = self._wire.run(
            [
                _call("commit", [k_state, k_lease, k_out], token, "0-0", entry_id, state, 0, 0),
                _call("release", [k_state, k_lease, k_in], token),
            ]
        )
        if released != [b"released"]:
            raise Deviation(f"an interview that is at rest is not released: {released}")


def _call(function: str, keys: list[str], *args: str | int | bytes) -> Command:
    return ("FCALL", f"viva1_{function}", len(keys), *keys, *args), {}


@contextmanager
def functions(wire: Wire, text: str = FUNCTIONS) -> Iterator[None]:
    """The functions in Redis are these; at the end the real ones."""
    wire.redis.function_load(text, replace=True)
    try:
        yield
    finally:
        wire.redis.function_load(FUNCTIONS, replace=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the log lines of the code under test."""
    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False
    )
    try:
        yield
    finally:
        structlog.configure(**before)
