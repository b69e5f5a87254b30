"""Performing effects. Their ids are deterministic: performed again after a crash, nothing changes twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import assert_never

import structlog
from viva_shared import metrics
from viva_shared.broker import Lease, Mailboxes
from viva_shared.events import (
    FactsExtracted,
    Payload,
    ReplyChunk,
    ReplyGenerated,
    ToolCalled,
    new_event,
)
from viva_shared.scenario import Scenario

from brain.application.ports import Model, ModelError, Queue
from brain.application.prompts import extract_prompt, reply_prompt
from brain.application.speaking import Budget, Speaker, Spoken
from brain.domain.effects import Ask, Effect, EndInterview, Extract, ScheduleDeadline
from brain.domain.state import State

log = structlog.get_logger(__name__)

BEGUN_TOO_OFTEN = "begun too often without success"


class Performer:
    """Carries out what ``decide`` wants, on behalf of whoever holds the interview."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        model: Model,
        queue: Queue,
        budget: Budget,
        extract_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self._mailboxes = mailboxes
        self._model = model
        self._queue = queue
        self._budget = budget
        self._extract_s = extract_s
        self._now = now

    async def perform(
        self,
        lease: Lease,
        scenario: Scenario,
        state: State,
        effect: Effect,
        *,
        attempt: int,
        again: bool,
        poison: bool,
    ) -> None:
        """Perform one effect to its confirmation.

        Args:
            attempt: counts the lease's performances; with the epoch it names the answer.
            again: somebody may have begun it before: look what is already out.
            poison: it was begun too often: close it in the scenario's own words, without the model.

        Raises:
            LeaseLost: the interview has passed to another, who will perform it.
        """
        match effect:
            case Ask():
                await self._answer(
                    lease,
                    effect.effect_id,
                    attempt,
                    await self._ask(lease, scenario, state, effect, again=again, poison=poison),
                )
            case Extract():
                await self._answer(
                    lease,
                    effect.effect_id,
                    attempt,
                    await self._extract(scenario, state, effect, poison=poison),
                )
            case ScheduleDeadline():
                await self._queue.deadline(lease.interview_id, effect.effect_id, effect.at)
                await self._mailboxes.confirm(lease, effect.effect_id)
            case EndInterview():
                await self._queue.report(lease.interview_id, effect.effect_id)
                await self._mailboxes.confirm(lease, effect.effect_id)
            case _:
                assert_never(effect)

    async def _ask(
        self, lease: Lease, scenario: Scenario, state: State, ask: Ask, *, again: bool, poison: bool
    ) -> Payload:
        spoken = Spoken(ask.turn_id, ask.seq)
        if again:
            await self._recall(lease, spoken)

        async def emit(chunk: ReplyChunk) -> None:
            event_id = f"{chunk.turn_id}:{chunk.seq}"
            event = new_event(lease.interview_id, chunk, self._now(), event_id=event_id)
            await self._mailboxes.emit(lease, [event])

        speaker = Speaker(self._model, self._budget, emit)
        if poison:
            await speaker.close(spoken, ask.said, ask.fallback, BEGUN_TOO_OFTEN)
        else:
            await speaker.speak(
                lambda said: reply_prompt(scenario, state, ask, said), spoken, ask.said, ask.fallback
            )
        metrics.REPLIES.labels("scenario" if spoken.error else "model").inc()
        if spoken.call:
            return ToolCalled(
                ask_id=ask.effect_id,
                name=spoken.call.name,
                arguments=spoken.call.arguments,
                said=spoken.text,
                chunks=spoken.seq,
            )
        return ReplyGenerated(
            ask_id=ask.effect_id,
            text=spoken.text,
            source="scenario" if spoken.error else "model",
            chunks=spoken.seq,
            error=spoken.error,
            first_chunk_s=spoken.first_chunk_s,
        )

    async def _recall(self, lease: Lease, spoken: Spoken) -> None:
        """What is already out of this turn, written by an earlier holder."""
        async for _, event in self._mailboxes.every_output(lease.interview_id):
            chunk = event.data
            if isinstance(chunk, ReplyChunk) and chunk.turn_id == spoken.turn_id and chunk.seq == spoken.seq:
                spoken.text += chunk.text
                spoken.seq += 1

    async def _extract(self, scenario: Scenario, state: State, extract: Extract, *, poison: bool) -> Payload:
        prompt, schema = extract_prompt(scenario, state, extract)
        facts: dict[str, str | None] = {}
        error: str | None = BEGUN_TOO_OFTEN if poison else None
        if not poison:
            try:
                async with asyncio.timeout(self._extract_s):
                    found = await self._model.extract(prompt, schema)
                facts = {
                    k: v.strip() for k in extract.wanted if isinstance(v := found.get(k), str) and v.strip()
                }
            except (ModelError, TimeoutError) as failure:
                log.warning("model.extract_failed", effect_id=extract.effect_id, error=str(failure))
                kind = failure.kind if isinstance(failure, ModelError) else "silent"
                metrics.MODEL_FAILURES.labels(kind).inc()
                error = str(failure) or "the model was silent"
        return FactsExtracted(ask_id=extract.effect_id, facts=facts, error=error)

    async def _answer(self, lease: Lease, effect_id: str, attempt: int, answer: Payload) -> None:
        event_id = f"{effect_id}:answer:{lease.epoch}.{attempt}"
        event = new_event(lease.interview_id, answer, self._now(), event_id=event_id)
        await self._mailboxes.append(event, lease=lease)
