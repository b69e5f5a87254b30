"""What is in Redis, read with plain commands and told in the words of the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from model.state import NOBODY, State
from schedules.gates import Command, Wire
from schedules.processes import INTERVIEW
from viva_shared.broker import Keys
from viva_shared.broker.doorbell import GROUP

Facts = dict[str, Any]
FIELDS = ("status", "state", "cursor", "epoch", "tries", "tries_of")


def facts_of(s: State) -> Facts:
    """What of a model's state can be seen in Redis: all, or what is left where it is closed."""
    left: Facts = {
        "status": s.status,
        "lease": s.lease,
        "epoch": s.epoch,
        "unread bells": s.bells,
        "pending bells": s.pending,
        "mail": tuple(w.mail for w in s.workers),
    }
    if s.status == "deleted":
        return left | {"streams": 0}
    left |= {
        "log": s.log,
        "dead letters": s.dead,
        "pieces": tuple((piece.ask, piece.number) for piece in s.out),
    }
    if s.status == "archived":
        return left
    return left | {
        "events seen": len(s.log),
        "cursor": s.cursor,
        "open ask": s.ask,
        "open deadlines": s.deadlines,
        "tries": s.tries,
        "tries of": s.tries_of,
        "inputs taken": s.taken,
        "lines": tuple(event for event in s.taken if event > 0),
    }


def differences(seen: Facts, expected: Facts) -> str:
    """What is not as it should be; empty if all is."""
    return "; ".join(
        f"{fact}: {seen[fact]} in Redis, {expected[fact]} in the model"
        for fact in expected
        if seen[fact] != expected[fact]
    )


