"""A model of who has an interview's room: its bots, and who writes for its candidate.

Each step is one command or one Redis Function, named with the word that Redis answers; ``b`` are bots, ``c``
calls of the front door that go on in writing, ``v`` calls that give the room back. tests/schedules drives the
real code through them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

NOBODY, WRITER = -1, -2


class Bot(NamedTuple):
    """A bot, or the place of the next one."""

    at: str = "away"  # away, coming, listed, held, renewed
    epoch: int = 0
    has_said: bool = False


class Call(NamedTuple):
    """Somebody goes on in writing, and answers once."""

    number: int  # of the coming that it tells; 0: they came in writing, and only the room is to be held again
    fences: bool = True
    at: str = "called"  # called, taken, held, over; taken: by a mutant, which tells the coming later
    epoch: int = 0


class Return(NamedTuple):
    """A candidate's token: the room is open to bots again."""

    at: str = "called"  # called, read, listed, over
    epoch: int = 0  # of who wrote


class Entry(NamedTuple):
    """An input, and who has written it under which epoch."""

    event_id: str
    epoch: int


class Room(NamedTuple):
    """Everything. Steps lead from one to the next."""

    bots: tuple[Bot, ...]
    calls: tuple[Call, ...] = ()
    returns: tuple[Return, ...] = ()
    faults: int = 0
    repeats: int = 0  # how often an answer may yet be lost
    may_be_deleted: bool = False
    key: tuple[int, int] | None = None  # who has it, and the epoch
    epoch: int = 0
    is_listed: bool = True  # among the interviews that have had a bot
    log: tuple[Entry, ...] = ()
    status: str = "open"
    in_writing: bool = False  # ghost: somebody goes on in writing, and has not gone back
    broken: str = ""  # ghost

    def put(self, who: str, after: Bot | Call | Return) -> Room:
        """``who`` (``b0``) knows more, or is at something else."""
        i = int(who[1:])
        match after:
            case Bot():
                return self._replace(bots=(*self.bots[:i], after, *self.bots[i + 1 :]))
            case Call():
                return self._replace(calls=(*self.calls[:i], after, *self.calls[i + 1 :]))
            case Return():
                return self._replace(returns=(*self.returns[:i], after, *self.returns[i + 1 :]))

    def has(self, event_id: str) -> bool:
        return any(entry.event_id == event_id for entry in self.log)

    def breaks(self, rule: str) -> Room:
        return self._replace(broken=rule)


Steps = Iterator[tuple[str, Room]]


