"""One schedule: the real code, driven step by step beside the model, and compared with it after each step."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakes.queue import RecordingQueue
from model.mailbox import Model
from model.state import State, Worker, at_rest, unsafe
from redis.exceptions import ConnectionError as RedisConnectionError
from schedules.closer import Closer
from schedules.gates import OF_THE_PROCESS, READ_ONLY, Gate, Wire
from schedules.observer import Observer, differences, facts_of
from schedules.processes import INTERVIEW, Options, Process, ProducerProcess, WorkerProcess
from schedules.steps import Deviation, Steps
from schedules.still_loop import StillLoop
from viva_shared.broker import Keys

LOST = ", the answer is lost"
ENOUGH = 1_000
"""Faults in the model: here it is the driver who counts them."""


class Schedule:
    """The processes and the model. Each public method is something that happens."""

    def __init__(
        self,
        loop: StillLoop,
        wire: Wire,
        keys: Keys,
        inputs: tuple[int, ...],
        *,
        workers: int,
        closings: Mapping[str, Any],
        options: Options,
        leaves_late: Callable[[], bool],
    ) -> None:
        self.loop, self.wire, self.keys = loop, wire, keys
        self._options, self._leaves_late = options, leaves_late
        self._queue = RecordingQueue()
        self.observer = Observer(wire, keys)
        self._names = Steps(self.observer, self._queue)
        self._model = Model()
        self.state = State(inputs, ENOUGH, ENOUGH, (Worker(),) * workers, **closings)
        self.known = dict(self._model.steps(self.state))
        """Every step that the model knows now."""
        self.counts: Counter[str] = Counter()
        self.trace: list[str] = []
        self.late: list[Gate] = []
        self.dead: list[Process] = []
        self._is_compared = True
        self.worker_names: list[str] = []
        self.closer = Closer(loop, wire, keys)
        self.producer = ProducerProcess(loop, keys, inputs)
        self.workers = [self._born() for _ in range(workers)]

    def _born(self) -> WorkerProcess:
        name = f"w.{len(self.worker_names)}"
        self.worker_names.append(name)
        return WorkerProcess(self.loop, name, self.keys, self._queue, self._options)

    @property
    def living(self) -> list[str]:
        return [worker.name for worker in self.workers]

    # -- what happens --

    def begin(self) -> None:
        self.observer.read(self.wire.run(self.observer.commands(self.living)), self.living)
        self._settle([])

    def let_through(self, i: int | None, gate: Gate) -> None:
        """Redis does a command, and its sender gets the answer."""
        answer, steps = self._do(i, gate)
        if isinstance(answer, Exception):
            gate.answer.set_exception(answer)
        else:
            gate.answer.set_result(answer)
        if i is not None and gate.name == "XREAD" and answer:
            self.observer.mail_is_read(self.workers[i].name, answer[0][1][-1][0].decode())
        self._settle(steps)

    def lose_answer(self, i: int | None, gate: Gate) -> None:
        """Redis does a command, and the connection breaks: redis-py repeats it, a producer all it sent."""
        _, steps = self._do(i, gate)
        if i is None:
            gate.answer.set_exception(RedisConnectionError("the answer is lost"))
        self._settle(steps, LOST)

    def cut_off(self, i: int, gate: Gate, *, is_done: bool) -> None:
        """A worker cannot reach Redis, after or before that has done its command."""
        steps = self._do(i, gate)[1] if is_done else []
        self.trace.append(f"w{i}: {gate.name} fails")
        if gate.name not in OF_THE_PROCESS:
            self.workers[i].excuses.append("")
        gate.answer.set_exception(RedisConnectionError("cut off"))
        self._settle(steps, LOST)

    def claim(self, i: int, gate: Gate, bell: int, *, is_lost: bool = False) -> None:
        """Nobody has kept a doorbell for as long as a lease lives, and a worker claims it."""
        self.wire.run([self.observer.aged(bell)])
        if is_lost:
            self.lose_answer(i, gate)
        else:
            self.let_through(i, gate)

    def expire(self) -> None:
        """The lease is gone, be its holder dead, or paused for too long."""
        free = "the lease expires"
        self.wire.redis.delete(self.keys.lease(INTERVIEW))
        self._look(self.wire.run(self.observer.commands(self.living)))
        self._settle([free if free in self.known else f"{free} under its holder"])

    def close_it(self, step: str) -> None:
        """It is archived or deleted, or a step of that is taken."""
        done = self.closer.do(step)
        self._look(self.wire.run(self.observer.commands(self.living)))
        self._settle([done])

    def crash(self, i: int) -> None:
        self._replace(i)
        self._settle([f"w{i} crashes"])

    def stop(self, i: int) -> None:
        """SIGTERM."""
        self.workers[i].main.cancel()
        self._settle([f"w{i} is to stop"])

    def comes_late(self, number: int) -> None:
        """Redis gets a command for which nobody waits any more."""
        late, gate = self.state.late[number], self.late.pop(number)
        self._look(self.wire.send(gate, self.observer.commands(self.living))[1])
        self._settle([f"{late} of w{late.lease[0]} comes late"])

    def tick(self) -> None:
        """Time goes on to the next timer."""
        self.loop.tick()
        self._settle([])

    # -- keeping the model in step --

    def _do(self, i: int | None, gate: Gate) -> tuple[Any, list[str]]:
        """Let Redis do a command and look at it right afterwards; the model's steps for it."""
        self.trace.append(f"{'producer' if i is None else f'w{i}'}: {gate.name}")
        look = () if gate.name in READ_ONLY else self.observer.commands(self.living)
        answer, seen = self.wire.send(gate, look)
        names: list[str] = []
        if i is None:
            names = self._names.of_producer(gate, answer)
        elif not isinstance(answer, Exception):
            names = self._names.of_worker(i, gate, answer, self.state)
        self._look(seen)
        return answer, names

    def _look(self, seen: list[Any]) -> None:
        if seen:
            self.observer.read(seen, self.living)
            self._is_compared = False

    def _settle(self, steps: Sequence[str], suffix: str = "") -> None:
        """Run what can run now, take the model along, and compare."""
        self.loop.settle()
        for i in range(len(self.workers)):
            self._leave_late(i)
        for step in steps:
            if step + suffix in self.known:
                self._take(step + suffix)
            elif not suffix or "keeps" in step:
                self._take(step)  # else Redis has done nothing, and the worker knows of nothing
            if step.endswith(" leaves") and not suffix:
                self._replace(int(step.split()[0][1:]))
        for i in range(len(self.workers)):
            self._follow(i)
        if not self._is_compared:
            self._compare()
            self._is_compared = True

    def _take(self, step: str) -> None:
        if step not in self.known:
            raise Deviation(f"the model knows no step {step!r} here, but {sorted(self.known)}")
        self.state = self.known[step]
        self.known = dict(self._model.steps(self.state))
        self._is_compared = False
        self.trace.append(f"    {step}")
        self.counts[re.sub(r"-?\d+(\.\d+)?", "N", re.sub(r"^w\d+ ", "", step))] += 1
        if wrong := unsafe(self.state):
            raise Deviation(wrong)

    def _leave_late(self, i: int) -> None:
        """Of what a worker does not wait for any more, some gets to Redis all the same, later."""
        port = self.workers[i].port
        given_up, port.given_up = port.given_up, []
        for gate in given_up if not port.is_closed else ():
            step = self._names.left_under_way(i, gate)
            if step in self.known and self._leaves_late():
                self._take(step)
                self.late.append(gate)

    def _follow(self, i: int) -> None:
        """Take the model's worker along in what the real one did without Redis."""
        process, w = self.workers[i], self.state.workers[i]
        if process.died_of:
            self._take(f"w{i} dies of {process.died_of}")
            self._replace(i)
        elif process.main.done():
            raise Deviation(f"worker {i} has ended: {process.main}")
        elif w.at == "leaving":
            pass
        elif process.is_giving_away:
            if w.at == "held" and not process.is_waiting_for("hand_back"):
                self._lose(i, w)
            self._take(f"w{i} stops")
        elif w.at != "idle" and process.tenure is None:
            self._give_up(i)
        elif w.at == "held" and process.tenure and process.tenure.lease is None:
            self._lose(i, w)
        elif step := self._begun(i, process, w):
            self._take(step)
        if self.state.workers[i].at != "leaving":
            self._compare_worker(i)

    def _begun(self, i: int, process: WorkerProcess, w: Worker) -> str | None:
        """What a worker begins before it sends the first command for it."""
        outputs = self.keys.outputs(INTERVIEW)
        recalls = any(gate.name == "XRANGE" and gate.args[1] == outputs for gate in process.port.waiting)
        if w.at == "passing" and not w.passing:
            bells = [gate.value("bell_id") for gate in process.port.waiting if "bell_id" in gate.args]
            if not bells:
                raise Deviation(f"w{i} found the interview busy, and passes no bell")
            return f"w{i} takes bell {self.observer.bell(bells[0])} to pass"
        if w.inherits and recalls:
            return f"w{i} takes up ask {w.inherits}"
        if w.asking and w.asking == process.crashed_ask and recalls:
            process.crashed_ask = 0
            return f"w{i} closes ask {w.asking}"
        if self.state.lease == (i, w.epoch) and w.covered is None and process.is_waiting_for("release"):
            return f"w{i} calls release"
        return None

    def _lose(self, i: int, w: Worker) -> None:
        self.workers[i].crashed_ask = 0
        if (lost := f"w{i} lost {w.epoch}") in self.known:
            self._take(lost)
        else:
            self._give_up(i)

    def _give_up(self, i: int) -> None:
        self.workers[i].crashed_ask = 0
        excuses = self.workers[i].excuses
        for excuse in excuses:
            step = f"w{i} gives up the interview{excuse}"
            if step in self.known:
                excuses.remove(excuse)
                self._take(step)
                return
        raise Deviation(f"w{i} has given up the interview, and nothing was wrong")

    def _replace(self, i: int) -> None:
        """Another process takes the place of worker ``i``."""
        self.workers[i].die()
        self.dead.append(self.workers[i])
        self.workers[i] = self._born()
        self.loop.settle()

    # -- comparing --

    def _compare_worker(self, i: int) -> None:
        tenure, w = self.workers[i].tenure, self.state.workers[i]
        bells = {self.observer.bell(bell) for bell in tenure.bells} if tenure else set()
        if bells != w.bells:
            raise Deviation(f"w{i} has bells {sorted(bells)} in hand, in the model {sorted(w.bells)}")
        epoch = self.observer.epoch(tenure.lease.epoch) if tenure and tenure.lease else 0
        if epoch != (w.epoch if w.at == "held" else 0):
            raise Deviation(f"w{i} holds epoch {epoch}, in the model it is {w.at} with {w.epoch}")

    def _compare(self) -> None:
        if found := differences(self.observer.facts(self.living), facts_of(self.state)):
            raise Deviation(found)

    # -- the end --

    def is_over(self) -> bool:
        """All is at rest, and nobody has anything in hand or before him."""
        return at_rest(self.state) and all(w.at == "idle" and not w.mail for w in self.state.workers)

    def close(self) -> None:
        """End every task, whatever has happened."""
        processes = [self.producer, *self.workers, *self.dead]
        for _ in range(20):
            for process in processes:
                process.die()
            self.loop.settle()
            if not any(process.tasks for process in processes):
                return
        raise Deviation(f"tasks that do not end: {[process.tasks for process in processes if process.tasks]}")
