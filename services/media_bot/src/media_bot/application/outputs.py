"""Follows what the brain writes: replies to the mouth, what is shown to the room, the rest to who waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

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
from viva_shared.rooms import QUESTION_TOPIC, SCORE_TOPIC, STAGE_TOPIC

from media_bot.application.mouth import Mouth
from media_bot.application.ports import Room

log = structlog.get_logger(__name__)


def stage_message(stage: StageChanged) -> str:
    """What goes out on the data topic ``stage``."""
    return json.dumps({"stage": stage.stage, "index": stage.index, "of": stage.of})


def question_message(question: QuestionAsked, announce: str) -> str:
    """What goes out on the data topic ``question``; its label is what announces it, without the full stop."""
    label = announce.replace("{number}", str(question.index + 1)).replace("{count}", str(question.of))
    label = label.rstrip(" .:")
    message = {"index": question.index, "of": question.of, "text": question.text, "label": label}
    return json.dumps(message, ensure_ascii=False)


def score_message(score: AnswerScored) -> str:
    """What goes out on the data topic ``score``."""
    return json.dumps(score.model_dump(exclude={"type", "utterance_id"}), ensure_ascii=False)


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
    ) -> None:
        self._mouth = mouth
        self._room = room
        self._announce = announce
        self._shows_scores = shows_scores
        self._listening_allowed = listening_allowed
        self.ended = asyncio.Event()

    async def follow(self, events: AsyncIterator[tuple[str, Envelope]]) -> None:
        """Until cancelled."""
        async for _, event in events:
            self.take(event.data)

    def take(self, output: object) -> None:
        """One output; what an older bot does not know is none of its business."""
        match output:
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
                self._room.show(STAGE_TOPIC, stage_message(output))
            case QuestionAsked():
                log.info("question.asked", index=output.index, of=output.of)
                self._room.show(QUESTION_TOPIC, question_message(output, self._announce))
            case AnswerScored() if self._shows_scores:
                self._room.send(SCORE_TOPIC, score_message(output))
            case ListeningAllowed():
                log.info("listening.allowed", reason=output.reason)
                self._listening_allowed(output)
            case InterviewEnded():
                log.info("interview.ended", reason=output.reason)
                self.ended.set()
            case _:
                pass
