"""The state of the model: what is in Redis, what each worker knows, and what happened (ghosts)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

NOBODY = -1


class Worker(NamedTuple):
    """One process and its part in the interview."""

    at: str = "idle"  # idle, rung, passing, passed, held, released, acknowledged, leaving
    bells: frozenset[int] = frozenset()  # doorbells in hand
    covered: frozenset[int] | None = None  # those in hand when its release was called
    epoch: int = 0
    cursor: int = 0  # the cursor it knows
    gives_up: str = ""  # what was begun too often
    inherits: int = 0  # the ask that is open, and that it takes up once it has seen the news
    asking: int = 0  # the ask it performs
    pieces: int = 0  # pieces of that reply it knows to be out
    end: int = 0  # pieces that the reply will have; 0: performing it kills
    closing: bool = False  # it ends the reply in the scenario's own words
    attempt: int = 0  # how often an answer of its own was rejected
    holder: int = NOBODY  # the worker to which it passes its doorbells
    passing: int = 0  # the one on its way there
    mail: frozenset[int] = frozenset()  # doorbells passed to it, not read yet
    draining: bool = False
    owes: bool = False  # it handed the interview back, and has to ring for it

    def rest(self) -> Worker:
        """Without the interview."""
        return Worker(mail=self.mail, draining=self.draining)

    def takes(self, bells: frozenset[int]) -> Worker:
        """With more doorbells in hand."""
        return self._replace(at="rung" if self.at == "idle" else self.at, bells=self.bells | bells)


class Piece(NamedTuple):
    """A piece of a reply that went out, and who wrote it; ``closing``: in the scenario's own words."""

    ask: int
    number: int
    epoch: int
    closing: bool = False


class Late(NamedTuple):
    """A command whose sender does not wait for it any more, and which Redis may get yet."""

    lease: tuple[int, int]
    what: str  # piece, answer, confirmation
    of: int
    number: int = 0
    closing: bool = False
    attempt: int = 0

    def __str__(self) -> str:
        return f"{self.what} {self.of}.{self.number}"


class Record(NamedTuple):
    """An interview as a job has read it, and as the database has it; of two the lesser one is older."""

    inputs: int = 0  # how many there were; 0: they have expired, or are not read yet
    looked: int = 0  # the cursor before it was read
    seen: int = 0  # and while it was


class Archivist(NamedTuple):
    """A job that archives."""

    at: str = "idle"  # idle, looked, read, written
    record: Record = Record()


