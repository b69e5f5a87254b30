"""The rules: one method for each thing that can happen, on a draft of the decision."""

from __future__ import annotations

from viva_shared.events import (
    AnswerAssessed,
    DeadlinePassed,
    FactsExtracted,
    QuestionsMade,
    ReplyGenerated,
    ReplyHeard,
    ToolCalled,
    UtteranceHeard,
    UtterancePartial,
)
from viva_shared.scenario import QuestionSet

from brain.domain.answers import accepted_score
from brain.domain.effects import EndInterview, Task
from brain.domain.phrases import asks_to_repeat, only_says_goodbye, says
from brain.domain.presence import Presence
from brain.domain.stages import ToolCallRefused, Trigger, accepted_facts
from brain.domain.state import CONSENT, Candidate, Line, Phase, Reply, ReplyKind, TimerKind

MAX_ASKS_A_TURN = 4
"""Asks in one turn (a refused tool call is mended by another) before the scenario's own words close it."""
MAX_UNHEARD = 2
"""How often in a row a reply of which nothing was heard is decided anew."""


class Rules(Presence):
    """What an interview does about each input, given that it exists."""

    # -- the candidate speaks --

    def candidate_speaking(self) -> None:
        if self.state.candidate is not Candidate.ABSENT and not self.state.awaits_consent:
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
        if not self.state.awaits_consent:
            self.draft.change(partial=f"{self.state.partial} {data.text}".strip())

    def utterance_heard(self, data: UtteranceHeard) -> None:
        if self.state.awaits_consent:
            self.heard_without_consent(data)
            return
        self.reply_was_read()
        self.add_candidate_line(data.text, of=data.utterance_id)
        self.draft.change(partial="", reminders=0, unheard=0, say_again=None)
        if self.state.candidate is Candidate.SPEAKING:
            self.draft.change(candidate=Candidate.SILENT)
        self.draft.drop_reply("the candidate spoke")
        if self.state.candidate is not Candidate.ABSENT:
            self.draft.cancel_timer(TimerKind.ABSENCE)
        if self.state.phase is Phase.WAITING:
            return
        if self.state.phase is Phase.CLOSING and self.state.end_reason == "silence":
            self.draft.set_phase(Phase.RUNNING)  # not silent after all
            self.draft.change(end_reason=None)
            self.draft.cancel_timer(TimerKind.CLOSING)
        goodbyes = self.scenario.ending.goodbyes
        if self.state.phase is Phase.CLOSING:
            if self.state.end_reason == "completed" and not only_says_goodbye(data.text, goodbyes):
                self.take_answer(data.utterance_id)  # the last answer goes on
            self.end(self.state.end_reason or "goodbye")
        elif self.stage.questions:
            self.question_answered(self.stage.questions, data)
        elif self.in_last_stage and says(data.text, goodbyes):
            self.close_interview("goodbye", data.utterance_id)
        elif self.deadline_marked():
            self.leave_stage(Trigger.DEADLINE, in_reply_to=data.utterance_id)
        else:
            self.answer(ReplyKind.ANSWER, in_reply_to=data.utterance_id)

    def question_answered(self, asked: QuestionSet, data: UtteranceHeard) -> None:
        """The candidate spoke in a question set."""
        if self.in_last_stage and only_says_goodbye(data.text, self.scenario.ending.goodbyes):
            self.close_interview("goodbye", data.utterance_id)
            return
        question, was_followed_up = self.state.current_question, self.state.following_up
        asks_again = asks_to_repeat(data.text, asked.repeat)
        if was_followed_up and asks_again and self.state.via == "voice":  # in writing it can be read again
            words = f"{asked.repeated} {self.state.last_question()}"
            self.say(ReplyKind.REMINDER, words, in_reply_to=data.utterance_id)
            return
        again = question is not None and question.turn_id and asks_again
        if not again:
            self.take_answer(data.utterance_id)
        self.draft.change(following_up=False)
        if self.deadline_marked():
            self.leave_stage(Trigger.DEADLINE, in_reply_to=data.utterance_id)
        elif self.may_follow_up and not was_followed_up and not again:
            self.follow_up(in_reply_to=data.utterance_id)
        elif again:
            self.ask_question(in_reply_to=data.utterance_id, lead=asked.repeated)
        elif self.are_questions_done:
            self.leave_questions(Trigger.ANSWERED, in_reply_to=data.utterance_id)
        else:
            self.answer(ReplyKind.ANSWER, in_reply_to=data.utterance_id)

    # -- the model answers --

    def reply_generated(self, data: ReplyGenerated) -> None:
        if self.answers_open_ask(data.ask_id):
            self.draft.ask_answered(data.text, data.chunks)
            if data.source == "model":
                self.made_with_notes(data.ask_id)
            self.finish_turn()

    def tool_called(self, data: ToolCalled) -> None:
        if not self.answers_open_ask(data.ask_id):
            return
        self.draft.ask_answered(data.said, data.chunks)
        if data.said.strip():
            self.made_with_notes(data.ask_id)
        if self.stage.questions:  # there is no tool to call
            if not data.said.strip():
                self.draft.add_words(self.stage.questions.thanks)
            self.finish_turn()
            return
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
            self.draft.ask(Task.MEND_TOOL_CALL, self.fallback(), problem=problem, with_notes=True)
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

    def questions_made(self, data: QuestionsMade) -> None:
        stage = self.scenario.question_stage
        if not self.state.making or stage is None or stage.questions is None:
            return
        self.stop_making()
        self.take_questions(stage, stage.questions, data.questions)
        if self.state.reply and not self.state.reply.finished and self.state.reply.ask_id is None:
            self.put_question()  # the turn that waited for them
        else:
            self.at_boundary()

    def answer_assessed(self, data: AnswerAssessed) -> None:
        """An assessment that a later one has overtaken changes nothing."""
        if (index := self.being_scored(data.ask_id)) is None:
            return
        self.draft.close(data.ask_id)
        self.keep_score(index, accepted_score(data, self.state.answer_to(self.state.questions[index])))

    def answers_open_ask(self, ask_id: str) -> bool:
        return self.state.reply is not None and self.state.reply.ask_id == ask_id

    # -- the interviewer was heard --

    def reply_heard(self, data: ReplyHeard) -> None:
        if not any(line.of == data.turn_id for line in self.state.lines):
            self.interviewer_heard(data.turn_id, data.text, complete=data.complete)
        if self.state.reply and self.state.reply.turn_id == data.turn_id:
            self.reply_over(self.state.reply, heard=bool(data.text))

    def reply_was_read(self) -> None:
        """Whoever answers in writing has read what was out, though nobody may have reported it."""
        if self.state.via != "text":
            return
        if (reply := self.state.reply) and reply.finished:
            self.interviewer_heard(reply.turn_id, reply.said, complete=True)
            self.draft.end_reply()
        if (question := self.state.current_question) and question.turn_id:
            self.question_heard(question.turn_id)

    def interviewer_heard(self, turn_id: str, text: str, *, complete: bool) -> None:
        """A line of the interviewer's, unless nothing was heard or it is not of the conversation."""
        if not text or turn_id.startswith(CONSENT):
            return
        line = Line(speaker="interviewer", text=text, of=turn_id, stage=self.state.stage, complete=complete)
        self.draft.change(lines=(*self.state.lines, line), unheard=0, lost_bot=False)
        heard = [nudge for nudge in self.state.pending_nudges if nudge.turn_id == turn_id]
        self.draft.change_nudges(heard, is_done=True)
        if self.state.phase is Phase.ENDED:  # the report is written already: once more, with these words
            self.draft.open(EndInterview(effect_id=f"end-{len(self.state.lines)}"))
        elif complete:
            self.question_heard(turn_id)

    def reply_over(self, reply: Reply, *, heard: bool) -> None:
        """The turn in flight was heard, in whole, in part or not at all."""
        if not reply.finished:
            self.draft.drop_reply("it was cut short")
        self.draft.end_reply()
        match self.state.phase:
            case Phase.ENDED:
                pass
            case Phase.CLOSING:
                if self.state.candidate is not Candidate.SPEAKING:  # else their words, or the timer, end it
                    self.end(self.state.end_reason or "goodbye")
            case Phase.WAITING | Phase.RUNNING:
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
            case ReplyKind.CONSENT:
                self.request_consent()
            case ReplyKind.OPENING:
                self.open_stage(reply.kind, lead=self.scenario.words.greeting)
            case ReplyKind.BRIDGE:
                self.open_stage(reply.kind, lead=self.bridge_into(self.state.stage))
            case ReplyKind.FOLLOW_UP if self.state.pending_nudges:
                self.follow_up()
            case ReplyKind.QUESTION | ReplyKind.ANSWER if self.stage.questions:
                self.ask_question()
            case ReplyKind.ANSWER if self.state.unanswered():
                self.answer(reply.kind)
            case ReplyKind.REMINDER:
                self.say(reply.kind, reply.said)
            case ReplyKind.RESUME:
                self.resume()
            case ReplyKind.ANSWER | ReplyKind.QUESTION | ReplyKind.FOLLOW_UP | ReplyKind.FAREWELL:
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
        if self.ends_by_silence:
            self.close_interview("silence")
        elif self.state.reminders < len(reminders):
            words = reminders[self.state.reminders]
            self.draft.change(reminders=self.state.reminders + 1)
            if self.is_question_unheard:
                self.ask_question()
            else:
                self.say(ReplyKind.REMINDER, words)
        else:
            self.draft.change(reminders=0)
            if self.stage.questions:
                self.pass_question()
            else:
                self.leave_stage(Trigger.SILENCE)
