"""Who has a room: the real bots' and front door's commands, step by step beside the model, from a seed."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

from model.room import NOBODY, WRITER, Bot, Call, Return, RoomModel, at_rest, unsafe
from model.rooms import SETUPS
from schedules.actors import TTL_MS, Actor, joined
from schedules.closer import Closer
from schedules.gates import Command, Gate, Wire
from schedules.processes import INTERVIEW
from schedules.schedule import ENOUGH, LOST
from schedules.steps import Deviation
from schedules.still_loop import StillLoop
from viva_shared.broker import Handover, Keys
from viva_shared.broker.handover import WRITER as WRITES

FAULTS, LOSSES = (0, 1, 2, 3), (0, 1, 2)
TROUBLE = 0.1
"""How likely one is at each choice while some are left."""
LONGEST = 500

Act = Callable[[], None]


def _command(*args: Any) -> Command:
    return args, {}


class RoomSchedule:
    """One schedule from its seed: the same choices, and the same run, each time."""

    def __init__(self, seed: int, loop: StillLoop, wire: Wire, keys: Keys) -> None:
        rng = self._rng = random.Random(seed)
        self._loop, self._wire, self._keys = loop, wire, keys
        self._faults, self._losses = rng.choice(FAULTS), rng.choice(LOSSES)
        self._model = RoomModel()
        begin = list(SETUPS.values())[seed % len(SETUPS)]
        self.state = begin._replace(faults=ENOUGH, repeats=ENOUGH)  # here it is the driver who counts them
        self.known = dict(self._model.steps(self.state))
        self.trace: list[str] = []
        self.counts: Counter[str] = Counter()
        self.choices = 0
        self._outside = Closer(loop, wire, keys)
        self._born = 0
        self._dead: list[Actor] = []
        kinds = (("b", begin.bots), ("c", begin.calls), ("v", begin.returns))
        self._actors = {f"{kind}{i}": self._new() for kind, parts in kinds for i in range(len(parts))}

    def _new(self) -> Actor:
        self._born += 1
        return Actor(self._loop, f"p{self._born}", self._keys)

    def run(self) -> None:
        """Raises Deviation."""
        self._begin()
        while not (at_rest(self.state) and not any(actor.is_at_work for actor in self._actors.values())):
            if self.choices == LONGEST:
                raise Deviation("nobody comes to have the room")
            self._choose()()
            self.choices += 1
        self._is_sent(self.state.key is None and self.state.is_listed)  # of what is over, the jobs forget it

    def _begin(self) -> None:
        """As the setup has it, by the real code."""
        mailboxes, key = self._outside.mailboxes, self.state.key
        if key and key[0] == WRITER:
            self._outside.run(Handover(mailboxes).to_writing(INTERVIEW, joined(1)))
        elif key:
            bot = self._actors[f"b{key[0]}"]
            bot.epoch = self._outside.run(mailboxes.bot_acquire(INTERVIEW, bot.name, TTL_MS))
        self._compare()

    # -- choosing --

    def _choose(self) -> Act:
        rng = self._rng
        if self._faults and rng.random() < TROUBLE and (troubles := list(self._troubles())):
            self._faults -= 1
            return rng.choice(troubles)
        gates = [(who, gate) for who, actor in self._actors.items() for gate in actor.port.waiting]
        if self._losses and rng.random() < TROUBLE and gates:
            self._losses -= 1
            return partial(self._let_through, *rng.choice(gates), is_lost=True)
        moves: list[Act] = [partial(self._let_through, who, gate) for who, gate in gates]
        idle = (who for who, actor in self._actors.items() if not actor.is_at_work)
        moves += (move for who in idle for move in self._begins(who))
        free = (step for step in ("the room's lease expires", "it is deleted") if step in self.known)
        moves += (partial(self._happens, step) for step in free)
        if not moves:
            raise Deviation("nobody can go on")
        return rng.choice(moves)

    def _begins(self, who: str) -> Iterator[Act]:
        """What an actor may do next."""
        actor, i = self._actors[who], int(who[1:])
        match who[0]:
            case "b":
                bot = self.state.bots[i]
                if f"{who} is sent" in self.known:
                    yield partial(self._sent, who)
                if bot.at == "coming":
                    yield lambda: self._start(who, actor.acquire())
                    yield partial(self._take, f"{who} goes away")
                if bot.at == "held":
                    yield lambda: self._start(who, actor.renew())
                    if not bot.has_said:
                        yield lambda: self._start(who, actor.append(f"said:{bot.epoch}"))
            case "c":
                call = self.state.calls[i]
                if call.at == "called" and any(step.startswith(f"{who} take_room") for step in self.known):
                    yield lambda: self._start(who, actor.to_writing(call))
                if call.at == "held":
                    yield lambda: self._start(who, actor.append(f"answer:{who}"))
            case _:
                if self.state.returns[i].at == "called":
                    yield lambda: self._start(who, actor.to_voice())

    def _troubles(self) -> Iterator[Act]:
        if (step := "the lease expires under its bot") in self.known:
            yield partial(self._happens, step)
        for who, actor in self._actors.items():
            if f"{who} crashes" in self.known:
                yield partial(self._crash, who)
            is_free = who[0] == "b" and not actor.is_at_work
            if is_free and self.state.bots[int(who[1:])].at == "held":
                yield partial(self._drain, who)

    # -- what happens --

    def _start(self, who: str, work: Coroutine[Any, Any, None]) -> None:
        self._actors[who].begin(work)
        self._loop.settle()

    def _drain(self, who: str) -> None:
        self._start(who, self._actors[who].release())

    def _sent(self, who: str) -> None:
        """The jobs look, and LiveKit has a bot for the room."""
        self._is_sent(True)
        self._take(f"{who} is sent")

    def _is_sent(self, expected: bool) -> None:
        found = self._outside.run(self._outside.mailboxes.without_bot())
        if found != [INTERVIEW] * expected:
            raise Deviation(f"without a bot are {found}, and the room has {self.state.key}")

    def _crash(self, who: str) -> None:
        self._actors[who].die()
        self._dead.append(self._actors[who])
        self._actors[who] = self._new()
        self._loop.settle()
        self._take(f"{who} crashes")

    def _happens(self, step: str) -> None:
        if step == "it is deleted":
            self._outside.do(step)
        else:
            self._wire.redis.delete(self._keys.bot(INTERVIEW))
        self._take(step)

    def _let_through(self, who: str, gate: Gate, *, is_lost: bool = False) -> None:
        """Redis does a command; its sender gets the answer, or else sends it again."""
        answer = self._wire.send(gate)[0]
        if isinstance(answer, Exception):
            raise Deviation(f"{who}: {gate.name} fails: {answer!r}")
        self.trace.append(f"{who}: {gate.name}")
        step = self._step(who, gate, answer)
        if not is_lost:
            gate.answer.set_result(answer)
            self._loop.settle()
        if step:
            self._take(f"{who} {step}{LOST if is_lost else ''}")
        self._compare_actor(who)

    def _step(self, who: str, gate: Gate, answer: Any) -> str | None:
        """What the model calls it; None if it does not see that."""
        if gate.args[0] == "FCALL":
            return f"{gate.name}: {answer[0].decode()}"
        return None if gate.name == "XADD" else gate.name  # a doorbell

    def _take(self, step: str) -> None:
        if step not in self.known:
            raise Deviation(f"the model knows no step {step!r} here, but {sorted(self.known)}")
        self.state = self.known[step]
        self.known = dict(self._model.steps(self.state))
        self.trace.append(f"    {step}")
        self.counts[re.sub(r"^(.)\d+ ", r"\1 ", step)] += 1
        if wrong := unsafe(self.state):
            raise Deviation(wrong)
        self._compare()

    # -- comparing --

    def _compare_actor(self, who: str) -> None:
        actor, i = self._actors[who], int(who[1:])
        kinds: dict[str, tuple[Bot | Call | Return, ...]] = {
            "b": self.state.bots,
            "c": self.state.calls,
            "v": self.state.returns,
        }
        part = kinds[who[0]][i]
        if not actor.is_at_work and actor.work:
            actor.work.result()
        if part.at == "held" and not actor.is_at_work and actor.epoch != part.epoch:
            raise Deviation(f"{who} has epoch {actor.epoch}, in the model {part.epoch}")
        if part.at == "over" and actor.is_at_work and not actor.is_waiting_for("XADD"):
            raise Deviation(f"{who} goes on, though all is said")

    def _compare(self) -> None:
        k = self._keys
        held, lives_ms, epoch, log, listed, status = self._wire.run(
            [
                _command("GET", k.bot(INTERVIEW)),
                _command("PTTL", k.bot(INTERVIEW)),
                _command("GET", k.bot_epoch(INTERVIEW)),
                _command("XRANGE", k.inputs(INTERVIEW), "-", "+"),
                _command("SISMEMBER", k.bots, INTERVIEW),
                _command("HGET", k.state(INTERVIEW), "status"),
            ]
        )
        events = [json.loads(fields[b"event"])["event_id"] for _, fields in log]
        found = (self._holder(held), int(epoch or 0), events[1:], bool(listed), status.decode())
        s = self.state
        expected = (s.key, s.epoch, [entry.event_id for entry in s.log], s.is_listed, s.status)
        if found != expected:
            raise Deviation(f"key, epoch, log, listed, status: {found} in Redis, {expected} in the model")
        if s.key and (lives_ms < 0) != (s.key[0] == WRITER):
            raise Deviation(f"the lease of {s.key} lives for {lives_ms} ms")

    def _holder(self, held: bytes | None) -> tuple[int, int] | None:
        if held is None:
            return None
        name, _, epoch = held.decode().rpartition("|")
        bots = {actor.name: int(who[1:]) for who, actor in self._actors.items() if who[0] == "b"}
        return (WRITER if name == WRITES else bots.get(name, NOBODY)), int(epoch)

    def close(self) -> None:
        """End every task, whatever has happened."""
        for actor in (*self._actors.values(), *self._dead):
            actor.die()
        self._loop.settle()
