"""Performing an ask: the model's words go out as they come; when it is late or fails, the scenario's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import structlog
from viva_shared import metrics
from viva_shared.events import ReplyChunk

from brain.application.ports import Model, ModelError, Prompt, Text, ToolCall

log = structlog.get_logger(__name__)

NO_WORD_BEFORE = " \n\t.,;:!?…'’)"
"""What a text may begin with that goes on right where the one before it stopped."""
MAX_REPLY_CHARS = 2_000
"""A reply is speech: what a model says beyond about two minutes of it is not sent."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds that the model has: to its first words (retries included), and between further ones."""

    first_chunk_s: float
    stall_s: float


class Emit(Protocol):
    """Writes one chunk to the interview's outputs, under the lease."""

    async def __call__(self, chunk: ReplyChunk) -> None: ...


@dataclass(slots=True)
class Spoken:
    """What one ask has put out, and how it ended."""

    turn_id: str
    seq: int
    text: str = ""
    call: ToolCall | None = None
    error: str | None = None
    first_chunk_s: float | None = None


class Speaker:
    """Streams one ask's reply, from a prompt that knows what is already out."""

    def __init__(self, model: Model, budget: Budget, emit: Emit) -> None:
        self._model = model
        self._budget = budget
        self._emit = emit

    async def speak(self, prompt: Callable[[str], Prompt], spoken: Spoken, said: str, fallback: str) -> None:
        """Fill ``spoken``; ``said`` is out before it. ``prompt`` makes one for the rest from all that is out.

        A failure that may pass is tried again within the budget; then ``fallback`` closes the reply.
        """
        started = asyncio.get_running_loop().time()
        give_up = started + self._budget.first_chunk_s
        pause = 0.1
        while True:
            before = spoken.seq
            spoken.call = None  # what a failed try wanted to call does not count
            try:
                await self._stream(prompt(said + spoken.text), spoken, said, started, give_up)
                return
            except ModelError as error:
                log.warning(
                    "model.failed", turn_id=spoken.turn_id, error=str(error), retryable=error.retryable
                )
                metrics.MODEL_FAILURES.labels(error.kind).inc()
                spoken.error = str(error)
                now = asyncio.get_running_loop().time()
                if spoken.seq > before:
                    give_up, pause = now + self._budget.first_chunk_s, 0.1
                if not error.retryable or now + pause >= give_up:
                    await self.close(spoken, said, fallback, str(error))
                    return
                await asyncio.sleep(pause)
                pause *= 2

    async def close(self, spoken: Spoken, said: str, fallback: str, error: str) -> None:
        """End the reply in the scenario's own words, unless a question is out already: one is enough."""
        spoken.call, spoken.error = None, error
        if not spoken.text.rstrip().endswith("?"):
            words = f"… {fallback}" if spoken.text.strip() else fallback
            await self._put(spoken, said, words, begins=True)

    async def _stream(
        self, prompt: Prompt, spoken: Spoken, said: str, started: float, give_up: float
    ) -> None:
        clock = asyncio.get_running_loop().time
        got_any = False
        async with aclosing(self._model.stream(prompt)) as pieces:  # type: ignore[type-var]
            while True:
                try:
                    async with asyncio.timeout_at(give_up):
                        piece = await anext(pieces, None)
                except TimeoutError:
                    raise ModelError("the model is silent", retryable=False, kind="silent") from None
                match piece:
                    case None:
                        break
                    case ToolCall():
                        spoken.call = piece
                        got_any = True
                    case Text(text=text) if text:
                        begins, got_any = not got_any, True
                        if spoken.first_chunk_s is None:
                            spoken.first_chunk_s = round(clock() - started, 3)
                        await self._put(spoken, said, text, begins=begins)
                        if len(spoken.text) > MAX_REPLY_CHARS:
                            break
                give_up = clock() + self._budget.stall_s
        if not got_any and not spoken.text.strip():  # else all of it was out already
            raise ModelError("the model said nothing", retryable=True, kind="empty")
        spoken.error = None

    async def _put(self, spoken: Spoken, said: str, text: str, *, begins: bool) -> None:
        """Write a piece. One that begins a stream starts a word, whatever was out before it."""
        before = said + spoken.text
        if begins and before and not before[-1].isspace() and text[0] not in NO_WORD_BEFORE:
            text = f" {text}"
        await self._emit(ReplyChunk(turn_id=spoken.turn_id, seq=spoken.seq, text=text))
        spoken.text += text
        spoken.seq += 1