class State(NamedTuple):
    """Everything. Steps lead from one to the next."""

    to_send: tuple[int, ...]
    faults: int
    repeats: int  # how often an answer may yet be lost
    workers: tuple[Worker, ...]
    owed: bool = False  # appended, not rung yet
    log: tuple[int, ...] = ()
    answers: frozenset[tuple[int, int, int]] = frozenset()  # in the log: ask, epoch, attempt
    cursor: int = 0
    ask: int = 0  # the open ask; its effect is open with it
    deadlines: frozenset[int] = frozenset()  # open: their jobs may not be enqueued yet
    tries: int = 0
    tries_of: str = ""
    lease: tuple[int, int] | None = None  # the holder, and its epoch
    epoch: int = 0
    bells: tuple[int, ...] = ()  # unread
    pending: frozenset[tuple[int, int]] = frozenset()  # read, not acknowledged: bell, and whose it is
    next_bell: int = 1
    late: tuple[Late, ...] = ()
    dead: tuple[int, ...] = ()  # dead letters
    may_be_deleted: bool = False
    archivists: tuple[Archivist, ...] = ()
    status: str = "open"  # archived, deleted
    stored: Record = Record()  # in the database
    taken: tuple[int, ...] = ()  # ghost: inputs that changed the state, in order
    out: tuple[Piece, ...] = ()  # ghost
    broken: str = ""  # ghost: the step that wrote to what was closed

    def put(self, i: int, worker: Worker) -> State:
        return self._replace(workers=(*self.workers[:i], worker, *self.workers[i + 1 :]))

    def ring(self) -> State:
        return self._replace(bells=(*self.bells, self.next_bell), next_bell=self.next_bell + 1)

    def own(self, bell: int, i: int) -> State:
        """A pending doorbell is this worker's now."""
        return self._replace(pending=frozenset((b, i if b == bell else w) for b, w in self.pending))

    def drop(self, bells: frozenset[int]) -> State:
        """Acknowledge."""
        return self._replace(pending=frozenset((b, w) for b, w in self.pending if b not in bells))

    def confirm(self, deadline: int) -> State:
        return self._replace(deadlines=self.deadlines - {deadline}, tries=0, tries_of="")

    def fault(self) -> State:
        return self._replace(faults=self.faults - 1)

    def deleted(self) -> State:
        """Nothing is left but the tombstone, which knows the epoch."""
        return self._replace(
            status="deleted",
            stored=Record(),
            log=(),
            answers=frozenset(),
            cursor=0,
            ask=0,
            deadlines=frozenset(),
            tries=0,
            tries_of="",
            lease=None,
            dead=(),
            taken=(),
            out=(),
        )

    def written(self) -> tuple[object, ...]:
        """All that a write to the interview changes."""
        return self.log, self.cursor, self.ask, self.deadlines, self.dead, self.out, self.taken

    def comes_next(self) -> str:
        """What a try counts for."""
        if self.cursor < len(self.log):
            return f"input {self.cursor}"
        asks = [f"ask {self.ask}"] if self.ask else []
        return ", ".join([*asks, *(f"deadline {d}" for d in sorted(self.deadlines))])

    def without(self, i: int) -> State:
        """Worker ``i`` is dead, another process in its place: nobody reads its mail or renews its lease."""
        lease = (NOBODY, self.lease[1]) if self.lease and self.lease[0] == i else self.lease
        others = tuple(w._replace(holder=NOBODY) if w.holder == i else w for w in self.workers)
        late = tuple(c._replace(lease=(NOBODY, c.lease[1])) if c.lease[0] == i else c for c in self.late)
        pending = frozenset((bell, NOBODY if owner == i else owner) for bell, owner in self.pending)
        return self._replace(lease=lease, workers=others, late=late, pending=pending).put(i, Worker())


Steps = Iterator[tuple[str, State]]
"""What can come next, by name."""


def done(s: State, i: int, name: str, redis: State, after: Worker) -> Steps:
    """A command: Redis does it, and the worker is told so, or is not and repeats it."""
    yield name, redis.put(i, after)
    if s.repeats:
        yield f"{name}, the answer is lost", redis._replace(repeats=s.repeats - 1)


def at_rest(s: State) -> bool:
    """All is applied, answered and acknowledged, and nobody holds it."""
    done = not s.to_send and s.cursor == len(s.log) and not s.ask and not s.deadlines
    return done and s.lease is None and not s.bells and not s.pending


def unsafe(s: State) -> str:
    """What is wrong in this state; empty if nothing is."""
    if s.broken:
        return f"{s.broken}: that was written to what is {s.status}"
    if s.status == "archived" and (s.stored.inputs, s.stored.seen) != (len(s.log), s.cursor):
        return f"at cursor {s.cursor} of {len(s.log)} it is archived as {s.stored}"
    if s.status == "deleted" and s.stored != Record():
        return f"it was deleted, and the archive has {s.stored}"
    if s.status == "archived" and (s.cursor < len(s.log) or s.ask or s.deadlines):
        return f"it was archived with work left: cursor {s.cursor} of {len(s.log)}, ask {s.ask}"
    utterances = [event for event in s.taken if event > 0]
    if utterances != sorted(set(utterances)):
        return f"utterances were taken as {utterances}"
    ask = 0
    for event in s.taken:
        if event < 0 and -event != ask:
            return f"the answer of {-event} was taken while ask {ask} was open"
        ask = event if event > 0 else 0
    written: dict[tuple[int, int], int] = {}
    for ask, number, epoch, _ in s.out:  # who has seen a piece drops the same once more
        if number and (ask, number - 1) not in written:
            return f"piece {number} of reply {ask} went out before the one that it follows"
        if written.setdefault((ask, number), epoch) != epoch:
            return f"piece {number} of reply {ask} went out twice, by two holders"
    return ""
