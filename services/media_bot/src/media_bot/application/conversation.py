"""The ears: turns what happens in the room into inputs, each once and in an order the brain can rely on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from viva_shared.events import (
    BotJoined,
    CandidateJoined,
    CandidateLeft,
    CandidateSilent,
    CandidateSpeaking,
    ReplyHeard,
    UtteranceHeard,
    UtterancePartial,
)

from media_bot.application.mouth import Mouth
from media_bot.application.ports import Inputs, Utterance
from media_bot.domain.floor import Floor, Happening, Telling, step

log = structlog.get_logger(__name__)

MAX_UTTERANCE = 8_000
"""Characters of one utterance; an event has to fit into its limit."""


class Conversation:
    """Publishes inputs of one room.

    Args:
        inputs: takes them in order.
        bot_epoch: makes the ids of reports this bot's own.
        settle_s: so long after the candidate stopped no utterance comes any more.
    """

    def __init__(self, inputs: Inputs, *, bot_epoch: int, settle_s: float) -> None:
        self._inputs = inputs
        self._epoch = bot_epoch
        self._settle_s = settle_s
        self._floor = Floor.SILENT
        self._settling: asyncio.TimerHandle | None = None
        self._transcribed = False
        self._then: Callable[[], None] | None = None
        self._known: set[str] = set()
        self._present = False

    @property
    def candidate_present(self) -> bool:
        """Whether the candidate is in the room."""
        return self._present

    @property
    def candidate_mid_turn(self) -> bool:
        """Whether something was said that is no utterance yet."""
        return self._floor is not Floor.SILENT

    def when_silent(self, then: Callable[[], None]) -> None:
        """Call it once, as soon as the candidate is not in the middle of a turn: now, or later."""
        self._then = then
        self._call_if_silent()

    def _call_if_silent(self) -> None:
        if self._floor is Floor.SILENT and self._then is not None:
            then, self._then = self._then, None
            then()

    def bot_joined(self) -> None:
        """The session is ready: the brain may speak."""
        self._inputs.publish(BotJoined(bot_epoch=self._epoch), event_id=f"bot.joined:{self._epoch}")

    def candidate_joined(self, identity: str, name: str | None) -> None:
        """The candidate is in the room, or back in it."""
        if not self._present:
            self._present = True
            self._inputs.publish(CandidateJoined(identity=identity, name=name or None))

    def candidate_left(self, identity: str, reason: str) -> None:
        """The candidate left. Whatever is being said must be stopped by the caller, before."""
        if self._present:
            self._present = False
            self._step(Happening.LEFT)
            self._inputs.publish(CandidateLeft(identity=identity, reason=reason))

    def speaking(self) -> None:
        """Voice activity began."""
        self._transcribed = False if self._floor is Floor.SILENT else self._transcribed
        self._step(Happening.STARTED)

    def stopped(self) -> None:
        """Voice activity ended."""
        self._step(Happening.STOPPED)

    def typed(self) -> None:
        """A chat message came: the floor is the candidate's until it is an utterance."""
        if self._floor is Floor.SILENT:
            self._step(Happening.STARTED)
            self._step(Happening.STOPPED)

    def nothing_transcribed(self) -> None:
        """Speech ended some time ago and left no transcript: a cough, a noise."""
        if not self._transcribed:
            self._step(Happening.NOTHING_CAME)

    def transcribed(self, text: str, *, final: bool) -> None:
        """A segment of speech to text."""
        self._transcribed = self._transcribed or bool(text.strip())
        if final and text.strip():
            self._inputs.publish(UtterancePartial(text=text[:MAX_UTTERANCE]))

    def heard(self, utterance: Utterance, mouth: Mouth) -> bool:
        """A whole turn; False if it was published before. What waited to be said is reported first."""
        if utterance.utterance_id in self._known:
            return False
        self._known.add(utterance.utterance_id)
        mouth.heard(utterance)
        ended = utterance.speech_ended_at
        self._inputs.publish(
            UtteranceHeard(
                utterance_id=utterance.utterance_id,
                text=utterance.text[:MAX_UTTERANCE],
                via="text" if utterance.typed else "voice",
                speech_ended_at=None if ended is None else datetime.fromtimestamp(ended, UTC),
            ),
            event_id=f"utterance:{utterance.utterance_id}",
        )
        log.info(
            "utterance.heard", utterance_id=utterance.utterance_id, via="text" if utterance.typed else "voice"
        )
        self._step(Happening.UTTERANCE)
        return True

    def reply_heard(self, heard: ReplyHeard) -> None:
        """What of a reply was heard."""
        log.info(
            "reply.heard",
            turn_id=heard.turn_id,
            complete=heard.complete,
            characters=len(heard.text),
            **heard.timings.model_dump(exclude_none=True),
        )
        self._inputs.publish(heard, event_id=f"reply.heard:{heard.turn_id}:{self._epoch}")

    def _step(self, happening: Happening) -> None:
        before = self._floor
        self._floor, telling = step(before, happening)
        if self._floor is not before:
            self._arm_timer(lambda: self._step(Happening.NOTHING_CAME))
        if telling is not None:
            log.info("candidate." + telling.value, after=happening.value)
        match telling:
            case Telling.SPEAKING:
                self._inputs.publish(CandidateSpeaking())
            case Telling.SILENT:
                self._inputs.publish(CandidateSilent())
            case None:
                pass
        self._call_if_silent()

    def _arm_timer(self, then: Callable[[], None]) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if self._floor is Floor.SETTLING:
            self._settling = asyncio.get_running_loop().call_later(self._settle_s, then)

    def close(self) -> None:
        """Stop waiting for anything."""
        if self._settling is not None:
            self._settling.cancel()
