"""The rules: one method for each thing that can happen, on a draft of the decision."""

from __future__ import annotations

from viva_shared.events import (
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateReplaced,
    DeadlinePassed,
    FactsExtracted,
    ListeningAllowed,
    ReplyGenerated,
    ReplyHeard,
    ToolCalled,
    UtteranceHeard,
    UtterancePartial,
)

from brain.domain.effects import EndInterview, Task
from brain.domain.moves import Moves
from brain.domain.stages import ToolCallRefused, Trigger, accepted_facts, says_goodbye
from brain.domain.state import PARTIAL, Candidate, Consent, Line, Phase, Reply, ReplyKind, TimerKind

MAX_ASKS_A_TURN = 4
"""Asks in one turn (a refused tool call is mended by another) before the scenario's own words close it."""
MAX_UNHEARD = 2
"""How often in a row a reply of which nothing was heard is decided anew."""


class Rules(Moves):
    """What an interview does about each input, given that it exists."""

    # -- who is there --

    def bot_joined(self, data: BotJoined) -> None:
        """A new bot has heard and said nothing yet; who is in the room it reports next."""
        if self.state.phase is Phase.ENDED:
            return
        self.draft.drop_reply("a new bot has the room")
        if self.state.candidate is not Candidate.ABSENT:
            self.draft.change(lost_bot=True)
        if self.state.partial:  # the last bot died before the turn was over: what it understood still counts
            self.add_candidate_line(self.state.partial, of=f"{PARTIAL}{data.bot_epoch}")
        self.draft.change(bot_epoch=data.bot_epoch, candidate=Candidate.ABSENT, partial="")
        self.draft.cancel_timer(TimerKind.SILENCE)
        if self.state.phase is not Phase.WAITING:
            self.draft.set_timer(TimerKind.ABSENCE, self.scenario.absence_grace_s)
        if self.state.consent:
            self.draft.out(ListeningAllowed(reason="consented"))
        elif not self.state.consent_required:
            self.draft.out(ListeningAllowed(reason="not_required"))

    def candidate_consented(self, data: CandidateConsented) -> None:
        if self.state.consent:
            return
        self.draft.change(consent=Consent(via=data.via, notice=data.notice, at=self.draft.now))
        self.draft.out(ListeningAllowed(reason="consented"))

    def candidate_replaced(self, data: CandidateReplaced) -> None:
        if self.state.candidate is not Candidate.ABSENT:
            self.candidate_left()
        self.draft.change(candidate_identity=data.identity, candidate_name=data.name)

    def end_requested(self) -> None:
        self.draft.drop_reply("the interview was ended")
        self.end("finished")

    def candidate_joined(self, data: CandidateJoined) -> None:
        if self.state.candidate_identity not in (None, data.identity):
            return
        self.draft.cancel_timer(TimerKind.ABSENCE)
        name = self.state.candidate_name or data.name
        self.draft.change(
            candidate=Candidate.SILENT, candidate_identity=data.identity, candidate_name=name, unheard=0
        )
        if self.state.phase is Phase.WAITING:
            self.draft.set_phase(Phase.RUNNING)
            self.enter(self.scenario.stages[0].name, "opened")
            self.open_stage(ReplyKind.OPENING, lead=self.scenario.words.greeting)
        elif self.state.reply is None:
            self.resume()

    def candidate_left(self) -> None:
        self.draft.drop_reply("the candidate left")
        self.draft.cancel_timer(TimerKind.SILENCE)
        self.draft.change(candidate=Candidate.ABSENT, partial="", lost_bot=False)
        if self.state.phase is Phase.CLOSING:
            self.end("goodbye")
        else:
            self.draft.set_timer(TimerKind.ABSENCE, self.scenario.absence_grace_s)

    def resume(self) -> None:
        """The candidate is back, or has a new bot: go on where it was."""
        question = self.state.last_question()
        if self.state.phase is Phase.CLOSING:
            self.say(ReplyKind.FAREWELL, self.scenario.ending.farewell)
        elif self.deadline_marked():
            self.leave_stage(Trigger.DEADLINE)
        elif self.state.unanswered() and not (question and self.state.cut_short()):
            self.answer(ReplyKind.RESUME, lead=self.resuming())
        elif question:
            self.say(ReplyKind.RESUME, f"{self.resuming()} {question}")
        else:
            self.open_stage(ReplyKind.RESUME, lead=self.resuming())

    def resuming(self) -> str:
        """The words before the interview goes on."""
        words = self.scenario.words
        if not self.state.lost_bot:
            return words.welcome_back
        if not (said := self.state.last_understood()):
            return words.lost_connection
        understood = words.understood.replace("{said}", said if said[-1] in ".?!" else f"{said}.")
        return f"{words.lost_connection} {understood}"

    # -- the candidate speaks --

    def candidate_speaking(self) -> None:
        if self.state.candidate is not Candidate.ABSENT:
            self.draft.change(candidate=Candidate.SPEAKING)
            self.draft.cancel_timer(TimerKind.SILENCE)

    def candidate_silent(self) -> None:
        if self.state.candidate is not Candidate.SPEAKING:
            return
        self.draft.change(candidate=Candidate.SILENT)
        if self.state.phase is Phase.CLOSING and self.state.reply is None:
            self.end(self.state.end_reason or "goodbye")
        elif self.state.say_again:
            self.say_anew(self.state.say_again)
        else:
            self.at_boundary()

    def utterance_partial(self, data: UtterancePartial) -> None:
        self.draft.change(partial=f"{self.state.partial} {data.text}".strip())

    def utterance_heard(self, data: UtteranceHeard) -> None:
        self.add_candidate_line(data.text, of=data.utterance_id)
        self.draft.change(partial="", reminders=0, unheard=0, say_again=None)
        if self.state.candidate is Candidate.SPEAKING:
            self.draft.change(candidate=Candidate.SILENT)
        self.draft.drop_reply("the candidate spoke")
        if self.state.phase is Phase.WAITING:
            return
        if self.state.phase is Phase.CLOSING and self.state.end_reason == "silence":
            self.draft.set_phase(Phase.RUNNING)  # not silent after all
            self.draft.change(end_reason=None)
            self.draft.cancel_timer(TimerKind.CLOSING)
        if self.state.phase is Phase.CLOSING:
            self.end("goodbye")
        elif self.in_last_stage and says_goodbye(data.text, self.scenario.ending.goodbyes):
            self.close_interview("goodbye", data.utterance_id)
        elif self.deadline_marked():
            self.leave_stage(Trigger.DEADLINE, in_reply_to=data.utterance_id)
        else:
            self.answer(ReplyKind.ANSWER, in_reply_to=data.utterance_id)

    # -- the model answers --

    def reply_generated(self, data: ReplyGenerated) -> None:
        if self.answers_open_ask(data.ask_id):
            self.draft.ask_answered(data.text, data.chunks)
            self.draft.finish_reply()

    def tool_called(self, data: ToolCalled) -> None:
        if not self.answers_open_ask(data.ask_id):
            return
        self.draft.ask_answered(data.said, data.chunks)
        try:
            if not any(
                line.speaker == "candidate" and line.stage == self.state.stage for line in self.state.lines
            ):
                raise ToolCallRefused("the candidate has said nothing in this stage yet; ask first")
            facts = accepted_facts(self.stage.tool, data.name, data.arguments)
        except ToolCallRefused as refused:
            self.mend(str(refused))
            return
        self.learn(facts)
        self.leave_stage(Trigger.TOOL)

    def mend(self, problem: str) -> None:
        if self.state.reply and self.state.reply.asks < MAX_ASKS_A_TURN:
            self.draft.ask(Task.MEND_TOOL_CALL, self.fallback(), problem=problem)
        else:
            self.draft.add_words(self.fallback())
            self.draft.finish_reply()

    def facts_extracted(self, data: FactsExtracted) -> None:
        if data.ask_id in self.state.extracting:
            self.draft.close(data.ask_id)
            self.draft.change(extracting=tuple(e for e in self.state.extracting if e != data.ask_id))
            self.learn(
                {key: fact for key, fact in data.facts.items() if self.state.facts.get(key, "") is None}
            )

    def answers_open_ask(self, ask_id: str) -> bool:
        return self.state.reply is not None and self.state.reply.ask_id == ask_id

    # -- the interviewer was heard --

    def reply_heard(self, data: ReplyHeard) -> None:
        if data.text:
            line = Line(
                speaker="interviewer",
                text=data.text,
                of=data.turn_id,
                stage=self.state.stage,
                complete=data.complete,
            )
            self.draft.change(lines=(*self.state.lines, line), unheard=0, lost_bot=False)
            if self.state.phase is Phase.ENDED:  # the report is written already: once more, with these words
                self.draft.open(EndInterview(effect_id=f"end-{len(self.state.lines)}"))
        if self.state.reply and self.state.reply.turn_id == data.turn_id:
            self.reply_over(self.state.reply, heard=bool(data.text))

    def reply_over(self, reply: Reply, *, heard: bool) -> None:
        """The turn in flight was heard, in whole, in part or not at all."""
        if reply.ask_id:
            self.draft.drop_reply("it was cut short")
        self.draft.end_reply()
        match self.state.phase:
            case Phase.ENDED | Phase.WAITING:
                pass
            case Phase.CLOSING:
                if self.state.candidate is not Candidate.SPEAKING:  # else their words, or the timer, end it
                    self.end(self.state.end_reason or "goodbye")
            case Phase.RUNNING:
                if not heard and self.state.unheard < MAX_UNHEARD:
                    self.draft.change(unheard=self.state.unheard + 1)
                    self.say_anew(reply)
                else:
                    self.at_boundary()

    def say_anew(self, reply: Reply) -> None:
        """Nothing of a reply was heard: decide it anew, now or when the candidate turns out to be silent."""
        if self.state.candidate is not Candidate.SILENT:
            self.draft.change(say_again=reply)
            return
        self.draft.change(say_again=None)
        match reply.kind:
            case ReplyKind.OPENING:
                self.open_stage(reply.kind, lead=self.scenario.words.greeting)
            case ReplyKind.BRIDGE:
                self.open_stage(reply.kind, lead=self.bridge_into(self.state.stage))
            case ReplyKind.ANSWER if self.state.unanswered():
                self.answer(reply.kind)
            case ReplyKind.REMINDER:
                self.say(reply.kind, reply.said)
            case ReplyKind.RESUME:
                self.resume()
            case ReplyKind.ANSWER | ReplyKind.FAREWELL:
                self.at_boundary()

    # -- deadlines --

    def deadline_passed(self, data: DeadlinePassed) -> None:
        kind = next((k for k, timer in self.state.timers.items() if timer.timer_id == data.deadline_id), None)
        match kind:
            case None:
                return  # it is not set any more
            case TimerKind.STAGE:
                self.draft.mark_passed(kind)
                self.at_boundary()
                return
            case TimerKind.SILENCE:
                self.draft.cancel_timer(kind)
                if self.is_quiet():
                    self.silence()
            case TimerKind.ABSENCE:
                self.draft.cancel_timer(kind)
                self.end("abandoned")
            case TimerKind.CLOSING:
                self.draft.cancel_timer(kind)
                self.end(self.state.end_reason or "goodbye")
            case TimerKind.HEARING:
                if self.state.reply:  # its bot is gone, or never says
                    self.reply_over(self.state.reply, heard=False)

    def silence(self) -> None:
        """Nobody has spoken for a while."""
        reminders = self.scenario.silence.reminders
        if self.in_last_stage:
            self.close_interview("silence")
        elif self.state.reminders < len(reminders):
            words = reminders[self.state.reminders]
            self.draft.change(reminders=self.state.reminders + 1)
            self.say(ReplyKind.REMINDER, words)
        else:
            self.draft.change(reminders=0)
            self.leave_stage(Trigger.SILENCE)
