"""Serving one interview under one lease: inputs applied in order, effects performed, until all is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from viva_shared import metrics
from viva_shared.broker import UNAVAILABLE, Entry, Held, LeaseLost, Letter, Mailboxes
from viva_shared.broker.graveyard import Kind
from viva_shared.events import InputRejected, UndecodableEvent, decode, new_event
from viva_shared.scenario import Scenario

from brain.application.performer import Performer
from brain.domain.decide import NotAnInput, decide
from brain.domain.effects import Effect, decode_effect
from brain.domain.state import State

log = structlog.get_logger(__name__)

AGAIN_S = 0.1
"""Before an effect is performed again whose answer was rejected."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every serving of one worker shares."""

    mailboxes: Mailboxes
    performer: Performer
    max_tries: int
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Running:
    """An effect being performed; ``poison``: in the scenario's own words, for it was begun too often."""

    effect: Effect
    task: asyncio.Task[None]
    poison: bool


class Serving:
    """One lease's work. Raises LeaseLost as soon as a write is refused or the heartbeat says so."""

    def __init__(self, tools: Tools, held: Held) -> None:
        self._tools = tools
        self._lease = held.lease
        self._interview_id = held.lease.interview_id
        self._cursor = held.snapshot.cursor
        self._tries, self._tries_of = held.snapshot.tries, held.snapshot.tries_of
        self._scenario = Scenario.model_validate_json(held.snapshot.scenario)
        self._state = State.model_validate_json(held.snapshot.state) if held.snapshot.state else None
        self._inherited = {effect_id: decode_effect(raw) for effect_id, raw in held.snapshot.effects.items()}
        self._running: dict[str, Running] = {}
        self._starts = 0
        self._wake = asyncio.Event()
        self._lost = False

    def ring(self) -> None:
        """There may be news."""
        self._wake.set()

    def lose(self) -> None:
        """The heartbeat found the lease gone."""
        self._lost = True
        self._wake.set()

    async def run(self, bells_in_hand: Callable[[], frozenset[str]]) -> frozenset[str]:
        """Serve until the lease is released; returns the doorbells that the release covers.

        A doorbell in hand before the release names only inputs that the release saw.
        """
        rejected = 0
        try:
            while True:
                self._wake.clear()
                await self._apply_news()
                self._start_inherited()
                self._check()
                if self._running:
                    await self._wake.wait()
                    continue
                covered = bells_in_hand()
                match await self._tools.mailboxes.release(self._lease):
                    case "released":
                        return covered
                    case "news":
                        continue
                    case "effects":  # its answer was rejected: it is to be performed again
                        rejected += 1
                        await asyncio.sleep(AGAIN_S)
                        await self._inherit()
                        if rejected > self._tools.max_tries:
                            await self._give_up()
        finally:
            await self._stop(list(self._running))

    async def _inherit(self) -> None:
        """Take what is open from the snapshot."""
        snapshot = await self._tools.mailboxes.snapshot(self._interview_id)
        effects = snapshot.effects if snapshot else {}
        self._inherited = {effect_id: decode_effect(raw) for effect_id, raw in effects.items()}

    async def _give_up(self) -> None:
        """Close effects whose every answer is rejected: a defect, which must not call the model for ever."""
        effect_ids = list(self._inherited)
        log.error("effects.given_up", interview_id=self._interview_id, effect_ids=effect_ids)
        await self._tools.mailboxes.confirm(self._lease, *effect_ids)
        self._inherited = {}

    def _start_inherited(self) -> None:
        """What others began is performed again, once it is known that its answer is not among the news."""
        suspects = self._tries_of.split(" ") if self._tries > self._tools.max_tries else []
        for effect in self._inherited.values():
            self._start(effect, again=True, poison=f"effect:{effect.effect_id}" in suspects)
        self._inherited = {}

    async def _apply_news(self) -> None:
        while entries := await self._tools.mailboxes.inputs_after(self._interview_id, self._cursor):
            for entry in entries:
                self._check()
                await self._apply(entry)

    async def _apply(self, entry: Entry) -> None:
        if entry.entry_id == self._tries_of and self._tries > self._tools.max_tries:
            await self._reject(entry, f"begun {self._tries} times without success", "poison")
            return
        try:
            event = decode(entry.raw, self._tools.mailboxes.max_event_bytes)
            decision = decide(self._scenario, self._state, event)
        except UndecodableEvent as error:
            await self._reject(entry, str(error), error.flaw, error.event_id)
            return
        except NotAnInput as error:
            await self._reject(entry, str(error), "misplaced", event.event_id)
            return
        now = self._tools.now()
        await self._tools.mailboxes.commit(
            self._lease,
            old_cursor=self._cursor,
            new_cursor=entry.entry_id,
            state=decision.state.model_dump_json(),
            outputs=[
                new_event(self._interview_id, out, now, event_id=f"{entry.entry_id}:{number}", cause=event)
                for number, out in enumerate(decision.outputs)
            ],
            closed=decision.closed,
            opened={effect.effect_id: effect.model_dump_json() for effect in decision.opened},
        )
        metrics.INPUTS_APPLIED.labels(event.type).inc()
        self._cursor, self._state = entry.entry_id, decision.state
        for effect_id in decision.closed:
            self._inherited.pop(effect_id, None)
        await self._stop([effect_id for effect_id in decision.closed if effect_id in self._running])
        for effect in decision.opened:
            self._start(effect, again=False)

    async def _reject(self, entry: Entry, reason: str, kind: Kind, event_id: str | None = None) -> None:
        log.error("input.rejected", interview_id=self._interview_id, entry_id=entry.entry_id, reason=reason)
        rejected = new_event(
            self._interview_id,
            InputRejected(entry_id=entry.entry_id, event_id=event_id, reason=reason),
            self._tools.now(),
            event_id=f"{entry.entry_id}:rejected",
        )
        letter = Letter("in", entry.entry_id, entry.raw, reason, kind, event_id)
        await self._tools.mailboxes.reject(self._lease, letter, old_cursor=self._cursor, rejected=rejected)
        self._cursor = entry.entry_id

    def _start(self, effect: Effect, *, again: bool, poison: bool = False) -> None:
        assert self._state is not None, "an effect is opened by a commit, which has a state"
        self._starts += 1
        work = self._tools.performer.perform(
            self._lease, self._scenario, self._state, effect, attempt=self._starts, again=again, poison=poison
        )
        task = asyncio.create_task(work, name=f"{self._interview_id} {effect.effect_id}")
        self._running[effect.effect_id] = Running(effect, task, poison)
        task.add_done_callback(lambda _: self._wake.set())

    def _check(self) -> None:
        """Let LeaseLost or an outage end the serving; a defect closes its own effect only."""
        for effect_id, running in list(self._running.items()):
            if not running.task.done():
                continue
            del self._running[effect_id]
            error = running.task.exception()
            if error is None:
                continue
            if running.poison or isinstance(error, (LeaseLost, *UNAVAILABLE)):
                raise error
            log.error("effect.crashed", interview_id=self._interview_id, effect_id=effect_id, exc_info=error)
            self._start(running.effect, again=True, poison=True)
        if self._lost:
            raise LeaseLost(
                f"interview {self._interview_id}: the lease of epoch {self._lease.epoch} has expired"
            )

    async def _stop(self, effect_ids: list[str]) -> None:
        tasks = [self._running.pop(effect_id).task for effect_id in effect_ids]
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, LeaseLost):
                log.warning("effect.stopped", interview_id=self._interview_id, error=repr(outcome))
