"""A brain without a mind: records what the bot reports and says what the test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Literal, TypeVar
from uuid import uuid4

from viva_shared.broker import FIRST, Mailboxes, until_available
from viva_shared.events import (
    BotJoined,
    CandidateReplaced,
    Envelope,
    InterviewCreated,
    InterviewEnded,
    ListeningAllowed,
    Payload,
    ReplyCancelled,
    ReplyChunk,
    ReplyFinished,
    ReplyHeard,
    ReplyStarted,
    StageChanged,
    UtteranceHeard,
    decode,
    new_event,
)

P = TypeVar("P", bound=Payload)


class ScriptedBrain:
    """Follows the inputs of one interview, and writes outputs as a lease holder would."""

    def __init__(self, mailboxes: Mailboxes, interview_id: str) -> None:
        self._mailboxes = mailboxes
        self.interview_id = interview_id
        self.inputs: list[Envelope] = []
        self._allows_listening = True
        self._news = asyncio.Condition()
        self._following: asyncio.Task[None] | None = None
        self._answering: asyncio.Task[None] | None = None

    async def create(
        self,
        candidate: str | None = None,
        scenario: str = "{}",
        room: str | None = None,
        *,
        consent_required: bool = False,
    ) -> None:
        """Create the interview and follow its inputs; each bot may listen if no consent is required."""
        self._allows_listening = not consent_required
        created = InterviewCreated(
            scenario="test",
            scenario_hash="0",
            room=room or f"interview-{self.interview_id}",
            candidate_identity=candidate,
            consent_required=consent_required,
        )
        await self._mailboxes.create(
            new_event(self.interview_id, created, datetime.now(UTC), event_id="created"), scenario
        )
        self._following = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        key, cursor = self._mailboxes.keys.inputs(self.interview_id), FIRST
        while True:
            answer = await until_available(
                "inputs", partial(self._mailboxes.redis.xread, {key: cursor}, block=1000)
            )
            for entry_id, fields in answer[0][1] if answer else []:
                cursor = entry_id.decode()
                async with self._news:
                    self.inputs.append(decode(fields[b"event"]))
                    self._news.notify_all()
                if isinstance(self.inputs[-1].data, BotJoined) and self._allows_listening:
                    await self.allow_listening()

    async def aclose(self) -> None:
        """Stop following."""
        for task in (self._following, self._answering):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    # -- what happened --

    def of(self, kind: type[P]) -> list[P]:
        """All inputs of a type, in order."""
        return [e.data for e in self.inputs if isinstance(e.data, kind)]

    @property
    def types(self) -> list[str]:
        """The types of all inputs, in order."""
        return [e.type for e in self.inputs]

    async def wait_for(
        self,
        kind: type[P],
        where: Callable[[P], bool] = lambda _: True,
        *,
        count: int = 1,
        timeout_s: float = 15.0,
    ) -> P:
        """The ``count``-th input of a type for which ``where`` holds."""

        def found() -> list[P]:
            return [p for p in self.of(kind) if where(p)]

        try:
            async with asyncio.timeout(timeout_s), self._news:
                await self._news.wait_for(lambda: len(found()) >= count)
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} within {timeout_s} s, only {self.types}") from None
        return found()[count - 1]

    async def heard_of(self, turn_id: str, timeout_s: float = 20.0) -> ReplyHeard:
        """What was heard of a reply."""
        return await self.wait_for(ReplyHeard, lambda r: r.turn_id == turn_id, timeout_s=timeout_s)

    # -- what is said --

    async def emit(self, *outputs: Payload) -> None:
        """Write outputs, without the lease that a real brain has."""
        async with self._mailboxes.redis.pipeline(transaction=False) as pipe:
            for output in outputs:
                event = new_event(self.interview_id, output, datetime.now(UTC))
                pipe.xadd(self._mailboxes.keys.outputs(self.interview_id), {"event": event.encode()})
            await pipe.execute()

    async def say(
        self, *texts: str, in_reply_to: str | None = None, finish: bool = True, pause_s: float = 0.0
    ) -> str:
        """Start a reply, stream its pieces and (unless told not to) finish it; returns its turn id."""
        turn_id = f"turn-{uuid4().hex[:8]}"
        await self.emit(ReplyStarted(turn_id=turn_id, in_reply_to=in_reply_to))
        for seq, text in enumerate(texts):
            await asyncio.sleep(pause_s)
            await self.emit(ReplyChunk(turn_id=turn_id, seq=seq, text=text))
        if finish:
            await self.finish(turn_id, texts)
        return turn_id

    async def more(self, turn_id: str, seq: int, text: str) -> None:
        """One more piece."""
        await self.emit(ReplyChunk(turn_id=turn_id, seq=seq, text=text))

    async def finish(self, turn_id: str, texts: Sequence[str]) -> None:
        """The reply is whole."""
        await self.emit(ReplyFinished(turn_id=turn_id, text="".join(texts), chunks=len(texts)))

    async def cancel(self, turn_id: str) -> None:
        """The reply is stale."""
        await self.emit(ReplyCancelled(turn_id=turn_id, reason="test"))

    async def allow_listening(self, consented: str | None = None) -> None:
        """The candidate may be listened to; if it is by consent, this one alone."""
        reason: Literal["consented", "not_required"] = "consented" if consented else "not_required"
        await self.emit(ListeningAllowed(reason=reason, identity=consented))

    async def replace_candidate(self, identity: str) -> None:
        """Somebody else takes the candidate's place, as the front door says."""
        replaced = CandidateReplaced(identity=identity)
        await self._mailboxes.append(new_event(self.interview_id, replaced, datetime.now(UTC)))

    async def change_stage(self, stage: str, index: int, of: int) -> None:
        """The interview is in this stage."""
        await self.emit(StageChanged(stage=stage, title=stage, index=index, of=of, reason="opened"))

    async def end(self) -> None:
        """The interview is over."""
        await self.emit(InterviewEnded(reason="goodbye"))

    def answer_everything(self, *texts: str, pause_s: float = 0.0) -> None:
        """Answer each utterance with these pieces from now on."""

        async def answering() -> None:
            count = len(self.of(UtteranceHeard))
            while True:
                count += 1
                heard = await self.wait_for(UtteranceHeard, count=count, timeout_s=300)
                await self.say(*texts, in_reply_to=heard.utterance_id, pause_s=pause_s)

        self._answering = asyncio.create_task(answering())

    async def take_room_from_bot(self) -> None:
        """Let another bot have the room, under the next epoch."""
        await self._mailboxes.redis.delete(self._mailboxes.keys.bot(self.interview_id))
        assert await self._mailboxes.bot_acquire(self.interview_id, "another bot", 60_000) == 2
