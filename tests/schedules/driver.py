"""Chooses, from a seed, what happens next: at first with troubles, then fairly to the end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from model.inputs import BABEL, DEADLY, GRIM, POISON
from model.state import Archivist
from schedules.gates import OF_THE_PROCESS, Gate, Wire
from schedules.processes import Options
from schedules.schedule import Schedule
from schedules.steps import Deviation
from schedules.still_loop import StillLoop
from viva_shared.broker import Keys

INPUTS = (
    *((1,), (1, 2), (1, 2), (1, 2), (1, 2, 3), (1, 2, 3)),
    *((POISON, 1), (1, POISON, 2), (1, DEADLY), (1, GRIM), (BABEL,), (1, BABEL)),
)
WORKERS = (2, 2, 3)
ARCHIVED: dict[str, Any] = {"archivists": (Archivist(),)}
DELETED = {"may_be_deleted": True}
CLOSINGS: tuple[dict[str, Any], ...] = ({}, ARCHIVED, {}, DELETED, {}, ARCHIVED | DELETED)
"""What may come of the interview, in turn."""
CLOSING_STEPS = {
    "a0 looks": 0.1,
    "a0 reads": 0.3,
    "a0 writes": 0.3,
    "a0 is told that it was deleted": 0.3,
    "a0 closes it": 0.3,
    "a0 may not close it": 0.3,
    "it is deleted": 0.02,
}
"""How likely each is beside a command of a process."""
ROOM = (1, 2, 10)
DRAIN_S = (0.5, 2.5)
TROUBLE, TROUBLE_AT_A_WRITE = 0.04, 0.2
"""How likely one is at each choice while some are left; more so where a holder is about to write this."""
SELDOM = ("append", "confirm", "reject", "release", "hand_back")
PACES = (0.03, 0.3, 1.0, 1.0, 5.0)
LONGEST = 3_000

Act = Callable[[], None]


class Driver:
    """One schedule from its seed: the same choices, and the same run, each time."""

    def __init__(self, seed: int, loop: StillLoop, wire: Wire, keys: Keys) -> None:
        rng = self._rng = random.Random(seed)
        self._faults = rng.choice((0, 1, 1, 2, 2, 3, 4))
        self._losses = rng.choice((0, 0, 1, 1, 2, 3))
        self._fair_from = rng.randrange(20, 160)
        self._pace: dict[int | None, float] = {}
        self.choices = 0
        self.schedule = Schedule(
            loop,
            wire,
            keys,
            rng.choice(INPUTS),
            workers=rng.choice(WORKERS),
            closings=CLOSINGS[seed % len(CLOSINGS)],
            options=Options(rng.choice(ROOM), rng.choice(DRAIN_S), self.kills),
            leaves_late=self._leaves_late,
        )

    @property
    def is_fair(self) -> bool:
        """From here on nothing goes wrong any more."""
        return self.choices >= self._fair_from

    def run(self) -> None:
        """Raises Deviation."""
        self.schedule.begin()
        while not self.schedule.is_over():
            if self.choices == LONGEST:
                raise Deviation("it does not come to rest")
            self._choose()()
            self.choices += 1

    def kills(self) -> bool:
        """Whether what is deadly kills the process, or only what it does for the interview."""
        return self._rng.random() < 0.5

    def _choose(self) -> Act:
        rng = self._rng
        if not self._pace or rng.random() < 0.03:  # who is quick and who is slow changes now and then
            self._pace = {i: rng.choice(PACES) for i in (None, *range(len(self.schedule.workers)))}
        at_a_write = any(worker.is_waiting_for(*SELDOM) for worker in self.schedule.workers)
        risk = 0.0 if self.is_fair else TROUBLE_AT_A_WRITE if at_a_write else TROUBLE
        if self._faults and rng.random() < risk:
            troubles: dict[str, list[Act]] = {}
            for kind, act in self._troubles():
                troubles.setdefault(kind, []).append(act)
            if troubles:
                self._faults -= 1
                return rng.choice(troubles[rng.choice(sorted(troubles))])
        if self._losses and rng.random() < risk and (losses := list(self._lossy())):
            self._losses -= 1
            return rng.choice(losses)
        weights, acts = zip(*self._moves(), strict=True)
        chosen: Act = rng.choices(acts, weights)[0]
        return chosen

    def _gates(self) -> Iterator[tuple[int | None, Gate]]:
        yield from ((None, gate) for gate in self.schedule.producer.port.waiting)
        for i, worker in enumerate(self.schedule.workers):
            yield from ((i, gate) for gate in worker.port.waiting)

    def _is_ready(self, i: int | None, gate: Gate) -> bool:
        """Whether Redis would answer at once."""
        state = self.schedule.state
        if gate.name == "XREADGROUP" and not gate.reads_what_is_pending:
            return bool(state.bells)
        if gate.name == "XREAD":
            return i is not None and bool(state.workers[i].mail)
        return gate.name != "XAUTOCLAIM"  # which finds what is claimed, see below

    def _moves(self) -> Iterator[tuple[float, Act]]:
        """What may happen while nothing goes wrong, and how likely it is."""
        schedule, state = self.schedule, self.schedule.state
        in_hand = {bell for w in state.workers for bell in w.bells} if self.is_fair else set()
        for i, gate in self._gates():
            pace = 1.0 if self.is_fair else self._pace[i]
            if gate.name == "XAUTOCLAIM" and i is not None:
                for bell in sorted(bell for bell, _ in state.pending if bell not in in_hand):
                    yield 0.05 * pace, partial(schedule.claim, i, gate, bell)
            elif self._is_ready(i, gate):
                heartbeat = gate.name in ("renew", "XCLAIM")
                yield (0.3 if heartbeat else 1.0) * pace, partial(schedule.let_through, i, gate)
        if schedule.loop.to_next_timer_s is not None:
            yield 0.2, schedule.tick
        if "the lease expires" in schedule.known:
            yield 0.3, schedule.expire
        for number in range(len(schedule.late)):
            yield 0.3, partial(schedule.comes_late, number)
        if not self.is_fair:  # then it comes to rest in any case
            for step, weight in CLOSING_STEPS.items():
                if step in schedule.known:
                    yield weight, partial(schedule.close_it, step)

    def _troubles(self) -> Iterator[tuple[str, Act]]:
        schedule, state = self.schedule, self.schedule.state
        if state.lease:
            yield "expiry", partial(self._pause, state.lease[0])
        for i, (worker, w) in enumerate(zip(schedule.workers, state.workers, strict=True)):
            if w.at != "idle":
                yield "crash", partial(schedule.crash, i)
                if not w.draining:
                    yield "stop", partial(schedule.stop, i)
            elif not w.draining and not worker.is_waiting_for("XGROUP CREATE") and self._rng.random() < 0.1:
                yield "stop of an idle worker", partial(schedule.stop, i)
            for gate in worker.port.waiting if w.at not in ("idle", "leaving") else ():
                kind = "outage of a process" if gate.name in OF_THE_PROCESS else "outage"
                yield kind, partial(schedule.cut_off, i, gate, is_done=False)
                if self._is_ready(i, gate) and not gate.is_repeat:
                    yield kind, partial(schedule.cut_off, i, gate, is_done=True)

    def _pause(self, holder: int) -> None:
        """The holder stands still for so long that its lease is over."""
        self._pace[holder] = min(PACES)
        self.schedule.expire()

    def _lossy(self) -> Iterator[Act]:
        """Commands whose answers may be lost."""
        for i, gate in self._gates():
            if gate.name == "XAUTOCLAIM" and i is not None:
                for bell in sorted(bell for bell, _ in self.schedule.state.pending):
                    yield partial(self.schedule.claim, i, gate, bell, is_lost=True)
            elif self._is_ready(i, gate) and not gate.is_repeat and gate.name != "DEL":
                yield partial(self.schedule.lose_answer, i, gate)

    def _leaves_late(self) -> bool:
        if self.is_fair or not self._faults or self._rng.random() < 0.5:
            return False
        self._faults -= 1
        return True
