"""Drives the real code through many schedules: ``PYTHONPATH=tests python -m schedules --help``."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from fixtures.processes import free_port
from fixtures.redis_server import running_redis
from schedules.broken import LUA, PYTHON, broken
from schedules.gates import Wire
from schedules.rooms import ROOM_LUA, ROOM_PYTHON, RoomRuns
from schedules.runs import Runs, functions
from schedules.steps import Deviation


def main() -> int:
    """The command; how many verdicts are not as they should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="of the first schedule; else by chance")
    parser.add_argument("--schedules", type=int, default=1, help="how many, each with the next seed")
    parser.add_argument(
        "--broken", action="store_true", help="break one rule at a time: each must be noticed"
    )
    arguments = parser.parse_args()
    seed = random.randrange(10**9) if arguments.seed is None else arguments.seed
    seeds = range(seed, seed + arguments.schedules)
    print(f"seeds {seed} to {seeds[-1]}")
    with tempfile.TemporaryDirectory() as directory, running_redis(Path(directory), free_port()) as server:
        wire = Wire(server.url)
        prefix = f"schedules-{uuid4().hex[:8]}"
        missed = _judge(wire, Runs(wire, prefix), seeds, LUA, PYTHON, is_broken=arguments.broken)
        missed += _judge(
            wire, RoomRuns(wire, prefix), seeds, ROOM_LUA, ROOM_PYTHON, is_broken=arguments.broken
        )
        wire.close()
    return missed


def _judge(
    wire: Wire,
    runs: Runs,
    seeds: range,
    lua: Mapping[str, tuple[str, str]],
    python: Mapping[str, tuple[object, str, object]],
    *,
    is_broken: bool,
) -> int:
    """As they are, or with one rule broken at a time; how many verdicts are not as they should be."""
    missed = 0
    for defect in (*lua, *python) if is_broken else ():
        with broken(defect, wire, lua, python):
            found = runs.find(seeds)
        missed += not found
        print(f"{defect}: {found or 'NOT NOTICED'}")
    if not is_broken:
        try:
            with functions(wire):
                print(runs.run(seeds))
        except Deviation as deviation:
            print(deviation)
            missed = 1
    return missed


if __name__ == "__main__":
    sys.exit(main())
