"""An exhaustive check of the mailbox protocol: every interleaving, with crashes and lost leases.

One interview. Each step below is one command or one Redis Function (``functions.lua``), which Redis runs
atomically; the names are theirs. The search visits every reachable state and holds:

  safety    each input is applied once, in order; an answer is taken only by the ask that is open; the pieces
            of a reply go out once each, in order; nobody writes without the current lease
  liveness  from everywhere, without further faults, it can still come to rest: all applied, answered and
            acknowledged

    python tests/model/mailbox.py              the protocol
    python tests/model/mailbox.py --mutants    the same with one rule broken at a time: each must fail

An input is an utterance (a positive number), the answer to an ask (its negative), or POISON, which kills who
applies it. An utterance opens an ask of its own number and cancels the one before; a reply has PIECES pieces.
"""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

POISON = 99
PIECES = 2
MAX_TRIES = 2

MUTANTS = {
    "ack_on_read": "a doorbell is acknowledged as soon as it is read",
    "ack_on_busy": "a doorbell of a busy interview is acknowledged by who finds it busy",
    "ack_when_lost": "a worker whose lease is gone acknowledges its doorbells",
    "release_without_tail_check": "a release does not look for inputs that came meanwhile",
    "release_with_open_effect": "a release does not look for open effects",
    "no_lease_check_on_commit": "a commit does not check the lease",
    "no_lease_check_on_emit": "an emit does not check the lease",
    "epoch_expires_with_lease": "the epoch is kept in the lease, and starts again when that expires",
    "append_without_seen": "an append does not look whether the event is there already",
    "any_answer_is_taken": "an answer is taken though its ask is cancelled",
    "effect_is_not_state": "an open ask is known only to the worker that opened it",
    "no_recall": "who takes over does not look what is already out of the reply",
    "poison_is_never_rejected": "the tries of an input are not counted",
    "ack_what_came_after": "a doorbell that came after the release is acknowledged with the others",
}


class Worker(NamedTuple):
    at: str = "idle"  # idle, rung, passing, held, released
    bells: frozenset[int] = frozenset()  # doorbells in hand
    covered: frozenset[int] = frozenset()  # those in hand when the release was called
    epoch: int = 0
    cursor: int = 0  # the cursor it knows
    asking: int = 0  # the ask it performs
    pieces: int = 0  # pieces of that reply it knows to be out
    holder: int = 0  # the worker it is about to pass its doorbells to


class State(NamedTuple):
    to_send: tuple[int, ...]
    repeats: int  # how often the producer may yet repeat an append whose answer was lost
    owed: int  # appended, not rung yet: the producer goes on until it is
    log: tuple[int, ...]
    cursor: int
    ask: int  # the open ask; its effect is open with it
    taken: tuple[int, ...]  # ghost: inputs that changed the state, in order
    out: tuple[tuple[int, int], ...]  # ghost: pieces that went out, (ask, number)
    tries: int
    lease: int | None  # the holder's epoch
    epoch: int
    bells: tuple[int, ...]  # unread
    pending: tuple[int, ...]  # read, not acknowledged
    next_bell: int
    workers: tuple[Worker, ...]
    faults: int