class RoomModel:
    """The steps, with one rule broken if a mutant is named."""

    def __init__(self, mutant: str = "") -> None:
        self.mutant = mutant

    def is_(self, mutant: str) -> bool:
        return self.mutant == mutant

    def steps(self, s: Room) -> Steps:
        """Every step that can come next."""
        for i, bot in enumerate(s.bots):
            yield from self.bot(s, f"b{i}", i, bot)
        for i, call in enumerate(s.calls):
            yield from self.call(s, f"c{i}", call)
        for i, back in enumerate(s.returns):
            yield from self.back(s, f"v{i}", back)
        yield from self.outside(s)

    def done(self, s: Room, who: str, what: str, redis: Room, after: Bot | Call | Return) -> Steps:
        """A command: Redis does it, and who sent it is told so, or is not and repeats it."""
        yield f"{who} {what}", redis.put(who, after)
        if s.repeats:
            yield f"{who} {what}, the answer is lost", redis._replace(repeats=s.repeats - 1)

    def append(self, s: Room, who: str, entry: Entry, after: Bot | Call, refused: Bot | Call) -> Steps:
        is_fenced = s.epoch != entry.epoch and not self.is_("append_without_epoch")
        if s.status != "open" or is_fenced:
            yield from self.done(s, who, "append: refused", s, refused)
        elif s.has(entry.event_id):
            yield from self.done(s, who, "append: duplicate", s, after)
        else:
            yield from self.done(s, who, "append: appended", s._replace(log=(*s.log, entry)), after)

    # -- bots --

    def bot(self, s: Room, who: str, i: int, bot: Bot) -> Steps:
        match bot.at:
            case "away":
                if s.is_listed and s.key is None and s.status == "open":
                    yield f"{who} is sent", s.put(who, Bot("coming"))
            case "coming":
                yield from self.done(s, who, "SADD", s._replace(is_listed=True), Bot("listed"))
                yield f"{who} goes away", s.put(who, Bot())
            case "listed":
                yield from self.acquire(s, who, i)
            case "held":
                entry = Entry(f"said:{bot.epoch}", bot.epoch)
                if not bot.has_said:
                    yield from self.append(s, who, entry, bot._replace(has_said=True), Bot())
                yield from self.renew(s, who, i, bot)
            case "renewed":  # who has forgotten it meanwhile was too quick
                listed = s._replace(is_listed=True)
                yield from self.done(s, who, "SADD", listed, bot._replace(at="held"))
        if s.faults and bot.at == "held":
            left = s._replace(faults=s.faults - 1)
            if s.key == (i, bot.epoch):
                released = left._replace(key=None)
                yield from self.done(s, who, "bot_release: released", released, Bot())
            else:
                yield from self.done(s, who, "bot_release: lost", left, Bot())
        if s.faults and bot != Bot():
            key = (NOBODY, s.key[1]) if s.key and s.key[0] == i else s.key
            yield f"{who} crashes", s._replace(faults=s.faults - 1, key=key).put(who, Bot())

    def acquire(self, s: Room, who: str, i: int) -> Steps:
        if s.status != "open":
            yield from self.done(s, who, f"bot_acquire: {s.status}", s, Bot())
        elif s.key and not self.is_("acquire_without_look"):
            yield from self.done(s, who, "bot_acquire: busy", s, Bot("coming"))
        else:
            taken = s._replace(epoch=s.epoch + 1, key=(i, s.epoch + 1))
            yield from self.done(s, who, "bot_acquire: held", taken, Bot("held", taken.epoch))

    def renew(self, s: Room, who: str, i: int, bot: Bot) -> Steps:
        """An expired lease that nobody took is taken again."""
        if s.epoch != bot.epoch and not self.is_("renew_without_epoch"):
            yield from self.done(s, who, "bot_renew: fenced", s, Bot())
        else:
            renewed = s._replace(key=(i, bot.epoch))
            yield from self.done(s, who, "bot_renew: renewed", renewed, bot._replace(at="renewed"))

    # -- the front door --

    def call(self, s: Room, who: str, call: Call) -> Steps:
        match call.at:
            case "called" if call.number or any(e.event_id.startswith("joined") for e in s.log):
                yield from self.take(s, who, call)
            case "taken":
                told = s._replace(log=(*s.log, Entry(f"joined:{call.number}", call.epoch)))
                yield f"{who} tells", told.put(who, call._replace(at="held"))
            case "held":
                over = call._replace(at="over")
                yield from self.append(s, who, Entry(f"answer:{who}", call.epoch), over, over)
        if s.faults and call.at not in ("called", "over"):
            yield f"{who} crashes", s._replace(faults=s.faults - 1).put(who, call._replace(at="over"))

    def take(self, s: Room, who: str, call: Call) -> Steps:
        over, joined = call._replace(at="over"), f"joined:{call.number}" if call.number else ""
        if s.status != "open" and not self.is_("take_of_what_is_closed"):
            yield from self.done(s, who, "take_room: refused", s, over)
            return
        if joined and s.has(joined) and not self.is_("take_without_seen"):
            yield from self.done(s, who, "take_room: duplicate", s, over)
            return
        is_ours = s.key is not None and s.key[0] == WRITER
        if s.key and not is_ours and not call.fences:
            if not self.is_("take_without_fence"):
                yield from self.done(s, who, "take_room: busy", s, over)
                return
            s = s.breaks("a bot lost its room to a call that was not to take it")
        if s.status != "open":
            s = s.breaks("the room was taken of what is deleted")
        keeps = is_ours and not self.is_("take_under_a_new_epoch")
        epoch = s.epoch if keeps or self.is_("take_under_the_old_epoch") else s.epoch + 1
        if is_ours and epoch != s.epoch:
            s = s.breaks("the room was taken from who writes")
        taken = s._replace(epoch=epoch, key=(WRITER, epoch), in_writing=True)
        held = call._replace(at="held", epoch=epoch)
        if joined and self.is_("coming_is_told_later"):
            held = held._replace(at="taken")
        elif joined:
            taken = taken._replace(log=(*s.log, Entry(joined, epoch)))
        yield from self.done(s, who, "take_room: held", taken, held)

    def back(self, s: Room, who: str, back: Return) -> Steps:
        over = Return("over")
        listed, given = s._replace(is_listed=True), s
        if s.key == (WRITER, back.epoch):
            given = s._replace(key=None, in_writing=False)
        elif self.is_("gives_back_whose_it_is_not") and s.key:
            given = s._replace(key=None).breaks("a bot's room was given back")
        word = "lost" if given is s else "released"
        is_late = self.is_("given_back_before_it_is_listed")
        match back.at:
            case "called":
                is_theirs = s.key is not None and s.key[0] == WRITER
                after = Return("read", s.epoch) if is_theirs else over
                yield from self.done(s, who, "GET", s, after)
            case "read" if not is_late:
                yield from self.done(s, who, "SADD", listed, back._replace(at="listed"))
            case "read":
                yield from self.done(s, who, f"bot_release: {word}", given, back._replace(at="listed"))
            case "listed" if not is_late:
                yield from self.done(s, who, f"bot_release: {word}", given, over)
            case "listed":
                yield from self.done(s, who, "SADD", listed, over)
        if s.faults and back.at not in ("called", "over"):
            yield f"{who} crashes", s._replace(faults=s.faults - 1).put(who, over)

    # -- what happens to them --

    def outside(self, s: Room) -> Steps:
        if s.key and (s.key[0] != WRITER or self.is_("writing_expires")):
            if not any(s.key == (i, bot.epoch) for i, bot in enumerate(s.bots)):
                yield "the room's lease expires", s._replace(key=None)
            elif s.faults:
                yield "the lease expires under its bot", s._replace(key=None, faults=s.faults - 1)
        if s.may_be_deleted and s.status == "open":
            gone = s._replace(status="deleted", key=None, epoch=0, log=(), is_listed=False)
            yield "it is deleted", gone._replace(in_writing=False)


