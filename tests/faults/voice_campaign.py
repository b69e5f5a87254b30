"""The campaign by voice: so many interviews while the injector breaks things, then rest, then the checker."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from faults.checker import check, wait_for_rest
from faults.evidence import Violation, gather
from faults.injector import count
from faults.record import read_record
from faults.voice_faults import VoiceInjector
from faults.voice_rules import Loss, losses
from faults.voice_stack import VoiceStack

AT_ONCE = 2
"""Speech recognition is real, and there may be no more than two cores."""
REST_S = 100.0
TELL_S = 15.0


@dataclass(frozen=True)
class VoiceOutcome:
    """What a campaign by voice has shown."""

    interviews: int
    faults: Counter[str]
    losses: list[Loss]
    """Of bots."""
    violations: list[Violation]
    seconds: float

    def backs(self, *, interrupting: bool) -> list[float]:
        """Seconds to the first sound of the next bot, where the candidate was silent meanwhile or of all."""
        return [
            loss.back_s
            for loss in self.losses
            if loss.back_s is not None and (interrupting or loss.spoke_until is None)
        ]


def hold_by_voice(
    stack: VoiceStack, interviews: int, seed: int, *, limit_s: float, tell: Callable[[str], None]
) -> VoiceOutcome:
    """Hold so many interviews by voice under faults. Raises TimeoutError: not over within ``limit_s``."""
    began = time.monotonic()
    stack.start()
    tell("everything for interviews by voice is up")
    injector = VoiceInjector(stack, seed)
    driver = stack.driver(
        "faults.voice",
        *("--name", "voice", "--seed", str(seed), "--interviews", str(interviews)),
        *("--at-once", str(AT_ONCE), "--tokens", stack.tokens_url),
    )
    told = time.monotonic()
    try:
        while driver.is_running():
            if time.monotonic() > began + limit_s:
                raise TimeoutError(f"interviews were not over within {limit_s:g} s: see {stack.folder}")
            injector.step()
            if time.monotonic() > told + TELL_S:
                told = time.monotonic()
                over = sum(bool(r) and r[-1]["what"] in ("ended", "gave_up") for r in _records(stack))
                faults = len(read_record(injector.log))
                tell(f"{over} of {interviews} interviews by voice are over, {faults} faults")
            time.sleep(0.2)
    finally:
        injector.stop()
    if driver.wait(0):
        raise RuntimeError(f"the driver failed: see {driver.log}")
    tell(f"all is at rest after {wait_for_rest(stack.redis, stack.prefix, stack.records, REST_S):.1f} s")
    return _outcome(stack, injector, began)


def _records(stack: VoiceStack) -> list[list[dict[str, object]]]:
    return [read_record(path) for path in stack.records.glob("*.jsonl")]


def _outcome(stack: VoiceStack, injector: VoiceInjector, began: float) -> VoiceOutcome:
    faults = read_record(injector.log)
    violations = check(stack.redis, stack.prefix, stack.records, [], faults)
    violations += [Violation("*", "processes", crash) for crash in injector.crashes]
    if difference := stack.replay():
        violations.append(Violation("*", "replays", difference))
    paths = sorted(stack.records.glob("*.jsonl"))
    gone = [loss for path in paths for loss in losses(gather(stack.redis, stack.prefix, path, [], faults))]
    reloads = sum(line["what"] == "back" for record in _records(stack) for line in record)
    return VoiceOutcome(
        interviews=len(paths),
        faults=count(faults) + Counter({"candidate reloads the page": reloads}),
        losses=gone,
        violations=violations,
        seconds=time.monotonic() - began,
    )
