"""The proof of the checker: it must find each defect that is planted, and without one nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from faults.aims import Aims
from faults.checker import check, wait_for_rest
from faults.evidence import Violation
from faults.record import read_record
from faults.stack import PACE, ground, stack

SLOW = PACE | {"VIVA_LOCAL_GEMINI_CHUNK_DELAY_MS": "250"}
"""Long replies: there is time to hit twice in one."""
PATIENCE_S = 12.0
REST_S = 15.0
LIMIT_S = 150.0
Aim = Callable[[Aims], None]
STALLED = frozenset({"came_to_its_end"})


@dataclass(frozen=True)
class Planted:
    """A defect (or None), where it is, the fault that brings it out, and the rules of which it breaks one."""

    defect: str | None
    where: str
    aim: Aim
    breaks: frozenset[str]
    repeats: float = 0.0


ALL = (
    Planted("acknowledge_on_read", "workers", Aims.kill_mid_reply, STALLED),
    Planted("acknowledge_on_busy", "workers", Aims.pause_then_kill_the_next, STALLED),
    Planted("acknowledge_when_lost", "workers", Aims.pause_then_kill_the_next, STALLED),
    Planted("effects_not_kept", "workers", Aims.kill_mid_reply, STALLED),
    Planted("release_without_looking", "workers", Aims.nothing, STALLED),
    Planted("no_epoch_check", "workers", Aims.pause_mid_reply, frozenset({"effects_once", "coherent"})),
    Planted("no_recall", "workers", Aims.kill_mid_reply, frozenset({"coherent"})),
    Planted("cursor_apart", "workers", Aims.kill_at_the_start, frozenset({"said_is_remembered", "answered"})),
    Planted(
        "append_without_seen", "workers", Aims.nothing, frozenset({"sent_once_and_in_order"}), repeats=0.5
    ),
    Planted("no_dead_letter", "workers", Aims.poison, frozenset({"dead_letters_are_the_planted"})),
    Planted("report_too_short", "jobs", Aims.nothing, frozenset({"reported"})),
    Planted("send_but_once", "driver", Aims.cut_off_the_speaker, frozenset({"sent_once_and_in_order"})),
    Planted("feed_skips", "driver", Aims.cut_off_the_listener, frozenset({"heard_as_written"})),
)


CONTROLS = tuple(Planted(None, "", aim, frozenset()) for aim in dict.fromkeys(planted.aim for planted in ALL))
"""Every fault without any defect."""


@dataclass(frozen=True)
class Verdict:
    """What the checker said of one defect."""

    planted: Planted
    violations: list[Violation]

    @property
    def is_right(self) -> bool:
        """Whether a defect broke one of the rules that it should break, and nothing broke none."""
        if self.planted.defect is None:
            return not self.violations
        return any(violation.rule in self.planted.breaks for violation in self.violations)

    def __str__(self) -> str:
        broken = ", ".join(sorted({violation.rule for violation in self.violations})) or "nothing"
        what = f"planted {self.planted.defect}" if self.planted.defect else "planted nothing"
        lines = [
            f"{'ok' if self.is_right else 'WRONG'}  {what}, {self.planted.aim.__name__}: breaks {broken}"
        ]
        return "\n".join(lines if self.is_right else [*lines, *map(str, self.violations)])


def judge(planted: Planted, folder: Path, pace: Mapping[str, str] = SLOW) -> Verdict:
    """Hold two interviews with the defect, under its fault, on a stack of its own."""
    folder.mkdir()

    def wrapper(where: str) -> Sequence[str]:
        return ("faults.defects", planted.defect) if planted.defect and where == planted.where else ()

    with ground(folder, pace) as on, stack(on, "planted") as brains:
        brains.start_brains(workers=2, wrapper=wrapper("workers"))
        options = ("--interviews", "2", "--persona", "alice", "--patience", str(PATIENCE_S))
        driver = brains.driver(
            "faults.text", *options, "--repeats", str(planted.repeats), wrapper=wrapper("driver")
        )
        aims = Aims(brains, driver)
        planted.aim(aims)
        driver.wait(LIMIT_S)
        aims.join()
        # Only now: the sweeper, which is one of the jobs, would make good a lost doorbell.
        brains.start_brains(jobs=1, wrapper=wrapper("jobs"))
        wait_for_rest(brains.redis, brains.prefix, brains.records, REST_S)
        return Verdict(planted, check(brains.redis, brains.prefix, brains.records, read_record(aims.plants)))


def judge_all(
    which: Sequence[Planted],
    folder: Path,
    *,
    at_once: int,
    pace: Mapping[str, str] = SLOW,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Verdict]:
    """Judge them, so many at a time."""

    def one(number: int) -> Verdict:
        planted = which[number]
        name = f"{number:02d}-{planted.defect or 'none'}-{planted.aim.__name__}"
        verdict = judge(planted, folder / name, pace)
        tell(str(verdict))
        return verdict

    folder.mkdir()
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, range(len(which))))
