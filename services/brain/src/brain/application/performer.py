"""Performing effects. Their ids are deterministic: performed again after a crash, nothing changes twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from viva_shared import metrics
from viva_shared.broker import Lease, Mailboxes
from viva_shared.events import Payload, ReplyChunk, ReplyGenerated, ToolCalled, new_event
from viva_shared.scenario import Scenario

from brain.application.finding import BEGUN_TOO_OFTEN, Finder, Patience
from brain.application.ports import Model, Queue
from brain.application.prompts import reply_prompt
from brain.application.speaking import Budget, Speaker, Spoken
from brain.domain.effects import (
    Ask,
    Effect,
    EndInterview,
    Extract,
    MakeQuestions,
    ScheduleDeadline,
    ScoreAnswer,
)
from brain.domain.state import State


class Performer:
    """Carries out what ``decide`` wants, on behalf of whoever holds the interview."""

    def __init__(
        self,
        mailboxes: Mailboxes,
        model: Model,
        queue: Queue,
        budget: Budget,
        patience: Patience,
        now: Callable[[], datetime],
    ) -> None:
        self._mailboxes = mailboxes
        self._model = model
        self._queue = queue
        self._budget = budget
        self._finder = Finder(model, patience)
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
                answer = await self._ask(lease, scenario, state, effect, again=again, poison=poison)
                await self._answer(lease, effect.effect_id, attempt, answer)
            case Extract():
                facts = await self._finder.extract(scenario, state, effect, poison=poison)
                await self._answer(lease, effect.effect_id, attempt, facts)
            case MakeQuestions():
                questions = await self._finder.make_questions(scenario, effect, poison=poison)
                await self._answer(lease, effect.effect_id, attempt, questions)
            case ScoreAnswer():
                question = state.questions[effect.index]
                assessment = await self._finder.assess(
                    scenario, effect.effect_id, question.text, state.answer_to(question), poison=poison
                )
                await self._answer(lease, effect.effect_id, attempt, assessment)
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

    async def _answer(self, lease: Lease, effect_id: str, attempt: int, answer: Payload) -> None:
        event_id = f"{effect_id}:answer:{lease.epoch}.{attempt}"
        event = new_event(lease.interview_id, answer, self._now(), event_id=event_id)
        await self._mailboxes.append(event, lease=lease)
