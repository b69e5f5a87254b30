"""Drives the real code through many schedules: ``PYTHONPATH=tests python -m schedules --help``."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

from fixtures.processes import free_port
from fixtures.redis_server import running_redis
from schedules.broken import DEFECTS, broken
from schedules.gates import Wire
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
        runs = Runs(wire, f"schedules-{uuid4().hex[:8]}")
        missed = 0
        for defect in DEFECTS if arguments.broken else ():
            with broken(defect, wire):
                found = runs.find(seeds)
            missed += not found
            print(f"{defect}: {found or 'NOT NOTICED'}")
        if not arguments.broken:
            try:
                with functions(wire):
                    print(runs.run(seeds))
            except Deviation as deviation:
                print(deviation)
                missed = 1
        wire.close()
    return missed


if __name__ == "__main__":
    sys.exit(main())