class Observer:
    """Reads one interview again and again, streams from where it stopped last."""

    def __init__(self, wire: Wire, keys: Keys) -> None:
        self._keys = keys
        self._state = ""
        self._log: dict[str, int] = {}
        """The inputs by entry id."""
        self.first_answers: dict[int, str] = {}
        """Their event ids, by the utterance."""
        self._bells: dict[str, int] = {}
        self._turns: dict[str, int] = {}
        """Which utterance each turn answers."""
        self._deadlines: dict[str, int] = {}
        self._taken: list[int] = []
        self._pieces: list[tuple[int, int]] = []
        self._texts: dict[tuple[int, int], str] = {}
        self._last_output = "0-0"
        self._mail_read: dict[str, str] = {}
        state, events = wire.run(
            [_command("HGETALL", keys.state(INTERVIEW)), _command("SCARD", keys.seen(INTERVIEW))]
        )
        self._before_epoch, self._before_events = int(state[b"epoch"]), events
        self._before_lines = len(json.loads(state[b"state"])["lines"])
        self._last_input = state[b"cursor"].decode()

    # -- the model's names --

    def bell(self, bell_id: str) -> int:
        return self._bells[bell_id]

    def input_at(self, entry_id: str) -> int:
        return self._log[entry_id]

    def ask(self, effect_id: str) -> int:
        """Of ``t3.a1``, the utterance that turn 3 answers."""
        return self._turns[effect_id.partition(".")[0]]

    def deadline(self, effect_id: str) -> int:
        return self._deadlines[effect_id]

    def epoch(self, epoch: str | int) -> int:
        return int(epoch) - self._before_epoch

    # -- reading --

    def aged(self, bell: int) -> Command:
        """What makes a pending doorbell look as if nobody had kept it for a long time."""
        bell_id = next(entry for entry, number in self._bells.items() if number == bell)
        args = ("XCLAIM", self._keys.ready, GROUP, self._owners[bell_id], 0, bell_id, "IDLE", 10**9, "JUSTID")
        return args, {"parse_justid": True}

    def mail_is_read(self, worker: str, entry_id: str) -> None:
        """A worker has read all that was passed to it, up to here."""
        self._mail_read[worker] = entry_id
        self._mail[worker] = frozenset()

    def commands(self, workers: Sequence[str]) -> list[Command]:
        """What has to be asked of Redis; ``workers`` are the names of the living ones."""
        k = self._keys
        return [
            _command("HMGET", k.state(INTERVIEW), *FIELDS),
            _command("HKEYS", k.state(INTERVIEW)),
            _command("GET", k.lease(INTERVIEW)),
            _command("SCARD", k.seen(INTERVIEW)),
            _command("EXISTS", *(key(INTERVIEW) for key in (k.inputs, k.outputs, k.seen, k.dead))),
            _command("XRANGE", k.inputs(INTERVIEW), f"({self._last_input}", "+"),
            _command("XRANGE", k.outputs(INTERVIEW), f"({self._last_output}", "+"),
            _command("XRANGE", k.dead(INTERVIEW), "-", "+"),
            _command("XRANGE", k.ready, "-", "+"),
            (("XPENDING", k.ready, GROUP, "-", "+", 100), {"parse_detail": True}),
            _command("XINFO GROUPS", k.ready),
            *(
                _command("XRANGE", k.worker(name), f"({self._mail_read.get(name, '0-0')}", "+")
                for name in workers
            ),
        ]

    def read(self, answers: list[Any], workers: Sequence[str]) -> None:
        """Take in the answers to ``commands``."""
        values, keys, lease, seen, streams, inputs, outputs, dead, ready, pending, groups, *mail = answers
        self._fields = {name: (value or b"").decode() for name, value in zip(FIELDS, values, strict=True)}
        if (state := self._fields["state"]) and state != self._state:
            self._state, self._interview = state, json.loads(state)
        self._streams = streams
        self._effects = sorted(key[7:].decode() for key in keys if key.startswith(b"effect:"))
        self._lease, self._seen, self._dead = lease, seen, dead
        self._read_outputs(outputs)
        self._read_inputs(inputs)
        for entry_id, _ in ready:
            self._bells.setdefault(entry_id.decode(), len(self._bells) + 1)
        delivered = _position(groups[0]["last-delivered-id"])
        self._unread = [entry_id.decode() for entry_id, _ in ready if _position(entry_id) > delivered]
        self._owners = {bell["message_id"].decode(): bell["consumer"].decode() for bell in pending}
        self._mail = {
            name: frozenset(self.bell(fields[b"bell_id"].decode()) for _, fields in entries)
            for name, entries in zip(workers, mail, strict=True)
        }

    def _read_inputs(self, entries: list[Any]) -> None:
        for entry_id, fields in entries:
            self._last_input = entry_id.decode()
            event_id = json.loads(fields[b"event"])["event_id"]
            if ":answer:" in event_id:
                self._log[self._last_input] = -self.ask(event_id)
                self.first_answers.setdefault(self.ask(event_id), event_id)
            else:
                self._log[self._last_input] = int(event_id[1:])

    def _read_outputs(self, entries: list[Any]) -> None:
        for entry_id, fields in entries:
            self._last_output = entry_id.decode()
            event = json.loads(fields[b"event"])
            data = event["data"]
            match event["type"]:
                case "reply.started":
                    self._turns[data["turn_id"]] = int(data["in_reply_to"][1:])
                    self._taken.append(self._turns[data["turn_id"]])
                case "reply.finished":
                    self._taken.append(-self._turns[data["turn_id"]])
                    self._check_whole(data)
                case "reply.chunk":
                    piece = self._turns[data["turn_id"]], data["seq"]
                    self._pieces.append(piece)
                    known = self._texts.setdefault(piece, data["text"])
                    assert known == data["text"], f"piece {piece} has two texts: {known!r}, {data['text']!r}"

    def _check_whole(self, finished: dict[str, Any]) -> None:
        """What was taken as the answer is what went out."""
        ask = self._turns[finished["turn_id"]]
        said = "".join(self._texts[ask, number] for number in range(finished["chunks"]))
        assert said == finished["text"], f"reply {ask} is {finished['text']!r}, out is {said!r}"

    # -- telling --

    def facts(self, workers: Sequence[str]) -> Facts:
        """What was read, where ``workers`` are the names of those that live now."""
        left = {
            "status": self._fields["status"],
            "streams": self._streams,
            "log": tuple(self._log.values()),
            "lease": self._held_by(workers),
            "epoch": self.epoch(self._fields["epoch"]),
            "unread bells": tuple(map(self.bell, self._unread)),
            "pending bells": frozenset(
                (self.bell(bell), _index(owner, workers)) for bell, owner in self._owners.items()
            ),
            "mail": tuple(self._mail.get(name, frozenset()) for name in workers),
            "dead letters": tuple(self.input_at(fields[b"entry_id"].decode()) for _, fields in self._dead),
            "pieces": tuple(self._pieces),
        }
        if self._fields["status"] != "open":
            return left
        asks = [effect for effect in self._effects if effect.startswith("t")]
        deadlines = [effect for effect in self._effects if effect not in asks]
        for deadline in deadlines:
            self._deadlines.setdefault(deadline, -self._taken[-1])
        ask_id = self._interview["reply"] and self._interview["reply"]["ask_id"]
        assert asks == ([ask_id] if ask_id else []), f"the state waits for {ask_id}, open are {asks}"
        lines = self._interview["lines"][self._before_lines :]
        return left | {
            "events seen": self._seen - self._before_events,
            "cursor": self._place(self._fields["cursor"]),
            "open ask": self.ask(ask_id) if ask_id else 0,
            "open deadlines": frozenset(map(self.deadline, deadlines)),
            "tries": int(self._fields["tries"]),
            "tries of": self._tries_of(self._fields["tries_of"]),
            "inputs taken": tuple(self._taken),
            "lines": tuple(int(line["text"].removeprefix("utterance ")) for line in lines),
        }

    def _place(self, cursor: str) -> int:
        return sum(_position(entry_id) <= _position(cursor) for entry_id in self._log)

    def _tries_of(self, what: str) -> str:
        if not what.startswith("effect:"):
            return f"input {self._place(what) - 1}" if what else ""
        effects = [name.removeprefix("effect:") for name in what.split(" ")]
        asks = [f"ask {self.ask(effect)}" for effect in effects if effect.startswith("t")]
        deadlines = sorted(self.deadline(effect) for effect in effects if not effect.startswith("t"))
        return ", ".join([*asks, *(f"deadline {deadline}" for deadline in deadlines)])

    def _held_by(self, workers: Sequence[str]) -> tuple[int, int] | None:
        if self._lease is None:
            return None
        holder, _, epoch = self._lease.decode().rpartition("|")
        return _index(holder, workers), self.epoch(epoch)


def _command(*args: Any) -> Command:
    return args, {}


def _index(name: str, workers: Sequence[str]) -> int:
    return workers.index(name) if name in workers else NOBODY


def _position(entry_id: bytes | str) -> tuple[int, int]:
    ms, _, seq = (entry_id.decode() if isinstance(entry_id, bytes) else entry_id).partition("-")
    return int(ms), int(seq)
