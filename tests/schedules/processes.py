"""The processes of a schedule: real workers and a real producer, each with a way to Redis of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from brain.application.finding import Patience
from brain.application.performer import Performer
from brain.application.ports import Prompt, Text, ToolCall
from brain.application.serving import Tools
from brain.application.speaking import Budget
from brain.application.tenure import Tenure
from brain.application.worker import Worker
from brain.domain.decide import NotAnInput, decide
from brain.domain.draft import Decision
from brain.domain.state import State
from fakes.queue import RecordingQueue
from model.inputs import BABEL, DEADLY, GRIM, MAX_TRIES, PIECES, POISON
from pydantic import JsonValue
from schedules.gates import GatedRedis, Port
from viva_shared.broker import Doorbell, Keys, Mailboxes, NotOpen, Producer
from viva_shared.events import Envelope, UtteranceHeard, new_event
from viva_shared.scenario import Scenario

NOW = datetime(2026, 1, 1, tzinfo=UTC)
INTERVIEW = "i1"
NEVER_S = 1e9
LEASE_TTL_S = 900.0
"""Longer than any schedule: the scheduler says when a lease expires."""
HEARTBEAT_S = 1.0

PROCESS: ContextVar[Process] = ContextVar("PROCESS")
"""Whose code is running."""


class Process:
    """What dies at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop, name: str, keys: Keys) -> None:
        self.loop = loop
        self.name = name
        self.port = Port()
        self.mailboxes = Mailboxes(GatedRedis(self.port), keys)
        self.tasks: set[asyncio.Task[Any]] = set()
        self.died_of = ""
        self.excuses: list[str] = []
        """Why it may give up an interview: each time it could not reach Redis, or met a defect."""
        self.crashed_ask = 0

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it as the process' main task."""
        token = PROCESS.set(self)
        self.main = self.loop.create_task(work)
        PROCESS.reset(token)

    def die(self) -> None:
        """From now on nothing of it reaches Redis."""
        self.port.is_closed = True
        for task in self.tasks:
            task.cancel()

    def is_waiting_for(self, *commands: str) -> bool:
        """Whether one of these is on its way."""
        return any(gate.name in commands for gate in self.port.waiting)


def tracked(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
    """A task factory: a task belongs to the process whose code starts it."""
    task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **options)
    if process := PROCESS.get(None):
        process.tasks.add(task)
        task.add_done_callback(process.tasks.discard)
    return task


def die_of(reason: str) -> None:
    """Kill the process whose code is running."""
    process = PROCESS.get()
    process.died_of = reason
    process.die()
    raise asyncio.CancelledError


class Defect(Exception):
    """What a defect in the code raises, that one input or one ask brings to light."""


class PiecesModel:
    """Says each reply in PIECES pieces, of one that has begun the rest. DEADLY kills who asks, or crashes."""

    name = "pieces"

    def __init__(self, kills: Callable[[], bool]) -> None:
        self._kills = kills

    async def stream(self, prompt: Prompt) -> AsyncIterator[Text | ToolCall]:
        ask = int(prompt.conversation[-1].text.split()[-1])
        if ask == DEADLY:
            if self._kills():
                die_of(f"ask {ask}")
            PROCESS.get().crashed_ask = ask
            raise Defect
        said = prompt.system.count("piece ") + prompt.system.count("… ")
        for number in range(said, PIECES):
            yield Text(f"piece {ask}.{number}. ")

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        raise AssertionError("no stage ends here")


class PoisonedDecide:
    """The real ``decide``, but for POISON, and for the first answers to GRIM and to BABEL."""

    def __init__(self, kills: Callable[[], bool], first_answers: Mapping[int, str]) -> None:
        self._kills = kills
        self._first_answers = first_answers

    def __call__(self, scenario: Scenario, state: State | None, event: Envelope) -> Decision:
        if event.event_id == self._first_answers.get(BABEL):
            raise NotAnInput("a language that nobody speaks")
        if event.event_id in (f"u{POISON}", self._first_answers.get(GRIM)):
            if self._kills():
                die_of("the poison")
            PROCESS.get().excuses.append(" over the poison")
            raise Defect
        return decide(scenario, state, event)


@dataclass(frozen=True, slots=True)
class Options:
    """How the workers of a schedule are.

    Attributes:
        room: interviews that one takes at a time; with room for one it reads no doorbell while it serves.
        drain_s: how long it may end what it has, where a heartbeat is 1 s.
        kills: whether what is deadly kills the process now, or only what it does for the interview.
    """

    room: int
    drain_s: float
    kills: Callable[[], bool]


class WorkerProcess(Process):
    """A brain worker, wired as in ``brain.main``."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, name: str, keys: Keys, queue: RecordingQueue, options: Options
    ) -> None:
        super().__init__(loop, name, keys)
        budget, patience = Budget(NEVER_S, NEVER_S), Patience(NEVER_S, NEVER_S)
        performer = Performer(
            self.mailboxes, PiecesModel(options.kills), queue, budget, patience, lambda: NOW
        )
        self._worker = Worker(
            name,
            Tools(self.mailboxes, performer, MAX_TRIES, lambda: NOW),
            Doorbell(self.mailboxes.redis, name, keys),
            lease_ttl_s=LEASE_TTL_S,
            heartbeat_s=HEARTBEAT_S,
            max_interviews=options.room,
            drain_s=options.drain_s,
        )
        self.start(self._worker.run())

    @property
    def is_giving_away(self) -> bool:
        """Whether it stops: it hands back its lease, or else asks first for what it has to pass on."""
        return any(gate.name == "hand_back" or gate.reads_what_is_pending for gate in self.port.waiting)

    @property
    def tenure(self) -> Tenure | None:
        """Its part in the interview."""
        tenure = self._worker._tenures.get(INTERVIEW)
        if tenure and not isinstance(tenure.bells, _OldestFirst):
            tenure.bells = _OldestFirst(tenure.bells)
        return tenure


class _OldestFirst(set[str]):
    """Gives its elements in an order that does not change from run to run."""

    def pop(self) -> str:
        first = min(self)
        self.discard(first)
        return first


class ProducerProcess(Process):
    """Who sends the inputs: a media bot, in real life."""

    def __init__(self, loop: asyncio.AbstractEventLoop, keys: Keys, inputs: tuple[int, ...]) -> None:
        super().__init__(loop, "producer", keys)
        producer = Producer(self.mailboxes)
        for number in inputs:
            data = UtteranceHeard(utterance_id=f"u{number}", text=f"utterance {number}")
            producer.put(new_event(INTERVIEW, data, NOW, event_id=f"u{number}"))
        self.start(self._send(producer))

    async def _send(self, producer: Producer) -> None:
        with suppress(NotOpen):  # which the model knows, too
            await producer.run()