class Model:
    """The steps, with one rule broken if a mutant is named."""

    def __init__(self, mutant: str = "") -> None:
        self.mutant = mutant

    def is_(self, mutant: str) -> bool:
        return self.mutant == mutant

    def steps(self, s: State) -> Iterator[tuple[str, State]]:
        """Every step that can come next, with its name."""
        yield from self.producer(s)
        for i, w in enumerate(s.workers):
            match w.at:
                case "idle":
                    yield from self.idle(s, i)
                case "rung":
                    yield from self.rung(s, i, w)
                case "passing":
                    yield from self.passing(s, i, w)
                case "held":
                    yield from self.held(s, i, w)
                case "released":
                    gone = w.bells if self.is_("ack_what_came_after") else w.covered
                    left = w.bells - gone
                    after = Worker("rung", left) if left else Worker()
                    yield f"w{i} acknowledges", put(drop(s, gone), i, after)
            if w.at in ("held", "released"):
                yield from self.read(s, i, w)
            if s.faults and w.at != "idle":
                yield f"w{i} crashes", put(s._replace(faults=s.faults - 1), i, Worker())
        if s.lease is not None:
            if not any(w.epoch == s.lease and w.at == "held" for w in s.workers):
                yield "the lease expires", s._replace(lease=None)
            elif s.faults:
                yield "the lease expires under its holder", s._replace(lease=None, faults=s.faults - 1)

    def append(self, s: State, event: int) -> State:
        if event in s.log and not self.is_("append_without_seen"):
            return s
        return s._replace(log=(*s.log, event))

    def producer(self, s: State) -> Iterator[tuple[str, State]]:
        if s.to_send and not s.owed:  # in order, one at a time
            event = s.to_send[0]
            sent = self.append(s, event)._replace(to_send=s.to_send[1:], owed=1)
            yield f"append {event}", sent
            if s.repeats:
                repeated = self.append(s, event)._replace(repeats=s.repeats - 1)
                yield f"append {event}, the answer is lost", repeated
        if s.owed:
            yield "ring", ring(s._replace(owed=0))

    def idle(self, s: State, i: int) -> Iterator[tuple[str, State]]:
        yield from self.read(s, i, Worker("rung"))
        for bell in s.pending:  # its owner may be dead, or only slow
            yield f"w{i} claims bell {bell}", put(s, i, Worker("rung", frozenset({bell})))

    def read(self, s: State, i: int, reader: Worker) -> Iterator[tuple[str, State]]:
        """XREADGROUP; a worker goes on reading while it serves."""
        if s.bells:
            bell = s.bells[0]
            read = s._replace(bells=s.bells[1:])
            if not self.is_("ack_on_read"):
                read = read._replace(pending=(*s.pending, bell))
            in_hand = reader._replace(bells=reader.bells | {bell})
            yield f"w{i} reads bell {bell}", put(read, i, in_hand)

    def rung(self, s: State, i: int, w: Worker) -> Iterator[tuple[str, State]]:
        if s.lease is None:
            epoch = 1 if self.is_("epoch_expires_with_lease") else s.epoch + 1
            pieces = 0 if self.is_("no_recall") else sum(ask == s.ask for ask, _ in s.out)
            asking = 0 if self.is_("effect_is_not_state") else s.ask
            held = w._replace(at="held", epoch=epoch, cursor=s.cursor, asking=asking, pieces=pieces)
            tries = min(s.tries + 1, MAX_TRIES + 1)
            yield f"w{i} acquires {epoch}", put(s._replace(epoch=epoch, lease=epoch, tries=tries), i, held)
            return
        if self.is_("ack_on_busy"):
            yield f"w{i} busy, acknowledges", put(drop(s, w.bells), i, Worker())
        yield f"w{i} busy, leaves its bells", put(s, i, Worker())
        for h, holder in enumerate(s.workers):
            if h != i and holder.epoch == s.lease and holder.at == "held":
                yield f"w{i} busy, will pass to w{h}", put(s, i, Worker("passing", w.bells, holder=h))

    def passing(self, s: State, i: int, w: Worker) -> Iterator[tuple[str, State]]:
        """The holder may have released, crashed or begun anew meanwhile."""
        holder = s.workers[w.holder]
        at = "rung" if holder.at == "idle" else holder.at
        told = put(s, w.holder, holder._replace(at=at, bells=holder.bells | w.bells))
        yield f"w{i} passes its bells to w{w.holder}", put(told, i, Worker())

    def held(self, s: State, i: int, w: Worker) -> Iterator[tuple[str, State]]:
        mine = s.lease == w.epoch
        if not mine:
            if self.is_("ack_when_lost"):
                yield f"w{i} lost {w.epoch}, acknowledges", put(drop(s, w.bells), i, Worker())
            else:
                yield f"w{i} lost {w.epoch}", put(s, i, Worker("rung", w.bells))
        if w.cursor < len(s.log) and (mine or self.is_("no_lease_check_on_commit")):
            yield from self.apply(s, i, w)
        if w.asking and (mine or self.is_("no_lease_check_on_emit")):
            if w.pieces < PIECES:
                emitted = s._replace(out=(*s.out, (w.asking, w.pieces)))
                yield f"w{i} emits {w.asking}.{w.pieces}", put(emitted, i, w._replace(pieces=w.pieces + 1))
            elif mine:
                answered = self.append(s, -w.asking)
                yield (
                    f"w{i} appends the answer of {w.asking}",
                    put(answered, i, w._replace(asking=0, pieces=0)),
                )
        if mine and self.may_release(s, w):
            freed = s._replace(lease=None)
            yield f"w{i} releases", put(freed, i, w._replace(at="released", covered=w.bells, epoch=0))

    def may_release(self, s: State, w: Worker) -> bool:
        news = s.cursor < len(s.log) and not self.is_("release_without_tail_check")
        effects = bool(s.ask) and not self.is_("release_with_open_effect")
        if self.is_("effect_is_not_state"):
            effects = bool(w.asking)
        return not news and not effects

    def apply(self, s: State, i: int, w: Worker) -> Iterator[tuple[str, State]]:
        event = s.log[w.cursor]
        moved = s._replace(cursor=w.cursor + 1, tries=0)
        after = w._replace(cursor=w.cursor + 1)
        if event == POISON:
            if s.tries > MAX_TRIES and not self.is_("poison_is_never_rejected"):
                yield f"w{i} rejects the poison", put(moved, i, after)
            else:
                yield f"w{i} dies of the poison", put(s, i, Worker())
        elif event > 0:
            opened = moved._replace(ask=event, taken=(*s.taken, event))
            yield f"w{i} commits {event}", put(opened, i, after._replace(asking=event, pieces=0))
        elif -event == s.ask or self.is_("any_answer_is_taken"):
            closed = moved._replace(ask=0, taken=(*s.taken, event))
            yield f"w{i} commits the answer of {-event}", put(closed, i, after)
        else:
            yield f"w{i} commits the late answer of {-event}", put(moved, i, after)


