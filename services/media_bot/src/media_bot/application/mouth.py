"""The mouth: speaks what the brain says, and reports of every reply, once, what was heard of it.

One speech at a time: an answer goes through ``llm_node`` of the turn it answers; what is said unasked, and
what comes too late for its turn, waits in a queue of our own, where it can be taken back without a sound.
Before all that wait the remarks that the bot makes by itself; nobody is told what was heard of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial

import structlog
from viva_shared.events import ReplyCancelled, ReplyChunk, ReplyFinished, ReplyHeard, ReplyStarted

from media_bot.application.ports import Spoken, Utterance, Voice, VoiceClosed
from media_bot.application.turns import Asked, Phase, Question, Turn
from media_bot.domain.replies import Reply

log = structlog.get_logger(__name__)


class Mouth:
    """Replies in, speeches out, ``reply.heard`` back."""

    def __init__(
        self,
        report: Callable[[ReplyHeard], None],
        *,
        wait_s: float,
        stall_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._voice: Voice | None = None
        self._report = report
        self._wait_s = wait_s
        self._stall_s = stall_s
        self._clock = clock
        self._turns: dict[str, Turn] = {}
        self._queue: deque[Turn] = deque()
        self._saying: Turn | None = None
        self._questions: dict[str, Question] = {}
        self._latest: Question | None = None
        self._question_asked = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()

    # -- what the brain says --

    def started(self, event: ReplyStarted) -> None:
        """A reply begins: find who speaks it."""
        if event.turn_id in self._turns:
            return
        turn = Turn(Reply(event.turn_id, event.in_reply_to))
        self._turns[event.turn_id] = turn
        self._quiet.clear()
        question = self._questions.get(event.in_reply_to) if event.in_reply_to else None
        turn.question = question
        if question is None:
            return  # said once it has text
        if question is not self._latest or question.state is Asked.CUT:
            self._over(turn)
        elif question.state is Asked.OPEN and question.turn is None:
            question.turn = turn
            turn.give()
            self.drop_waiting()  # decided before the brain knew of this utterance
            self._question_asked.set()

    def chunk(self, event: ReplyChunk) -> None:
        """A piece of a reply."""
        if (turn := self._turns.get(event.turn_id)) is not None:
            self._add(turn, turn.reply.add(event.seq, event.text))

    def finished(self, event: ReplyFinished) -> None:
        """A reply is whole."""
        if (turn := self._turns.get(event.turn_id)) is not None:
            self._add(turn, turn.reply.finish(event.text))
            self._ended(turn)

    def cancelled(self, event: ReplyCancelled) -> None:
        """A reply will not go on: taken back if nothing of it was spoken, else it ends where it is.

        One that is finished, but waits, is taken back too.
        """
        turn = self._turns.get(event.turn_id)
        if turn is None or turn.phase is Phase.OVER:
            return
        turn.is_cancelled = True
        turn.reply.cancel()
        turn.pieces.end(drop_unread=True)
        if turn.phase is Phase.GIVEN and turn.speech is not None and not turn.was_read:
            turn.speech.interrupt()
        self._ended(turn)

    def _add(self, turn: Turn, text: str) -> None:
        if text and turn.phase is not Phase.OVER:
            if turn.first_text_at is None:
                turn.first_text_at = self._clock()
            turn.pieces.put(text)
            self._enqueue(turn)

    def _enqueue(self, turn: Turn) -> None:
        if turn.phase in (Phase.WAITING, Phase.PAUSED) and turn.pieces.has_text and turn not in self._queue:
            # the rest of what was begun goes before what was not
            (self._queue.appendleft if turn.phase is Phase.PAUSED else self._queue.append)(turn)
        self._advance()

    def _ended(self, turn: Turn) -> None:
        turn.pieces.end()
        if turn.phase in (Phase.WAITING, Phase.PAUSED) and turn.pieces.is_drained:
            self._over(turn)

    # -- what the candidate says --

    def answer(self, utterance_id: str) -> AsyncIterator[str]:
        """The text that answers an utterance, for ``llm_node``; ends early if it is too long in coming."""
        return self._answer(self._question(utterance_id))

    async def _answer(self, question: Question) -> AsyncIterator[str]:
        give_up_at = asyncio.get_running_loop().time() + self._wait_s
        try:
            async with asyncio.timeout_at(give_up_at):
                while question.turn is None and not self._has_remark:
                    self._question_asked.clear()
                    await self._question_asked.wait()
        except TimeoutError:
            log.warning("answer.late", utterance_id=question.utterance_id, waited_s=self._wait_s)
        if question.turn is None:
            question.state = Asked.DONE
            return
        left = max(give_up_at - asyncio.get_running_loop().time(), 0.0)
        async for text in question.turn.pieces.read(left, self._stall_s):
            yield text

    def heard(self, utterance: Utterance) -> None:
        """An utterance of the candidate: what waits to be said is stale."""
        self.drop_waiting()
        self._question(utterance.utterance_id).utterance = utterance

    def _question(self, utterance_id: str) -> Question:
        if utterance_id not in self._questions:
            self._latest = self._questions[utterance_id] = Question(utterance_id)
        return self._questions[utterance_id]

    def answered(self, utterance_id: str, spoken: Spoken) -> None:
        """The speech that answered an utterance has ended."""
        question = self._question(utterance_id)
        question.state = Asked.CUT if spoken.interrupted else Asked.DONE
        if question.turn is not None and question.turn.phase is Phase.GIVEN:
            self._speech_ended(question.turn, spoken)
        elif spoken.interrupted:
            self.drop_waiting()
        self._advance()

    # -- what the bot says by itself --

    def remark(self, words: str) -> Turn:
        """Say something before all that waits; if it is cut off before it began, say it again."""
        remark = Turn.of_remark(words)
        self._queue.appendleft(remark)
        self._advance()
        return remark

    def hold(self, words: str) -> Turn:
        """A remark that does not wait for the brain: what still comes of its replies is said on its own."""
        remark = self.remark(words)
        self._question_asked.set()
        for turn in self._turns.values():
            turn.pieces.release()
        return remark

    def take_back(self, remark: Turn) -> None:
        """It is not needed any more: say it only if that has begun."""
        if remark.phase is Phase.WAITING:
            self._queue.remove(remark)
            remark.move(Phase.OVER)
        elif remark.phase is Phase.GIVEN and remark.speech is not None and not remark.was_read:
            remark.is_cancelled = True
            remark.speech.interrupt()

    @property
    def _has_remark(self) -> bool:
        return any(turn.remark for turn in self._queue)

    # -- speeches of our own --

    def open(self, voice: Voice) -> None:
        """There is somebody to speak to, and this to speak with."""
        self._voice = voice
        self._advance()

    def shut(self) -> None:
        """Nobody listens: what waits is kept."""
        self._voice = None

    def _advance(self) -> None:
        busy = self._latest is not None and self._latest.state is Asked.OPEN
        while self._voice is not None and self._saying is None and not busy and self._queue:
            turn = self._queue.popleft()
            came_from = turn.phase
            turn.give()
            pieces = turn.pieces.read(self._stall_s, self._stall_s)
            try:
                turn.speech = self._voice.say(pieces, partial(self._said, turn))
            except VoiceClosed:
                turn.move(came_from)
                self._queue.appendleft(turn)
                self._voice = None
                return
            self._saying = turn

    def _said(self, turn: Turn, spoken: Spoken) -> None:
        self._saying = None
        if turn.remark:
            self._remarked(turn)
        elif turn.phase is Phase.GIVEN:
            self._speech_ended(turn, spoken)
        self._advance()

    def _remarked(self, turn: Turn) -> None:
        if turn.was_read or turn.is_cancelled:
            turn.move(Phase.OVER)
        else:
            turn.move(Phase.WAITING)
            self._queue.appendleft(turn)

    def _speech_ended(self, turn: Turn, spoken: Spoken) -> None:
        taken_back = turn.is_cancelled and not turn.was_read
        unread_say = turn.speech is not None and not turn.was_read
        turn.take_back(spoken)
        if spoken.interrupted or turn.pieces.is_drained or unread_say:
            self._over(turn)
            if spoken.interrupted and not taken_back:
                self.drop_waiting()  # the candidate has the floor, or left: the brain decides anew
        else:
            log.warning("reply.stalled", turn_id=turn.reply.turn_id)
            turn.move(Phase.PAUSED)
            self._enqueue(turn)

    def drop_waiting(self) -> None:
        """Take back what no speech has: it is reported as heard so far, which is mostly not at all."""
        for turn in [t for t in self._turns.values() if t.phase in (Phase.WAITING, Phase.PAUSED)]:
            self._over(turn)

    def _over(self, turn: Turn) -> None:
        turn.move(Phase.OVER)
        if turn in self._queue:
            self._queue.remove(turn)
        heard = turn.heard.strip()
        whole = turn.reply.is_whole(heard)
        self._report(ReplyHeard(turn_id=turn.reply.turn_id, text=heard, complete=whole, timings=turn.timings))
        if all(t.phase is Phase.OVER for t in self._turns.values()):
            self._quiet.set()

    def abandon(self) -> None:
        """Report everything that is still under way: there will be no more sound."""
        for turn in [t for t in self._turns.values() if t.phase is not Phase.OVER]:
            self._over(turn)

    async def quiet(self) -> None:
        """Wait until every reply that began is reported."""
        await self._quiet.wait()
