"""A model of the mailbox protocol: one interview, its doorbells, its workers and all that can go wrong.

Each step is one command or one Redis Function (``functions.lua``), which Redis runs atomically, or what a
worker does without Redis; the names are theirs. ``search.py`` visits every state that the steps lead to, and
tests/schedules drives the real code through them.
"""

from __future__ import annotations

from model.closing import closing
from model.inputs import BABEL, MAX_TRIES, answered, is_first_answer_to, kills, performs
from model.state import NOBODY, Late, Piece, State, Steps, Worker, done

TROUBLES = frozenset({"crash", "expiry", "outage", "stop", "late command"})


class Model:
    """The steps, with one rule broken if a mutant is named, and with these troubles as far as faults last."""

    def __init__(self, mutant: str = "", troubles: frozenset[str] = TROUBLES) -> None:
        self.mutant = mutant
        self.troubles = troubles

    def is_(self, mutant: str) -> bool:
        return self.mutant == mutant

    def holds(self, s: State, i: int, epoch: int) -> bool:
        """What every write of a holder is checked for."""
        if self.is_("no_epoch"):
            return s.lease is not None and s.lease[0] == i
        return s.lease == (i, epoch)

    def may(self, s: State, trouble: str) -> bool:
        return s.faults > 0 and trouble in self.troubles

    def steps(self, s: State) -> Steps:
        """Every step that can come next."""
        if s.status == "open":
            yield from self.every_step(s)
            return
        for name, t in self.every_step(s):
            yield name, t if t.written() == s.written() else t._replace(broken=name)

    def every_step(self, s: State) -> Steps:
        yield from self.producer(s)
        for i, w in enumerate(s.workers):
            if w.at != "idle":
                yield from getattr(self, w.at)(s, i, w)
            if w.at != "leaving":
                yield from self.doorbells(s, i, w)
            yield from self.trouble(s, i, w)
        yield from self.outside(s)
        yield from closing(s, self.mutant)

    # -- who sends --

    def append(self, s: State, event: int) -> State:
        if event in s.log and not self.is_("append_without_seen"):
            return s
        return s._replace(log=(*s.log, event))

    def answer(self, s: State, ask: int, epoch: int, attempt: int) -> State:
        """Its id names the performance: another one's may have been rejected."""
        if (ask, epoch, attempt) in s.answers and not self.is_("append_without_seen"):
            return s
        return s._replace(log=(*s.log, -ask), answers=s.answers | {(ask, epoch, attempt)})

    def producer(self, s: State) -> Steps:
        """In order, one at a time; it repeats both commands until it has both answers."""
        if s.owed:
            yield "ring", s.ring()._replace(owed=False, to_send=s.to_send[1:])
            if s.repeats:
                yield "ring, the answer is lost", s.ring()._replace(owed=False, repeats=s.repeats - 1)
        elif s.to_send:
            event = s.to_send[0]
            if s.status != "open" and not self.is_("append_to_what_is_closed"):
                yield f"append {event} is refused", s._replace(to_send=())  # it is told, and ends
                return
            sent = self.append(s, event)
            yield f"append {event}", sent._replace(owed=True)
            if s.repeats:
                yield f"append {event}, the answer is lost", sent._replace(repeats=s.repeats - 1)

    # -- a worker's doorbells --

    def doorbells(self, s: State, i: int, w: Worker) -> Steps:
        """XREADGROUP, XAUTOCLAIM, XCLAIM and XREAD of its own stream, also while it serves."""
        if s.bells and not w.draining:
            bell = s.bells[0]
            pending = s.pending if self.is_("ack_on_read") else s.pending | {(bell, i)}
            read = s._replace(bells=s.bells[1:], pending=pending)
            yield from done(s, i, f"w{i} reads bell {bell}", read, w.takes(frozenset({bell})))
        for bell, owner in s.pending:
            if not w.draining and (bell not in w.bells or owner != i):  # its owner may be dead, or only slow
                claimed = w.takes(frozenset({bell}))
                yield from done(s, i, f"w{i} claims bell {bell}", s.own(bell, i), claimed)
            if owner != i:  # a heartbeat, of what is or was a moment ago in hand
                yield f"w{i} keeps bell {bell}", s.own(bell, i)
        if w.mail:
            yield f"w{i} reads its mail", s.put(i, w.takes(w.mail)._replace(mail=frozenset()))

    def rung(self, s: State, i: int, w: Worker) -> Steps:
        """A lease of its own is taken again: the tenure that had it is over."""
        if s.status != "open":
            after = w.rest() if self.is_("closed_is_not_acknowledged") else w._replace(at="released")
            yield f"w{i} finds it {s.status}", s.put(i, after._replace(covered=w.bells))
        elif s.lease is None or s.lease[0] == i:
            epoch = s.epoch + 1
            of = s.comes_next()
            counted = bool(of) and not self.is_("tries_are_not_counted")
            tries = (s.tries if s.tries_of == of else 0) + counted
            held = w._replace(at="held", epoch=epoch, cursor=s.cursor)
            held = held._replace(gives_up=of if tries > MAX_TRIES else "")
            if not self.is_("effect_is_not_state"):
                held = held._replace(inherits=s.ask)
            taken = s._replace(epoch=epoch, lease=(i, epoch), tries=tries, tries_of=of)
            yield from done(s, i, f"w{i} acquires {epoch}", taken, held)
        elif self.is_("ack_on_busy"):
            yield f"w{i} is busy, acknowledges", s.drop(w.bells).put(i, w.rest())
        else:
            yield f"w{i} is busy", s.put(i, w._replace(at="passing", holder=s.lease[0]))

    def passing(self, s: State, i: int, w: Worker) -> Steps:
        """The holder may have released, died or begun anew meanwhile."""
        if not w.passing:
            for bell in w.bells:
                passing = w._replace(bells=w.bells - {bell}, passing=bell)
                yield f"w{i} takes bell {bell} to pass", s.put(i, passing)
            return
        told = s
        if w.holder != NOBODY:
            holder = s.workers[w.holder]
            told = s.put(w.holder, holder._replace(mail=holder.mail | {w.passing}))
        after = w._replace(at="passed", passing=0)
        yield from done(s, i, f"w{i} passes bell {w.passing} to w{w.holder}", told, after)

    def passed(self, s: State, i: int, w: Worker) -> Steps:
        """EXPIRE; what came meanwhile is passed on, too."""
        yield f"w{i} has passed a bell", s.put(i, w._replace(at="passing") if w.bells else w.rest())

    # -- the holder --

    def held(self, s: State, i: int, w: Worker) -> Steps:
        mine = self.holds(s, i, w.epoch)
        if not mine:
            if self.is_("ack_when_lost"):
                yield f"w{i} lost {w.epoch}, acknowledges", s.drop(w.bells).put(i, w.rest())
            else:
                yield f"w{i} lost {w.epoch}", s.put(i, w.rest()._replace(at="rung", bells=w.bells))
        if kills(s, w):
            yield f"w{i} dies of the poison", s.without(i)
            yield f"w{i} gives up the interview over the poison", s.put(i, w.rest())
        elif mine or self.is_("no_check_on_commit"):
            yield from self.apply(s, i, w)
        if w.inherits and w.cursor >= len(s.log):
            out = () if self.is_("no_recall") else s.out
            given_up = f"ask {w.inherits}" in w.gives_up.split(", ")
            yield f"w{i} takes up ask {w.inherits}", s.put(i, performs(w, w.inherits, out, given_up=given_up))
        elif w.asking and not w.end:
            yield f"w{i} dies of ask {w.asking}", s.without(i)
            yield f"w{i} closes ask {w.asking}", s.put(i, performs(w, w.asking, s.out, given_up=True))
        if mine or self.is_("no_lease_check_on_emit"):
            yield from self.perform(s, i, w)
        if mine:
            yield from self.release(s, i, w)

    def apply(self, s: State, i: int, w: Worker) -> Steps:
        if w.cursor >= len(s.log):
            return
        event = s.log[w.cursor]
        after = w._replace(cursor=w.cursor + 1, covered=None)
        checked = not self.is_("no_check_on_commit") and not self.is_("repeat_is_done_again")
        if s.cursor > w.cursor and checked:
            if event > 0 and event in s.taken:
                after = performs(after, event)
            elif event in s.taken:
                after = after._replace(inherits=0)
            yield f"w{i} is told that {event} is done", s.put(i, after)
            return
        moved = s._replace(cursor=w.cursor + 1, tries=0, tries_of="")
        if w.gives_up == f"input {w.cursor}" or is_first_answer_to(BABEL, s, w):
            if self.is_("rejected_answer_is_forgotten"):
                after = after._replace(inherits=0)
            yield from done(s, i, f"w{i} rejects {event}", moved._replace(dead=(*s.dead, event)), after)
        elif event > 0:
            opened = moved._replace(ask=event, taken=(*s.taken, event))
            yield from done(s, i, f"w{i} commits {event}", opened, performs(after, event))
        elif -event == s.ask or self.is_("any_answer_is_taken"):
            closed = moved._replace(ask=0, taken=(*s.taken, event), deadlines=s.deadlines | {-event})
            after = after._replace(inherits=0)
            yield from done(s, i, f"w{i} commits the answer of {-event}", closed, after)
        else:
            yield from done(s, i, f"w{i} commits the late answer of {-event}", moved, after)

    def perform(self, s: State, i: int, w: Worker) -> Steps:
        """The ask and the deadlines; a command of it may still be under way when it is stopped."""
        lease = (i, w.epoch)
        commands = [Late(lease, "confirmation", deadline) for deadline in s.deadlines]
        for command in commands:
            yield from done(s, i, f"w{i} confirms deadline {command.of}", s.confirm(command.of), w)
        if w.asking and w.pieces < w.end:
            emitted = s._replace(out=(*s.out, Piece(w.asking, w.pieces, w.epoch, w.closing)))
            after = w._replace(pieces=w.pieces + 1)
            yield from done(s, i, f"w{i} emits {w.asking}.{w.pieces}", emitted, after)
            commands.append(Late(lease, "piece", w.asking, w.pieces, w.closing))
        elif w.asking and w.end:
            appended = self.answer(s, w.asking, w.epoch, w.attempt)
            yield from done(s, i, f"w{i} appends the answer of {w.asking}", appended, answered(w))
            commands.append(Late(lease, "answer", w.asking, attempt=w.attempt))
        if self.may(s, "late command"):
            for command in commands:
                yield f"w{i} leaves {command} under way", s._replace(late=(*s.late, command)).fault()

    def release(self, s: State, i: int, w: Worker) -> Steps:
        news = s.cursor < len(s.log) and not self.is_("release_without_tail_check")
        effects = bool(s.ask or s.deadlines) and not self.is_("release_with_open_effect")
        if self.is_("effect_is_not_state"):
            effects = bool(w.asking)
        forgotten = bool(s.ask) and not (w.asking or w.inherits or s.deadlines) and w.cursor == len(s.log)
        if w.covered is None:
            if forgotten or not (news or effects):
                yield f"w{i} calls release", s.put(i, w._replace(covered=w.bells))
        elif news or effects:
            again = w._replace(covered=None)
            if forgotten and not self.is_("rejected_answer_is_forgotten"):
                again = again._replace(inherits=s.ask, attempt=w.attempt + 1)
            yield f"w{i} may not release", s.put(i, again)
        else:
            after = w.rest()._replace(at="released", bells=w.bells, covered=w.covered)
            yield from done(s, i, f"w{i} releases", s._replace(lease=None), after)

    def released(self, s: State, i: int, w: Worker) -> Steps:
        gone = w.bells if self.is_("ack_what_came_after") else w.covered
        after = w._replace(at="acknowledged", covered=gone)
        yield from done(s, i, f"w{i} acknowledges", s.drop(gone or frozenset()), after)

    def acknowledged(self, s: State, i: int, w: Worker) -> Steps:
        """XDEL; until it is answered, what is acknowledged stays in hand."""
        left = w.bells - (w.covered or frozenset())
        after = w.rest()._replace(at="rung", bells=left) if left else w.rest()
        yield f"w{i} deletes its bells", s.put(i, after)

    def leaving(self, s: State, i: int, w: Worker) -> Steps:
        """It gives what it has to others, and then leaves."""
        if w.epoch and self.holds(s, i, w.epoch):
            back = s._replace(lease=None, tries=max(0, s.tries - 1))
            yield from done(s, i, f"w{i} hands back {w.epoch}", back, w._replace(epoch=0, owes=True))
        elif w.epoch:
            yield f"w{i} lost {w.epoch}", s.put(i, w._replace(epoch=0))
        elif w.owes:
            yield from done(s, i, f"w{i} rings", s.ring(), w._replace(owes=False))
        elif w.bells:
            anew = s.drop(w.bells)
            for _ in w.bells if not self.is_("ack_on_leaving") else ():
                anew = anew.ring()
            yield from done(s, i, f"w{i} rings anew", anew, w._replace(bells=frozenset()))
        elif own := frozenset(bell for bell, owner in s.pending if owner == i):
            yield f"w{i} reads its own bells", s.put(i, w._replace(bells=own))
        else:
            yield f"w{i} leaves", s.without(i)

    # -- what goes wrong --

    def trouble(self, s: State, i: int, w: Worker) -> Steps:
        if self.may(s, "crash") and w != Worker():
            yield f"w{i} crashes", s.without(i).fault()
        if self.may(s, "outage") and w.at not in ("idle", "leaving"):
            yield f"w{i} gives up the interview", s.put(i, w.rest()).fault()
        if self.may(s, "stop") and not w.draining:
            yield f"w{i} is to stop", s.put(i, w._replace(draining=True)).fault()
        if w.draining and w.at != "leaving":  # it may end what it has, but not for ever
            epoch = w.epoch if w.at == "held" else 0
            yield f"w{i} stops", s.put(i, Worker("leaving", epoch=epoch, mail=w.mail, draining=True))

    def outside(self, s: State) -> Steps:
        if s.lease:
            if not any((i, w.epoch) == s.lease and w.at == "held" for i, w in enumerate(s.workers)):
                yield "the lease expires", s._replace(lease=None)
            elif self.may(s, "expiry"):
                yield "the lease expires under its holder", s._replace(lease=None).fault()
        for number, late in enumerate(s.late):
            left = s._replace(late=s.late[:number] + s.late[number + 1 :])
            if self.holds(s, *late.lease):
                match late.what:
                    case "piece":
                        piece = Piece(late.of, late.number, late.lease[1], late.closing)
                        left = left._replace(out=(*s.out, piece))
                    case "answer":
                        left = self.answer(left, late.of, late.lease[1], late.attempt)
                    case "confirmation":
                        left = left.confirm(late.of)
            yield f"{late} of w{late.lease[0]} comes late", left
