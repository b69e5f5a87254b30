"""Follows what the brain writes: replies to the mouth, what is shown to the room, the rest to who waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial

import structlog
from viva_shared.events import (
    AnswerScored,
    Envelope,
    InterviewEnded,
    ListeningAllowed,
    QuestionAsked,
    ReplyCancelled,
    ReplyChunk,
    ReplyFinished,
    ReplyStarted,
    StageChanged,
)
from viva_shared.room_messages import QuestionMessage, ScoreMessage, StageMessage
from viva_shared.rooms import QUESTION_TOPIC, SCORE_TOPIC, STAGE_TOPIC

from media_bot.application.mouth import Mouth
from media_bot.application.ports import Room

log = structlog.get_logger(__name__)


class Outputs:
    """Hands each output to whom it concerns.

    Args:
        announce: what is said before a question of a set, with ``{number}`` and ``{count}``.
        shows_scores: whether the candidate sees scores.
        listening_allowed: called, each time that the brain says so, with what it says.

    Attributes:
        ended: set when the brain has ended the interview.
    """

    def __init__(
        self,
        mouth: Mouth,
        room: Room,
        *,
        announce: str,
        shows_scores: bool,
        listening_allowed: Callable[[ListeningAllowed], None],
        now: Callable[[], datetime],
    ) -> None:
        self._mouth = mouth
        self._room = room
        self._announce = announce
        self._shows_scores = shows_scores
        self._listening_allowed = listening_allowed
        self._now = now
        self.ended = asyncio.Event()

    async def follow(self, events: AsyncIterator[tuple[str, Envelope]]) -> None:
        """Until cancelled."""
        async for _, event in events:
            self.take(event)

    def take(self, event: Envelope) -> None:
        """One output; what an older bot does not know is none of its business."""
        match output := event.data:
            case ReplyStarted():
                self._mouth.started(output)
            case ReplyChunk():
                self._mouth.chunk(output)
            case ReplyFinished():
                self._mouth.finished(output)
            case ReplyCancelled():
                self._mouth.cancelled(output)
            case StageChanged():
                log.info("stage.changed", stage=output.stage, index=output.index, of=output.of)
                self._room.unshow(QUESTION_TOPIC)
                self._room.show(STAGE_TOPIC, partial(self._stage, output, event.occurred_at))
            case QuestionAsked():
                log.info("question.asked", index=output.index, of=output.of)
                question = QuestionMessage.announced(output, self._announce).model_dump_json()
                self._room.show(QUESTION_TOPIC, lambda: question)
            case AnswerScored() if self._shows_scores:
                self._room.send(SCORE_TOPIC, ScoreMessage.of_answer(output).model_dump_json())
            case ListeningAllowed():
                log.info("listening.allowed", reason=output.reason)
                self._listening_allowed(output)
            case InterviewEnded():
                log.info("interview.ended", reason=output.reason)
                self.ended.set()
            case _:
                pass

    def _stage(self, change: StageChanged, changed_at: datetime) -> str:
        return StageMessage.of_change(change, changed_at, self._now()).model_dump_json()
