"""Follows what the brain writes: replies to the mouth, stages to the room, the end to who waits for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import structlog
from viva_shared.events import (
    Envelope,
    InterviewEnded,
    ReplyCancelled,
    ReplyChunk,
    ReplyFinished,
    ReplyStarted,
    StageChanged,
)

from media_bot.application.mouth import Mouth
from media_bot.application.ports import Room

log = structlog.get_logger(__name__)


def stage_message(stage: StageChanged) -> str:
    """What goes out on the data topic ``stage``."""
    return json.dumps({"stage": stage.stage, "index": stage.index, "of": stage.of})


class Outputs:
    """Hands each output to whom it concerns.

    Attributes:
        ended: set when the brain has ended the interview.
    """

    def __init__(self, mouth: Mouth, room: Room) -> None:
        self._mouth = mouth
        self._room = room
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
                self._room.show_stage(stage_message(output))
            case InterviewEnded():
                log.info("interview.ended", reason=output.reason)
                self.ended.set()
            case _:
                pass
