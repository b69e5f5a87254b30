"""Visits every state of the mailbox protocol: every interleaving, with crashes, lost leases and lost answers.

safety    each input is applied once, in order; an answer is taken only by the ask that is open; the pieces
          of a reply go out once each, in order, or again as they were; nobody writes without the lease, or
          to what is archived or deleted; what is archived is recorded whole
liveness  from everywhere, without further faults, it can still come to rest: all applied, answered and
          acknowledged

  PYTHONPATH=tests python -m model.search --help
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from model.inputs import BABEL, DEADLY, GRIM, POISON
from model.mailbox import TROUBLES, Model
from model.mutants import CLOSING_MUTANTS, MUTANTS
from model.state import NOBODY, Archivist, State, Steps, Worker, at_rest, unsafe
from model.walk import Verdict, Walk


@dataclass(frozen=True, slots=True)
class Setup:
    """Where a search begins, and what may go wrong."""

    inputs: tuple[int, ...]
    workers: int = 1
    faults: int = 0
    repeats: int = 0
    troubles: frozenset[str] = TROUBLES
    archivists: int = 0
    may_be_deleted: bool = False

    @property
    def closes(self) -> bool:
        """Whether the interview may be archived or deleted."""
        return bool(self.archivists or self.may_be_deleted)

    def start(self) -> State:
        return State(
            self.inputs,
            self.faults,
            self.repeats,
            (Worker(),) * self.workers,
            archivists=(Archivist(),) * self.archivists,
            may_be_deleted=self.may_be_deleted,
        )


SETUPS = {
    "poison": Setup((POISON, 1), faults=1),
    "a deadly ask": Setup((DEADLY,), faults=1),
    "a grim answer": Setup((GRIM,), faults=1),
    "an answer that nobody understands": Setup((BABEL,), faults=1),
    "a fault": Setup((1,), workers=2, faults=1, troubles=TROUBLES - {"stop"}),
    "a lost answer": Setup((1,), workers=2, repeats=1),
    "a fault and a lost answer": Setup((1,), faults=1, repeats=1),
    "two utterances and a fault": Setup((1, 2), faults=1),
    "two utterances and two workers": Setup((1, 2), workers=2),
    "two faults": Setup((1,), workers=2, faults=2, troubles=TROUBLES - {"stop"}),
    "three workers": Setup((1,), workers=3, faults=1, troubles=TROUBLES - {"stop"}),
    "archived": Setup((1,), archivists=1),
    "archived, with a fault": Setup((1,), faults=1, archivists=1),
    "archived by two jobs, or deleted": Setup((1,), archivists=2, may_be_deleted=True),
    "deleted, with a fault": Setup((1,), faults=1, may_be_deleted=True),
    "deleted under two workers": Setup((1,), workers=2, may_be_deleted=True),
}
DEEP = {
    "a deadly ask and two workers": Setup((DEADLY,), workers=2, faults=1, troubles=TROUBLES - {"stop"}),
    "two utterances, a fault and a lost answer": Setup((1, 2), faults=1, repeats=1),
    "a worker stops": Setup((1,), workers=2, faults=1, troubles=frozenset({"stop"})),
    "archived or deleted under two workers": Setup((1,), workers=2, archivists=1, may_be_deleted=True),
    "two utterances, archived": Setup((1, 2), archivists=1),
    "archived by two jobs": Setup((1,), workers=2, archivists=2),
    "archived, with a lost answer": Setup((1,), repeats=1, archivists=1),
    "two workers, a fault and a lost answer": Setup(
        (1,), workers=2, faults=1, repeats=1, troubles=TROUBLES - {"stop"}
    ),
}


class Search(Walk[State]):
    """Of the mailbox."""

    def __init__(self, setup: Setup, mutant: str = "") -> None:
        self.setup = setup
        self.model = Model(mutant, setup.troubles)

    def start(self) -> State:
        return self.setup.start()

    def steps(self, s: State) -> Steps:
        return self.model.steps(s)

    def unsafe(self, s: State) -> str:
        return unsafe(s)

    def is_at_rest(self, s: State) -> bool:
        return at_rest(s)

    def stuck(self, s: State) -> str:
        return f"stuck at cursor {s.cursor} of {len(s.log)}, ask {s.ask}"

    def budget(self, s: State) -> tuple[int, ...]:
        return s.faults, s.repeats

    def is_endless(self, s: State) -> bool:
        return len(s.log) > len(self.setup.inputs) * 2 + 4 or s.epoch > 12 or len(s.out) > 12

    def same(self, s: State) -> State:
        """One state for all that differ in names only: of bells, epochs and workers, and of what is over."""
        late = tuple(command for command in s.late if self.model.holds(s, *command.lease))
        asks = {s.ask, *(w.asking or w.inherits for w in s.workers), *(command.of for command in late)}
        out = tuple(piece for piece in s.out if piece.ask in asks)
        answers = frozenset(answer for answer in s.answers if answer[0] in asks)
        owners_matter = self.model.may(s, "stop") or any(w.draining for w in s.workers)
        pending = s.pending if owners_matter else frozenset((bell, NOBODY) for bell, _ in s.pending)
        s = s._replace(late=late, out=out, answers=answers, pending=pending)
        return _sorted_workers(_counted_epochs(_counted_bells(s)))


def _counted_bells(s: State) -> State:
    """Bells are numbered from 1 without a gap."""
    live = {*s.bells, *(bell for bell, _ in s.pending)}
    for w in s.workers:
        live.update(w.bells, w.covered or (), w.mail, (w.passing,) if w.passing else ())
    if len(live) == s.next_bell - 1:
        return s
    number = {bell: rank for rank, bell in enumerate(sorted(live), start=1)}

    def anew(bells: frozenset[int]) -> frozenset[int]:
        return frozenset(number[bell] for bell in bells)

    workers = (
        w._replace(
            bells=anew(w.bells),
            covered=w.covered and anew(w.covered),
            passing=number.get(w.passing, 0),
            mail=anew(w.mail),
        )
        for w in s.workers
    )
    return s._replace(
        workers=tuple(workers),
        bells=tuple(number[bell] for bell in s.bells),
        pending=frozenset((number[bell], owner) for bell, owner in s.pending),
        next_bell=len(number) + 1,
    )


def _counted_epochs(s: State) -> State:
    """Epochs that still matter are numbered from 1 without a gap."""
    live = {s.epoch, *(w.epoch for w in s.workers), *(epoch for _, epoch, _ in s.answers)}
    live |= {*(piece.epoch for piece in s.out), *(command.lease[1] for command in s.late)}
    live -= {0}
    if len(live) == s.epoch:
        return s
    number = {0: 0, **{epoch: rank for rank, epoch in enumerate(sorted(live), start=1)}}
    return s._replace(
        workers=tuple(w._replace(epoch=number[w.epoch]) for w in s.workers),
        answers=frozenset((ask, number[epoch], attempt) for ask, epoch, attempt in s.answers),
        lease=s.lease and (s.lease[0], number[s.lease[1]]),
        epoch=number[s.epoch],
        late=tuple(c._replace(lease=(c.lease[0], number[c.lease[1]])) for c in s.late),
        out=tuple(piece._replace(epoch=number[piece.epoch]) for piece in s.out),
    )


def _sorted_workers(s: State) -> State:
    """Workers are in an order that depends on what they do only."""
    holder = s.lease[0] if s.lease else NOBODY
    roles = [
        (
            hash(w._replace(holder=NOBODY)),
            i == holder,
            sum(other.holder == i for other in s.workers),
            sum(1 << bell for bell, owner in s.pending if owner == i),
        )
        for i, w in enumerate(s.workers)
    ]
    order = sorted(range(len(roles)), key=roles.__getitem__)
    if order == list(range(len(roles))):
        return s
    place = {NOBODY: NOBODY, **{i: at for at, i in enumerate(order)}}
    return s._replace(
        workers=tuple(s.workers[i]._replace(holder=place[s.workers[i].holder]) for i in order),
        lease=s.lease and (place[s.lease[0]], s.lease[1]),
        pending=frozenset((bell, place[owner]) for bell, owner in s.pending),
        late=tuple(command._replace(lease=(place[command.lease[0]], command.lease[1])) for command in s.late),
    )


def check(mutant: str) -> Verdict | None:
    """The first verdict against a mutant; None if every setup lets it pass."""
    likely = sorted(SETUPS.values(), key=lambda setup: setup.closes is not (mutant in CLOSING_MUTANTS))
    verdicts = (Search(setup, mutant).run() for setup in likely)
    return next((verdict for verdict in verdicts if verdict.wrong), None)


def main() -> int:
    """The command; how many verdicts are not as they should be."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--deep", action="store_true", help="what takes minutes, too")
    parser.add_argument("--mutants", action="store_true", help="break one rule at a time: each must fail")
    arguments = parser.parse_args()
    failures = 0
    for name, setup in (SETUPS | DEEP if arguments.deep else SETUPS).items():
        verdict = Search(setup).run()
        failures += bool(verdict.wrong)
        print(f"{name}: {verdict.states} states, {verdict.wrong or 'holds'}", *verdict.trace, sep="\n    ")
    for mutant, rule in MUTANTS.items() if arguments.mutants else ():
        found = check(mutant)
        failures += found is None
        print(
            f"{rule}: {found.wrong if found else 'NOT NOTICED'}",
            *(found.trace if found else ()),
            sep="\n    ",
        )
    return failures


if __name__ == "__main__":
    raise SystemExit(main())
