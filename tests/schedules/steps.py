"""What a command that Redis has just done is called in the model."""

from __future__ import annotations

import json
from typing import Any

from fakes.queue import RecordingQueue
from model.state import Late, State
from schedules.gates import Gate
from schedules.observer import Observer
from schedules.processes import INTERVIEW


class Deviation(AssertionError):
    """The real code did what the model does not know, or left Redis in another state."""


class Steps:
    """Names of the model's steps."""

    def __init__(self, observer: Observer, queue: RecordingQueue) -> None:
        self._observer = observer
        self._queue = queue

    def of_producer(self, gate: Gate, answer: Any) -> list[str]:
        if gate.name != "append":
            return ["ring"]
        is_refused = answer[0] == b"refused"
        return [f"append {gate.arguments[0][1:]}{' is refused' if is_refused else ''}"]

    def of_worker(self, i: int, gate: Gate, answer: Any, s: State) -> list[str]:
        """In state ``s``; none if the model does not see it. Raises AssertionError for a wrong answer."""
        steps = self._function if gate.args[0] == "FCALL" else self._command
        return [f"w{i} {step}" for step in steps(i, gate, answer, s)]

    def left_under_way(self, i: int, gate: Gate) -> str | None:
        """A command whose sender does not wait for it any more, if the model sees that."""
        match gate.name:
            case "emit":
                ask, number = self._piece(gate)
                late = Late((i, 0), "piece", ask, number)
            case "append":
                late = Late((i, 0), "answer", self._observer.ask(gate.arguments[0]))
            case "confirm":
                late = Late((i, 0), "confirmation", self._observer.deadline(gate.arguments[1]))
            case _:
                return None
        return f"w{i} leaves {late} under way"

    def _piece(self, emit: Gate) -> tuple[int, int]:
        chunk = json.loads(emit.arguments[1])["data"]
        return self._observer.ask(chunk["turn_id"]), chunk["seq"]

    def _command(self, i: int, gate: Gate, answer: Any, s: State) -> list[str]:
        w, bell = s.workers[i], self._observer.bell
        match gate.name:
            case "XREADGROUP":
                entries = answer[0][1] if answer else []
                if gate.reads_what_is_pending:
                    return ["reads its own bells"] if entries else []
                return [f"reads bell {number}" for number in s.bells[: len(entries)]]
            case "XAUTOCLAIM":
                claimed = [bell(entry_id.decode()) for entry_id, _ in answer[1]]
                return [f"claims bell {b}" for b in claimed if b not in w.bells or (b, i) not in s.pending]
            case "XCLAIM":
                kept = sorted(bell(entry_id.decode()) for entry_id in answer)
                return [f"keeps bell {b}" for b in kept if (b, i) not in s.pending]
            case "XREAD":
                return ["reads its mail"] if answer else []
            case "XADD" if "bell_id" in gate.args:
                return [f"passes bell {bell(gate.value('bell_id'))} to w{w.holder}"]
            case "XADD":
                return ["rings"]
            case "EXPIRE":
                return ["has passed a bell"]
            case "XACK":
                return ["acknowledges"]
            case "XDEL":
                return ["deletes its bells"]
            case "MULTI":
                return ["rings anew"]
            case "DEL":
                return ["leaves"]
        return []

    def _function(self, i: int, gate: Gate, answer: Any, s: State) -> list[str]:
        w, word = s.workers[i], answer[0].decode()
        if word in ("lost", "stale", "refused"):
            token = gate.arguments[3 if gate.name == "append" else 0]
            epoch = self._observer.epoch(token.rpartition("|")[2])
            assert s.lease != (i, epoch), f"{gate.name} was refused to w{i}, who holds epoch {epoch}"
            return [f"lost {epoch}"] if gate.name == "hand_back" else []
        match gate.name:
            case "acquire":
                if word == "held":
                    return [f"acquires {self._observer.epoch(answer[1])}"]
                return ["is busy"] if word == "busy" else [f"finds it {word}"]
            case "commit" | "reject":
                return [self._applied(gate, s, is_repeat=s.cursor > w.cursor)]
            case "emit":
                return ["emits {}.{}".format(*self._piece(gate))]
            case "append":
                return [f"appends the answer of {self._observer.ask(gate.arguments[0])}"]
            case "confirm":
                return self._confirmed(gate.arguments[1], s)
            case "release":
                return ["releases"] if word == "released" else ["may not release"]
            case "hand_back":
                return [f"hands back {w.epoch}"]
        return []

    def _applied(self, gate: Gate, s: State, *, is_repeat: bool) -> str:
        event = self._observer.input_at(gate.arguments[2])
        if is_repeat:
            return f"is told that {event} is done"
        if gate.name == "reject":
            return f"rejects {event}"
        if event > 0:
            return f"commits {event}"
        return f"commits the {'' if s.ask == -event else 'late '}answer of {-event}"

    def _confirmed(self, effect_id: str, s: State) -> list[str]:
        is_enqueued = (INTERVIEW, effect_id) in self._queue.deadlines
        assert is_enqueued, f"{effect_id} is confirmed, and no job is enqueued"
        deadline = self._observer.deadline(effect_id)
        return [f"confirms deadline {deadline}"] if deadline in s.deadlines else []
