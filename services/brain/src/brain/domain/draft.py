"""A decision being made: the few moves that every rule is composed of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from viva_shared.events import Payload, ReplyCancelled, ReplyChunk, ReplyFinished, ReplyStarted

from brain.domain.effects import Ask, Effect, ScheduleDeadline, Task
from brain.domain.state import CONSENT, PHASES, Nudge, Phase, Reply, ReplyKind, State, Timer, TimerKind

HEARING_S = 30.0
"""How long, beyond the time it takes to say it, a reply may wait to be heard: then its bot is gone."""
SECONDS_A_CHARACTER = 0.1
"""Slow speech: ten characters a second."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What ``decide`` returns: the new state, what goes out, which effects are opened and which closed."""

    state: State
    outputs: tuple[Payload, ...] = ()
    opened: tuple[Effect, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """Local to one call of ``decide``; what leaves it is the frozen Decision."""

    state: State
    now: datetime
    outputs: list[Payload] = field(default_factory=list)
    opened: dict[str, Effect] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    def decision(self) -> Decision:
        return Decision(self.state, tuple(self.outputs), tuple(self.opened.values()), tuple(self.closed))

    def change(self, **fields: Any) -> None:
        self.state = self.state.model_copy(update=fields)

    def set_phase(self, phase: Phase) -> None:
        """The one place where the phase changes."""
        if phase not in PHASES[self.state.phase]:
            raise AssertionError(f"phase cannot go from {self.state.phase} to {phase}")
        self.change(phase=phase)

    def out(self, output: Payload) -> None:
        self.outputs.append(output)

    def open(self, effect: Effect) -> None:
        self.opened[effect.effect_id] = effect

    def close(self, effect_id: str) -> None:
        if self.opened.pop(effect_id, None) is None:
            self.closed.append(effect_id)

    # -- the interviewer's turn --

    def start_reply(self, kind: ReplyKind, *, in_reply_to: str | None = None, lead: str = "") -> None:
        """Begin a turn, with words of the scenario's own to lead it, if any."""
        number = self.state.turns + 1
        turn_id = f"{CONSENT if kind is ReplyKind.CONSENT else 't'}{number}"
        self.cancel_timer(TimerKind.SILENCE)
        self.change(say_again=None)
        self.change(turns=number, reply=Reply(turn_id=turn_id, kind=kind, in_reply_to=in_reply_to))
        self.out(ReplyStarted(turn_id=turn_id, in_reply_to=in_reply_to))
        if lead:
            self.add_words(lead)

    def _reply(self) -> Reply:
        if self.state.reply is None:
            raise AssertionError("no reply is in flight")
        return self.state.reply

    def add_words(self, words: str) -> None:
        """Put words of the scenario's own into the turn in flight."""
        reply = self._reply()
        text = f" {words}" if reply.said and not reply.said.endswith(" ") else words
        self.out(ReplyChunk(turn_id=reply.turn_id, seq=reply.seq, text=text))
        self.change(reply=reply.model_copy(update={"said": reply.said + text, "seq": reply.seq + 1}))

    def ask(self, task: Task, fallback: str, *, problem: str = "", with_notes: bool = False) -> None:
        """Let the model go on with the turn in flight; or with the pending notes, too."""
        reply = self._reply()
        number = reply.asks + 1
        notes = self.state.pending_nudges if with_notes else ()
        ask = Ask(
            effect_id=f"{reply.turn_id}.a{number}",
            turn_id=reply.turn_id,
            task=task,
            stage=self.state.stage,
            seq=reply.seq,
            said=reply.said,
            fallback=fallback,
            problem=problem,
            notes=tuple(nudge.note for nudge in notes),
        )
        self.open(ask)
        self.change_nudges(notes, ask_id=ask.effect_id)
        self.change(reply=reply.model_copy(update={"asks": number, "ask_id": ask.effect_id}))

    def ask_answered(self, text: str, chunks: int) -> None:
        """The ask has put this text out."""
        reply = self._reply()
        if reply.ask_id is None:
            raise AssertionError("no ask is open")
        self.close(reply.ask_id)
        said = {"ask_id": None, "said": reply.said + text, "seq": max(chunks, reply.seq)}
        self.change(reply=reply.model_copy(update=said))

    def change_nudges(self, nudges: Sequence[Nudge], **fields: Any) -> None:
        """Change these of the notes."""
        ids = {nudge.nudge_id for nudge in nudges}
        changed = (n.model_copy(update=fields) if n.nudge_id in ids else n for n in self.state.nudges)
        self.change(nudges=tuple(changed))

    def finish_reply(self) -> None:
        """All of the turn is out; from now on it waits to be heard, but not for ever."""
        reply = self._reply()
        self.change(reply=reply.model_copy(update={"finished": True}))
        self.set_timer(TimerKind.HEARING, HEARING_S + len(reply.said) * SECONDS_A_CHARACTER)
        farewell = self.state.phase is Phase.CLOSING
        self.out(ReplyFinished(turn_id=reply.turn_id, text=reply.said, chunks=reply.seq, farewell=farewell))

    def drop_reply(self, reason: str) -> None:
        """Cancel the turn in flight, if there is one. What was heard of it is still to be reported."""
        reply = self.state.reply
        if reply is None:
            return
        if reply.ask_id:
            self.close(reply.ask_id)
        self.out(ReplyCancelled(turn_id=reply.turn_id, reason=reason))
        self.end_reply()

    def end_reply(self) -> None:
        """The turn is over: heard, cancelled, or not to be expected any more."""
        self.cancel_timer(TimerKind.HEARING)
        self.change(reply=None)

    # -- timers --

    def set_timer(self, kind: TimerKind, seconds: float) -> None:
        """Set the deadline of a kind, in place of the one that is set."""
        self.set_deadline(kind, self.now + timedelta(seconds=seconds))

    def set_deadline(self, kind: TimerKind, at: datetime) -> None:
        """The same, at a time."""
        number = self.state.timer_count + 1
        timer = Timer(timer_id=f"{kind}-{number}", at=at)
        self.change(timer_count=number, timers={**self.state.timers, kind: timer})
        self.open(ScheduleDeadline(effect_id=timer.timer_id, at=timer.at))

    def cancel_timer(self, kind: TimerKind) -> None:
        """Unset it: its job will find that nothing is set any more."""
        self.change(timers={k: t for k, t in self.state.timers.items() if k is not kind})

    def mark_passed(self, kind: TimerKind) -> None:
        """The deadline came."""
        timer = self.state.timers[kind].model_copy(update={"passed": True})
        self.change(timers={**self.state.timers, kind: timer})