def unsafe(s: Room) -> str:
    """What is wrong in this state; empty if nothing is."""
    if s.broken:
        return s.broken
    if s.in_writing != (s.key is not None and s.key[0] == WRITER):
        return f"somebody writes: {s.in_writing}, and {s.key} has the room"
    if s.in_writing and not any(entry.event_id.startswith("joined") for entry in s.log):
        return "somebody has the room to write, and nobody was told that they came"
    if len({entry.event_id for entry in s.log}) < len(s.log):
        return f"an input is there twice: {s.log}"
    epochs = [entry.epoch for entry in s.log]
    if epochs != sorted(epochs):
        return f"who had lost the room has written: {s.log}"
    writes = {call.epoch for call in s.calls if call.at == "held"}
    if both := {bot.epoch for bot in s.bots} & writes:
        return f"a bot and somebody who writes have epoch {both}"
    return ""


def at_rest(s: Room) -> bool:
    """Who called is answered, and a living bot has the room, or who writes."""
    if any(call.at != "over" for call in s.calls) or any(back.at != "over" for back in s.returns):
        return False
    if any(bot.at not in ("away", "held") for bot in s.bots):
        return False
    has_bot = any(s.key == (i, bot.epoch) and bot.at == "held" for i, bot in enumerate(s.bots))
    return s.status != "open" or s.in_writing or has_bot
