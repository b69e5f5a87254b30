"""The checker: holds what every driver wrote down against what is in Redis. Imports nothing of Viva."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from faults.evidence import Client, Evidence, Json, Violation, gather, letters_of
from faults.notes_rules import notes_worked_in
from faults.rules import RULES, letters_match
from faults.voice_rules import VOICE_RULES
from faults.writing_rules import one_holder, written_once

RULES_OF = {"text": (*RULES, notes_worked_in), "voice": (*VOICE_RULES, written_once, one_holder)}
"""By the kind of the interview's driver."""


def check_interview(evidence: Evidence) -> list[Violation]:
    """What one interview breaks."""
    return [
        Violation(evidence.interview_id, rule.__name__, problem)
        for rule in RULES_OF[evidence.kind]
        for problem in rule(evidence)
    ]


def check(
    redis: Client, prefix: str, records: Path, planted: Sequence[Json], faults: Sequence[Json] = ()
) -> list[Violation]:
    """What all interviews with a record break, and the mailboxes as a whole."""
    found = [Violation("*", rule, problem) for rule, problem in _everywhere(redis, prefix, planted)]
    for record in sorted(records.glob("*.jsonl")):
        found += check_interview(gather(redis, prefix, record, planted, faults))
    return found


def _everywhere(redis: Client, prefix: str, planted: Sequence[Json]) -> Iterator[tuple[str, str]]:
    yield from (("at_rest", problem) for problem in unrest(redis, prefix))
    nobodys = [plant for plant in planted if plant.get("interview") is None]
    letters = letters_of(redis.xrange(f"{prefix}:dead"))
    yield from (("dead_letters_are_the_planted", p) for p in letters_match(nobodys, letters))


def unrest(redis: Client, prefix: str) -> list[str]:
    """What is still going on: doorbells that are unread or pending, and leases."""
    ready = f"{prefix}:ready"
    problems = []
    if bells := redis.xlen(ready):
        problems.append(f"{bells} doorbells are left: {redis.xrange(ready, count=3)}")
    groups = redis.xinfo_groups(ready) if redis.exists(ready) else []
    problems += [f"{g['pending']} doorbells are pending" for g in groups if g["pending"]]
    problems += [f"{key.decode()} is held" for key in redis.scan_iter(f"{prefix}:*:lease")]
    return problems


def wait_for_rest(redis: Client, prefix: str, records: Path, timeout_s: float) -> float:
    """Wait until nothing goes on and every report is there, or the time is over; the seconds it took."""
    began = time.monotonic()
    while time.monotonic() < began + timeout_s:
        reports = [f"{prefix}:{{{record.stem}}}:report" for record in records.glob("*.jsonl")]
        if not unrest(redis, prefix) and redis.exists(*reports) == len(reports):
            break
        time.sleep(0.1)
    return time.monotonic() - began
