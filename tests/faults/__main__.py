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

from faults.campaign import Outcome, hold
from faults.evidence import Violation
from faults.planted import ALL, CONTROLS, Verdict, judge_all
from faults.stack import ground, stack
from faults.voice_campaign import VoiceOutcome, hold_by_voice
from faults.voice_stack import SPEECH, voice_stack

PAUSE_S = 1.5
"""About so long between two faults of a lane."""
LIMIT_S = 1800.0
VOICE_LIMIT_S = 1200.0
PLANTED_AT_ONCE = 3
DEFAULTS = {"text": 200, "voice": 10}


def counted(outcome: Outcome | VoiceOutcome) -> list[str]:
    """What was done, and how often."""
    rows = [f"  {times:5d}  {kind}" for kind, times in sorted(outcome.faults.items())]
    return ["", "faults, by kind", *rows, f"  {sum(outcome.faults.values()):5d}  in all", ""]


def table(outcome: Outcome) -> str:
    """The same, and how long it was felt."""
    mid_reply = len({hit.kill for hit in outcome.hits})
    lines = counted(outcome)
    lines.append(
        f"kills of workers: {outcome.kills}, of which {mid_reply} hit {len(outcome.hits)} replies under way"
    )
    for what, disturbed in (("no other fault to Redis or a worker meanwhile", False), ("all of them", True)):
        waits = outcome.waits(disturbed=disturbed)
        p50, longest = figures(waits)
        lines.append(f"take-over, {what}: {len(waits)}, median {p50} s, longest {longest} s")
    return "\n".join([*lines, f"{len(outcome.violations)} violations, {outcome.seconds:.0f} s"])


def voice_table(outcome: VoiceOutcome) -> str:
    """The same, by voice."""
    lines = [*counted(outcome), f"bots lost: {len(outcome.losses)}"]
    for what, interrupting in (("the candidate silent meanwhile", False), ("all of them", True)):
        backs = outcome.backs(interrupting=interrupting)
        p50, longest = figures(backs)
        lines.append(f"next bot heard, {what}: {len(backs)}, median {p50} s, longest {longest} s")
    lines.append(f"utterances: {outcome.said}, of which {outcome.owed} spoken to a living bot, and compared")
    lines.append(f"interviews without a fault: {', '.join(outcome.untouched) or 'none'}")
    end = f"{len(outcome.violations)} violations by voice, {outcome.seconds:.0f} s"
    return "\n".join([*lines, end])


def figures(waits: list[float]) -> tuple[float | None, float | None]:
    """Median and longest; None without any."""
    return (round(median(waits), 3), round(max(waits), 3)) if waits else (None, None)


def result(outcome: Outcome | None, voice: VoiceOutcome | None, verdicts: list[Verdict]) -> dict[str, object]:
    """What the last line says.

    Take-overs are those during which no other fault hit Redis or a worker; a bot that is back is one that did
    not first let the candidate finish.
    """
    p50, longest = figures(outcome.waits(disturbed=False) if outcome else [])
    held = [o for o in (outcome, voice) if o]
    false_alarms = [v for verdict in verdicts if not verdict.planted.defect for v in verdict.violations]
    return {
        "interviews_text": outcome.interviews if outcome else 0,
        "interviews_voice": voice.interviews if voice else 0,
        "faults": sum(sum(o.faults.values()) for o in held),
        "violations": sum(len(o.violations) for o in held) + len(false_alarms),
        "takeover_p50_s": p50,
        "takeover_max_s": longest,
        "bot_back_max_s": figures(voice.backs(interrupting=False))[1] if voice else None,
        "planted_defects_missed": sum(not v.is_right for v in verdicts if v.planted.defect),
    }


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="of what is done to whom when"
    )
    for kind in DEFAULTS:
        parser.add_argument(f"--{kind}", type=int, default=DEFAULTS[kind], help=f"interviews by {kind}")
    parser.add_argument("--no-planted", action="store_true", help="without the proof of the checker")
    parser.add_argument("--folder", type=Path, help="for logs and records, to be made; else a new one")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="viva-faults-"))
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"faults: {time.monotonic() - began:4.0f} s  {text}", file=sys.stderr, flush=True)

    tell(f"seed {options.seed}, logs and records in {folder}")
    outcome, voice = None, None
    violations: list[Violation] = []
    if options.text:
        (folder / "interviews").mkdir(parents=True)
        with ground(folder / "interviews") as on, stack(on, "viva") as brains:
            outcome = hold(brains, options.text, options.seed, pause_s=PAUSE_S, limit_s=LIMIT_S, tell=tell)
        print(table(outcome))
        violations += outcome.violations
    if options.voice:
        (folder / "by-voice").mkdir(parents=True)
        with ground(folder / "by-voice", SPEECH) as on, voice_stack(on, "voice") as everything:
            voice = hold_by_voice(everything, options.voice, options.seed, limit_s=VOICE_LIMIT_S, tell=tell)
        print(voice_table(voice))
        violations += voice.violations
    for violation in violations:
        print(f"VIOLATION  {violation}")
    verdicts: list[Verdict] = []
    if not options.no_planted:
        tell(f"planting {len(ALL)} defects, one at a time, and {len(CONTROLS)} times none")
        verdicts = judge_all((*ALL, *CONTROLS), folder / "planted", at_once=PLANTED_AT_ONCE, tell=tell)
    for verdict in verdicts:
        print(verdict)
    found = result(outcome, voice, verdicts)
    print("RESULT", json.dumps(found), flush=True)
    return 1 if found["violations"] or found["planted_defects_missed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
