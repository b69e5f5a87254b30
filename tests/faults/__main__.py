"""The command: interviews under faults, a table of what happened, and the proof of the checker.

The last line is RESULT and one JSON object. Exit code 1 if anything was violated, or a defect missed.
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
from faults.planted import ALL, CONTROLS, Verdict, judge_all
from faults.stack import ground, stack

PAUSE_S = 1.5
"""About so long between two faults of a lane."""
LIMIT_S = 1800.0
PLANTED_AT_ONCE = 3
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


def result(outcome: Outcome, verdicts: list[Verdict]) -> dict[str, object]:
    """What the last line says. Take-overs are those during which no other fault hit Redis or a worker."""
    p50, longest = figures(outcome.waits(disturbed=False))
    false_alarms = [v for verdict in verdicts if not verdict.planted.defect for v in verdict.violations]
    return {
        "interviews_text": outcome.interviews.get("text", 0),
        "interviews_voice": outcome.interviews.get("voice", 0),
        "faults": sum(outcome.faults.values()),
        "violations": len(outcome.violations) + len(false_alarms),
        "takeover_p50_s": p50,
        "takeover_max_s": longest,
        "bot_back_max_s": None,
        "planted_defects_missed": sum(not v.is_right for v in verdicts if v.planted.defect),
    }


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="of what is done to whom when"
    )
    for kind in DRIVERS:
        parser.add_argument(f"--{kind}", type=int, default=DEFAULTS[kind], help=f"interviews by {kind}")
    parser.add_argument("--no-planted", action="store_true", help="without the proof of the checker")
    parser.add_argument("--folder", type=Path, help="for logs and records, to be made; else a new one")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="viva-faults-"))
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"faults: {time.monotonic() - began:4.0f} s  {text}", file=sys.stderr, flush=True)

    tell(f"seed {options.seed}, logs and records in {folder}")
    (folder / "interviews").mkdir(parents=True)
    with ground(folder / "interviews") as on, stack(on, "viva") as brains:
        interviews = {kind: getattr(options, kind) for kind in DRIVERS}
        outcome = hold(brains, interviews, options.seed, pause_s=PAUSE_S, limit_s=LIMIT_S, tell=tell)
    print(table(outcome))
    for violation in outcome.violations:
        print(f"VIOLATION  {violation}")
    verdicts: list[Verdict] = []
    if not options.no_planted:
        tell(f"planting {len(ALL)} defects, one at a time, and {len(CONTROLS)} times none")
        verdicts = judge_all((*ALL, *CONTROLS), folder / "planted", at_once=PLANTED_AT_ONCE, tell=tell)
    for verdict in verdicts:
        print(verdict)
    found = result(outcome, verdicts)
    print("RESULT", json.dumps(found), flush=True)
    return 1 if found["violations"] or found["planted_defects_missed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
