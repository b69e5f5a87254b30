"""The moves: what the rules are made of. Each leaves the draft in a state that the next input can find."""

from __future__ import annotations

from viva_shared.events import FactsLearnt, InterviewEnded, StageChanged
from viva_shared.scenario import Stage

from brain.domain.asking import Asking
from brain.domain.effects import EndInterview, Extract, Task
from brain.domain.stages import Trigger, transitions
from brain.domain.state import Candidate, EndReason, Line, Phase, ReplyKind, TimerKind

CLOSING_S = 20.0
"""How long the farewell may take to be heard before the interview ends without that."""


class Moves(Asking):
    """On the draft of one decision."""

    def add_candidate_line(self, text: str, *, of: str) -> None:
        line = Line(speaker="candidate", text=text, of=of, stage=self.state.stage)
        self.draft.change(lines=(*self.state.lines, line))

    def learn(self, facts: dict[str, str | None]) -> None:
        """Keep what is new; a fact that is known is never taken back."""
        new = {key: fact for key, fact in facts.items() if fact is not None}
        if new:
            self.draft.change(facts={**self.state.facts, **new})
            self.draft.out(FactsLearnt(facts=new))

    def deadline_marked(self) -> bool:
        timer = self.state.timers.get(TimerKind.STAGE)
        return timer is not None and timer.passed

    def is_quiet(self) -> bool:
        """Nobody speaks or is about to, and the candidate is there and may be asked."""
        return (
            self.state.phase is Phase.RUNNING
            and not self.state.awaits_consent
            and self.state.candidate is Candidate.SILENT
            and self.state.reply is None
        )

    def at_boundary(self) -> None:
        """Somebody has just stopped speaking: a deadline that was only marked may act now."""
        if not self.is_quiet():
            return
        if self.has_nothing_to_ask:
            self.leave_questions(Trigger.ANSWERED)
        elif self.state.via == "text":  # whoever types may be composing: only an answer moves anything
            if self.is_question_due:
                self.ask_question()
            elif TimerKind.ABSENCE not in self.state.timers:
                self.draft.set_timer(TimerKind.ABSENCE, self.scenario.answer_within_s)
        elif self.deadline_marked():
            self.leave_stage(Trigger.DEADLINE)
        elif self.is_question_due:
            self.ask_question()
        elif TimerKind.SILENCE not in self.state.timers:
            self.draft.set_timer(
                TimerKind.SILENCE,
                self.scenario.ending.silence_s if self.ends_by_silence else self.scenario.silence.after_s,
            )

    # -- stages --

    @property
    def in_last_stage(self) -> bool:
        return self.stage is self.scenario.stages[-1]

    @property
    def ends_by_silence(self) -> bool:
        return self.in_last_stage and self.stage.questions is None

    def enter(self, name: str, reason: str) -> None:
        """The one place where the stage changes."""
        index = self.scenario.index(name)
        stage = self.scenario.stages[index]
        self.draft.change(stage=name, following_up=False)
        self.draft.out(
            StageChanged.model_validate(
                {
                    "stage": name,
                    "title": stage.title,
                    "index": index,
                    "of": len(self.scenario.stages),
                    "reason": reason,
                    "deadline_s": stage.deadline_s,
                }
            )
        )
        self.draft.cancel_timer(TimerKind.STAGE)
        if stage.deadline_s:
            self.draft.set_timer(TimerKind.STAGE, stage.deadline_s)

    def leave_stage(self, trigger: Trigger, *, in_reply_to: str | None = None) -> None:
        """Hand over to the next stage: in the same turn by the tool, else with one bridging sentence."""
        left = self.stage
        if left.questions:
            self.settle_question()
        following = transitions(self.scenario)[left.name, trigger]
        self.enter(following, trigger)
        if trigger is Trigger.TOOL:
            self.put_first_question()
            return
        missing = tuple(
            fact for fact in (left.tool.arguments if left.tool else ()) if not self.state.facts[fact]
        )
        if missing and any(line.speaker == "candidate" for line in self.state.lines):
            self.extract(left, missing)
        self.open_stage(ReplyKind.BRIDGE, lead=left.words.bridge or "", in_reply_to=in_reply_to)

    def bridge_into(self, name: str) -> str:
        """The sentence that leaves the stage before this one."""
        index = self.scenario.index(name)
        return (self.scenario.stages[index - 1].words.bridge or "") if index else ""

    def extract(self, stage: Stage, wanted: tuple[str, ...]) -> None:
        """Have what is missing of a stage's facts looked for, while the interview goes on."""
        effect = Extract(effect_id=f"extract-{stage.name}", stage=stage.name, wanted=wanted)
        self.draft.open(effect)
        self.draft.change(extracting=(*self.state.extracting, effect.effect_id))

    def open_stage(self, kind: ReplyKind, *, lead: str = "", in_reply_to: str | None = None) -> None:
        """Begin a turn that puts the stage's first question."""
        self.draft.start_reply(kind, in_reply_to=in_reply_to, lead=lead)
        self.put_first_question()

    def put_first_question(self) -> None:
        """The same, in the turn in flight."""
        if self.stage.questions:
            self.draft.add_words(self.stage.words.opening)
            self.put_question()
        else:
            self.draft.ask(Task.OPEN_STAGE, self.stage.words.opening)

    def answer(self, kind: ReplyKind, *, in_reply_to: str | None = None, lead: str = "") -> None:
        """Begin a turn that answers the candidate's last words, in a question set with the next question."""
        self.draft.start_reply(kind, in_reply_to=in_reply_to, lead=lead)
        if self.stage.questions:
            self.draft.ask(Task.ACKNOWLEDGE, self.stage.questions.thanks)
        else:
            self.draft.ask(Task.ANSWER, self.fallback(), with_notes=True)

    def made_with_notes(self, ask_id: str) -> None:
        """The model has answered an ask in its own words: they hold the notes that it carried."""
        if reply := self.state.reply:
            carried = [nudge for nudge in self.state.pending_nudges if nudge.ask_id == ask_id]
            self.draft.change_nudges(carried, turn_id=reply.turn_id)

    def carry_nudges_over(self) -> None:
        """What was made with notes, and nobody has heard, is said again in the turn in flight."""
        if reply := self.state.reply:
            made = [nudge for nudge in self.state.pending_nudges if nudge.turn_id]
            self.draft.change_nudges(made, turn_id=reply.turn_id)

    def finish_turn(self) -> None:
        """The model has said what it had to say in the turn in flight."""
        reply = self.state.reply
        if self.stage.questions is None:
            self.draft.finish_reply()
        elif reply and any(nudge.turn_id == reply.turn_id for nudge in self.state.nudges):
            self.draft.change(following_up=True)
            self.draft.finish_reply()
        elif self.are_questions_done:  # it was to follow up the last answer, and failed
            self.draft.finish_reply()
        else:
            self.put_question()

    def say(self, kind: ReplyKind, words: str, *, in_reply_to: str | None = None) -> None:
        """A whole turn in the scenario's own words."""
        self.draft.start_reply(kind, in_reply_to=in_reply_to, lead=words)
        self.draft.finish_reply()

    def fallback(self) -> str:
        """The scenario's own words for a model that is late or fails: the stage's, in turn."""
        words = self.stage.words.fallback
        return words[self.state.turns % len(words)]

    # -- questions --

    @property
    def has_nothing_to_ask(self) -> bool:
        """It is in a question set of which all is answered."""
        return bool(self.stage.questions) and self.are_questions_done and not self.state.following_up

    def pass_question(self) -> None:
        """There will be no answer: go on with the next question."""
        if self.state.following_up:
            self.draft.change(following_up=False)
            self.at_boundary()
            return
        if self.state.current_question is None:  # it is still being made
            self.at_boundary()
            return
        self.settle_question()
        self.draft.change(question=self.state.question + 1)
        if self.are_questions_done:
            self.leave_questions(Trigger.SILENCE)
        else:
            self.ask_question()

    def leave_questions(self, trigger: Trigger, *, in_reply_to: str | None = None) -> None:
        """All questions were asked."""
        if self.in_last_stage:
            self.close_interview("completed", in_reply_to)
        else:
            self.leave_stage(trigger, in_reply_to=in_reply_to)

    # -- the end --

    def close_interview(self, reason: EndReason, in_reply_to: str | None = None) -> None:
        """Say farewell; the interview ends when that was heard."""
        self.draft.set_phase(Phase.CLOSING)
        self.draft.change(end_reason=reason)
        self.draft.set_timer(TimerKind.CLOSING, CLOSING_S)
        self.say(ReplyKind.FAREWELL, self.scenario.ending.farewell, in_reply_to=in_reply_to)

    def end(self, reason: EndReason) -> None:
        if self.state.reply and not self.state.reply.finished:
            self.draft.drop_reply("the interview has ended")
        self.stop_making()
        self.settle_question()
        self.draft.set_phase(Phase.ENDED)
        self.draft.change(end_reason=reason, timers={})
        self.draft.out(InterviewEnded(reason=reason))
        self.draft.open(EndInterview(effect_id="end"))