def put(s: State, index: int, worker: Worker) -> State:
    return s._replace(workers=(*s.workers[:index], worker, *s.workers[index + 1 :]))


def ring(s: State) -> State:
    return s._replace(bells=(*s.bells, s.next_bell), next_bell=s.next_bell + 1)


def drop(s: State, gone: frozenset[int]) -> State:
    return s._replace(pending=tuple(bell for bell in s.pending if bell not in gone))


def unsafe(s: State) -> str:
    """What is wrong in this state; empty if nothing is."""
    utterances = [event for event in s.taken if event > 0]
    if utterances != sorted(set(utterances)):
        return f"utterances were taken as {utterances}"
    ask = 0
    for event in s.taken:
        if event < 0 and -event != ask:
            return f"the answer of {-event} was taken while ask {ask} was open"
        ask = event if event > 0 else 0
    for ask in {ask for ask, _ in s.out}:
        numbers = [number for a, number in s.out if a == ask]
        if numbers != list(range(len(numbers))):
            return f"pieces {numbers} of reply {ask} went out"
    return ""


def at_rest(s: State) -> bool:
    done = not s.to_send and not s.owed and s.cursor == len(s.log) and not s.ask
    return done and s.lease is None and not s.bells and not s.pending


@dataclass(frozen=True)
class Verdict:
    """What a search found: nothing wrong, or the shortest way to it."""

    states: int
    wrong: str = ""
    trace: tuple[str, ...] = ()


FAULTS = ("crashes", "under its holder", "is lost")


def explore(inputs: tuple[int, ...], *, workers: int, faults: int, repeats: int, mutant: str = "") -> Verdict:
    """Visit every state."""
    model = Model(mutant)
    start = State(inputs, repeats, 0, (), 0, 0, (), (), 0, None, 0, (), (), 1, (Worker(),) * workers, faults)
    came: dict[State, tuple[State, str] | None] = {start: None}
    before: dict[State, list[State]] = {}
    queue = deque([start])
    while queue:
        s = queue.popleft()
        if wrong := unsafe(s):
            return Verdict(len(came), wrong, trace(came, s))
        for name, t in model.steps(s):
            if len(t.log) > len(inputs) * 2 + 2 or t.epoch > 12 or len(t.out) > 12:
                continue  # a mutant that never ends
            if not any(fault in name for fault in FAULTS):
                before.setdefault(t, []).append(s)
            if t not in came:
                came[t] = (s, name)
                queue.append(t)
    live = {s for s in came if at_rest(s)}
    queue = deque(live)
    while queue:
        for s in before.get(queue.popleft(), ()):
            if s not in live:
                live.add(s)
                queue.append(s)
    for s in came:  # breadth first: the first is the shortest
        if s not in live:
            return Verdict(
                len(came), f"stuck at cursor {s.cursor} of {len(s.log)}, ask {s.ask}", trace(came, s)
            )
    return Verdict(len(came))


def trace(came: dict[State, tuple[State, str] | None], s: State) -> tuple[str, ...]:
    names: list[str] = []
    while (step := came[s]) is not None:
        s, name = step
        names.append(name)
    return tuple(reversed(names))


SETUPS: dict[str, dict[str, Any]] = {
    "two utterances": {"inputs": (1, 2), "workers": 2, "faults": 1, "repeats": 0},
    "a crash and a lost lease": {"inputs": (1,), "workers": 2, "faults": 2, "repeats": 0},
    "a repeated append": {"inputs": (1, 2), "workers": 1, "faults": 1, "repeats": 1},
    "poison": {"inputs": (POISON, 1), "workers": 1, "faults": 0, "repeats": 0},
    "three workers": {"inputs": (1,), "workers": 3, "faults": 1, "repeats": 0},
}


def check(mutant: str = "") -> dict[str, Verdict]:
    """Every setup; for a mutant, up to the first that finds it."""
    verdicts: dict[str, Verdict] = {}
    for name, setup in SETUPS.items():
        verdicts[name] = explore(**setup, mutant=mutant)
        if mutant and verdicts[name].wrong:
            break
    return verdicts


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mutants", action="store_true")
    failures = 0
    for mutant in MUTANTS if parser.parse_args().mutants else [""]:
        verdicts = check(mutant)
        wrong = [(setup, verdict) for setup, verdict in verdicts.items() if verdict.wrong]
        failures += bool(wrong) != bool(mutant)
        for setup, verdict in wrong or verdicts.items():
            print(f"{mutant or 'protocol'}: {setup}: {verdict.states} states, {verdict.wrong or 'holds'}")
            for step in verdict.trace:
                print(f"    {step}")
    return failures


if __name__ == "__main__":
    raise SystemExit(main())
