"""The campaign by voice: so many interviews while the injector breaks things, then rest, then the checker."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from faults.checker import check, wait_for_rest
from faults.evidence import Evidence, Violation, gather
from faults.injector import count
from faults.record import read_record
from faults.voice_faults import VoiceInjector
from faults.voice_rules import Loss, losses, spoken_to_a_bot
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
    said: int
    """Utterances of the candidates."""
    owed: int
    """Those of them that were spoken to a living bot: what is in the log is compared with them."""
    untouched: list[str]
    """Interviews without a fault."""
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
    held = [gather(stack.redis, stack.prefix, path, [], faults) for path in paths]
    writes, backs = (
        sum(line["what"] == what for r in _records(stack) for line in r) for what in ("wrote", "back")
    )
    changes = {"candidate reloads the page": backs - writes, "candidate writes meanwhile": writes}
    return VoiceOutcome(
        interviews=len(held),
        faults=count(faults) + Counter(changes),
        losses=[loss for evidence in held for loss in losses(evidence)],
        said=sum(line["what"] == "said" for record in _records(stack) for line in record),
        owed=sum(len(spoken_to_a_bot(evidence)) for evidence in held),
        untouched=[evidence.interview_id for evidence in held if not _was_touched(evidence)],
        violations=violations,
        seconds=time.monotonic() - began,
    )


def _was_touched(e: Evidence) -> bool:
    """Whether anything happened to it: to its bot, to all, or by its candidate."""
    began, ended = e.record[0]["t"], e.record[-1]["t"]
    done = [f for f in e.faults if began < f["t"] and f["t"] - (f["ended"] - f["began"]) < ended]
    return any(e.interview_id in f.get("rooms", [e.interview_id]) for f in done) or any(
        line["what"] == "left" for line in e.record
    )
