"""The campaign by text: so many interviews while the injector breaks things, then rest, then the checker."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from faults.checker import check, wait_for_rest
from faults.evidence import Violation
from faults.injector import Injector, count
from faults.record import read_record
from faults.stack import Stack
from faults.takeover import Hit, hits

WORKERS, JOBS = 4, 2
AT_ONCE = 16
TELL_S = 15.0
REST_S = 100.0
"""Within this after the last fault all is at rest: a report may take 90 s if its job worker was killed."""


@dataclass(frozen=True)
class Outcome:
    """What a campaign has shown."""

    interviews: int
    faults: Counter[str]
    kills: int
    """Of workers, by kill -9."""
    hits: list[Hit]
    violations: list[Violation]
    seconds: float

    def waits(self, *, disturbed: bool) -> list[float]:
        """Take-over times, of undisturbed kills only or of all."""
        return [
            hit.seconds for hit in self.hits if hit.seconds is not None and (disturbed or not hit.disturbed)
        ]


def hold(
    stack: Stack,
    interviews: int,
    seed: int,
    *,
    pause_s: float,
    limit_s: float,
    length: float = 1.0,
    options: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Hold so many interviews by text under faults.

    Args:
        pause_s, length: of faults; see Injector.
        options: further ones for the driver.

    Raises:
        TimeoutError: they are not over within ``limit_s``.
    """
    began = time.monotonic()
    stack.start_brains(workers=WORKERS, jobs=JOBS)
    tell(f"{WORKERS} workers and {JOBS} job workers are up")
    injector = Injector(stack, seed, pause_s=pause_s, length=length)
    driver = stack.driver(
        "faults.text",
        *("--name", "text", "--seed", str(seed), "--interviews", str(interviews), "--at-once", str(AT_ONCE)),
        *options,
    )
    injector.start()
    told = began
    try:
        while driver.is_running():
            injector.check()
            if time.monotonic() > began + limit_s:
                raise TimeoutError(f"the interviews were not over within {limit_s:g} s: see {stack.folder}")
            if time.monotonic() > told + TELL_S:
                told = time.monotonic()
                tell(_progress(stack, injector, interviews))
            time.sleep(0.2)
    finally:
        injector.stop()
    if driver.wait(0):
        raise RuntimeError(f"the driver failed: see {driver.log}")
    rest_s = wait_for_rest(stack.redis, stack.prefix, stack.records, REST_S)
    tell(f"all is at rest after {rest_s:.1f} s; checking")
    return _outcome(stack, injector, began)


def _progress(stack: Stack, injector: Injector, of: int) -> str:
    records = [read_record(path) for path in stack.records.glob("*.jsonl")]
    over = sum(record[-1]["what"] in ("ended", "gave_up") for record in records if record)
    return f"{over} of {of} interviews are over, {len(read_record(injector.log))} faults"


def _outcome(stack: Stack, injector: Injector, began: float) -> Outcome:
    faults, planted = read_record(injector.log), read_record(injector.plants)
    records = [read_record(path) for path in stack.records.glob("*.jsonl")]
    again = sum(line["what"] == "again" for record in records for line in record)
    violations = check(stack.redis, stack.prefix, stack.records, planted)
    violations += [Violation("*", "processes", crash) for crash in injector.crashes]
    if difference := stack.replay():
        violations.append(Violation("*", "replays", difference))
    return Outcome(
        interviews=len(records),
        faults=count(faults) + Counter({"duplicate appends by the candidates' side": again}),
        kills=sum("turns" in fault for fault in faults),
        hits=hits(stack.redis, stack.prefix, faults),
        violations=violations,
        seconds=time.monotonic() - began,
    )
