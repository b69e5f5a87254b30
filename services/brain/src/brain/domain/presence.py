"""The rules of who is there: the bot, the candidate, and the consent without which nothing is asked."""

from __future__ import annotations

from typing import Literal

from viva_shared.events import (
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateLeft,
    CandidateReplaced,
    InterviewCreated,
    ListeningAllowed,
    NudgeGiven,
    UtteranceHeard,
)

from brain.domain.moves import Moves
from brain.domain.phrases import agrees
from brain.domain.stages import Trigger
from brain.domain.state import PARTIAL, Candidate, Consent, Nudge, Phase, ReplyKind, TimerKind

SAID_AGAIN = (ReplyKind.OPENING, ReplyKind.BRIDGE, ReplyKind.ANSWER, ReplyKind.RESUME)
"""Replies with words of the model's own: those of the scenario are found again."""


class Presence(Moves):
    """On the draft of one decision."""

    def created(self, data: InterviewCreated) -> None:
        self.prepare_questions()
        if data.expires_at:
            self.draft.set_deadline(TimerKind.ABSENCE, data.expires_at)

    def nudge_given(self, data: NudgeGiven) -> None:
        """It waits for the next answer of the interviewer's: nobody is interrupted for it."""
        if all(nudge.nudge_id != data.nudge_id for nudge in self.state.nudges):
            nudge = Nudge(nudge_id=data.nudge_id, note=data.note, at=self.draft.now)
            self.draft.change(nudges=(*self.state.nudges, nudge))

    def end_requested(self) -> None:
        self.draft.drop_reply("the interview was ended")
        self.end("finished")

    # -- the bot --

    def bot_joined(self, data: BotJoined) -> None:
        """A new bot has heard and said nothing yet; who is in the room it reports next."""
        if self.state.phase is Phase.ENDED:
            return
        if self.state.via == "text" and self.state.candidate is not Candidate.ABSENT:
            self.draft.change(bot_epoch=data.bot_epoch)  # it is talked with once the candidate joins its room
            self.allow_listening()
            return
        self.draft.drop_reply("a new bot has the room")
        if self.state.candidate is not Candidate.ABSENT:
            self.draft.change(lost_bot=True)
        self.keep_partial(f"{PARTIAL}{data.bot_epoch}")
        self.draft.change(bot_epoch=data.bot_epoch, candidate=Candidate.ABSENT)
        self.draft.cancel_timer(TimerKind.SILENCE)
        if self.state.phase is not Phase.WAITING:
            self.draft.set_timer(TimerKind.ABSENCE, self.scenario.absence_grace_s)
        self.allow_listening()

    def keep_partial(self, line: str) -> None:
        """The turn will not be heard to its end: what was understood of it still counts."""
        if self.state.partial:
            self.add_candidate_line(self.state.partial, of=line)
            self.begin_answer(line)
            self.draft.change(partial="")

    def allow_listening(self) -> None:
        """Tell the bot that it may listen, if it may, and to whom."""
        if self.state.awaits_consent:
            return
        consent = self.state.consent if self.state.has_consented else None
        self.draft.out(
            ListeningAllowed(
                reason="consented" if consent else "not_required",
                identity=consent.identity if consent and self.state.consent_required else None,
            )
        )

    # -- consent --

    def candidate_consented(self, data: CandidateConsented) -> None:
        if not self.state.has_consented:
            self.take_consent(data.via, data.notice)

    def heard_without_consent(self, data: UtteranceHeard) -> None:
        """Nothing but consent is understood; anything else is not shown to the model, nor archived."""
        if self.state.candidate is Candidate.ABSENT:
            return  # the last words of one whose place another has taken are not the other's consent
        if data.via == "text" and agrees(data.text, self.scenario.consent.agreed):
            self.take_consent("chat", self.scenario.consent.notice, in_reply_to=data.utterance_id)
        elif self.state.reminders < len(self.scenario.silence.reminders):
            self.draft.change(reminders=self.state.reminders + 1)
            self.draft.drop_reply("the candidate spoke")
            self.request_consent(in_reply_to=data.utterance_id)

    def take_consent(
        self, via: Literal["api", "page", "chat"], notice: str, *, in_reply_to: str | None = None
    ) -> None:
        """From now on the candidate may be listened to; with one who waited for it the interview goes on."""
        was_awaited = self.state.awaits_consent
        identity = self.state.candidate_identity
        consent = Consent(via=via, notice=notice, at=self.draft.now, identity=identity)
        self.draft.change(consent=consent, reminders=0)
        self.allow_listening()
        if not was_awaited or self.state.candidate is Candidate.ABSENT:
            return
        self.draft.drop_reply("the candidate consented")
        self.draft.cancel_timer(TimerKind.ABSENCE)
        if self.state.phase is Phase.WAITING:
            self.begin(in_reply_to=in_reply_to)
        else:
            self.resume(in_reply_to=in_reply_to)

    def request_consent(self, *, in_reply_to: str | None = None) -> None:
        self.say(ReplyKind.CONSENT, self.scenario.consent.request, in_reply_to=in_reply_to)

    # -- the candidate --

    def candidate_joined(self, data: CandidateJoined) -> None:
        if self.state.candidate_identity not in (None, data.identity):
            return
        again = self.change_to(data.via) if self.state.via != data.via else ""
        self.draft.cancel_timer(TimerKind.ABSENCE)
        self.name_candidate(data.identity, self.state.candidate_name or data.name)
        self.draft.change(candidate=Candidate.SILENT, via=data.via, unheard=0)
        if self.state.awaits_consent:
            self.draft.set_timer(
                TimerKind.ABSENCE,
                self.scenario.answer_within_s if data.via == "text" else self.scenario.absence_grace_s,
            )
            if self.state.reply is None:
                self.request_consent()
        elif self.state.phase is Phase.WAITING:
            self.begin()
        elif self.state.reply is None:
            self.resume(again=again)

    def change_to(self, via: Literal["voice", "text"]) -> str:
        """What is under way goes out where nobody hears or reads it any more: drop it.

        Returns what is to be said again whole: the model's words, which it would not find a second time.
        """
        reply, again = self.state.reply, ""
        if reply and reply.finished and reply.kind in SAID_AGAIN:
            again = reply.said.removeprefix(self.resuming()).strip()
        self.draft.drop_reply(f"the candidate goes on by {via}")
        self.draft.cancel_timer(TimerKind.SILENCE)
        if self.state.partial:
            self.draft.change(lost_bot=True)
            self.keep_partial(f"{PARTIAL}{self.state.bot_epoch}-text")
        return again

    def candidate_left(self, data: CandidateLeft) -> None:
        if data.identity == self.state.candidate_identity:  # and not one who was replaced
            self.candidate_gone("the candidate left")

    def candidate_replaced(self, data: CandidateReplaced) -> None:
        """Somebody else has the candidate's place; that they are there is told next.

        Who has not consented is asked when they come; then the interview goes on where it was.
        """
        if data.identity == self.state.candidate_identity:
            return
        if self.state.candidate is not Candidate.ABSENT:
            self.candidate_gone("the candidate was replaced")
        self.draft.change(reminders=0, partial="")
        self.name_candidate(data.identity, data.name)

    def name_candidate(self, identity: str, name: str | None) -> None:
        """Who the candidate is; a consent that was given before anybody was named is theirs."""
        before, consent = self.state.candidate_identity, self.state.consent
        self.draft.change(candidate_identity=identity, candidate_name=name)
        if consent and consent.identity is None:
            self.draft.change(consent=consent.model_copy(update={"identity": before or identity}))
        if before != identity and self.state.consent_required:
            self.allow_listening()

    def candidate_gone(self, why: str) -> None:
        self.draft.drop_reply(why)
        self.draft.cancel_timer(TimerKind.SILENCE)
        was_there = self.state.candidate is not Candidate.ABSENT
        self.draft.change(candidate=Candidate.ABSENT, lost_bot=False)
        if self.state.phase is Phase.CLOSING:
            self.end(self.state.end_reason or "goodbye")
        elif was_there or TimerKind.ABSENCE not in self.state.timers:
            self.draft.set_timer(TimerKind.ABSENCE, self.scenario.absence_grace_s)

    # -- the interview begins, or goes on --

    def begin(self, *, in_reply_to: str | None = None) -> None:
        self.draft.set_phase(Phase.RUNNING)
        self.draft.change(reminders=0)
        self.enter(self.scenario.stages[0].name, "opened")
        self.open_stage(ReplyKind.OPENING, lead=self.scenario.words.greeting, in_reply_to=in_reply_to)

    def resume(self, *, in_reply_to: str | None = None, again: str = "") -> None:
        """The candidate is back, or another, or has a new bot: go on where it was.

        ``again``: what was being said, and nobody heard to its end.
        """
        question = self.state.last_question()
        if self.state.phase is Phase.CLOSING:
            self.say(ReplyKind.FAREWELL, self.scenario.ending.farewell, in_reply_to=in_reply_to)
        elif self.deadline_marked():
            self.leave_stage(Trigger.DEADLINE, in_reply_to=in_reply_to)
        elif self.stage.questions:
            self.resume_questions(in_reply_to=in_reply_to)
        elif again:
            self.say(ReplyKind.RESUME, f"{self.resuming()} {again}", in_reply_to=in_reply_to)
            self.carry_nudges_over()
        elif self.state.unanswered() and not (question and self.state.cut_short()):
            self.answer(ReplyKind.RESUME, lead=self.resuming(), in_reply_to=in_reply_to)
        elif question:
            self.say(ReplyKind.RESUME, f"{self.resuming()} {question}", in_reply_to=in_reply_to)
        else:
            self.open_stage(ReplyKind.RESUME, lead=self.resuming(), in_reply_to=in_reply_to)

    def resume_questions(self, *, in_reply_to: str | None = None) -> None:
        """With the question that is to be answered; before the first of them, with what leads to it."""
        question = self.state.current_question
        if self.state.pending_nudges and (self.state.following_up or self.are_questions_done):
            self.follow_up(lead=self.resuming(), in_reply_to=in_reply_to)
        elif self.state.following_up:
            words = f"{self.resuming()} {self.state.last_question()}"
            self.say(ReplyKind.RESUME, words, in_reply_to=in_reply_to)
        elif self.has_nothing_to_ask:
            self.leave_questions(Trigger.ANSWERED, in_reply_to=in_reply_to)
        elif self.state.question or (question and question.turn_id):
            self.draft.start_reply(ReplyKind.RESUME, lead=self.resuming(), in_reply_to=in_reply_to)
            self.put_question()
        else:
            self.open_stage(ReplyKind.RESUME, lead=self.resuming(), in_reply_to=in_reply_to)

    def resuming(self) -> str:
        """The words before the interview goes on."""
        words = self.scenario.words
        if not self.state.lost_bot:
            return words.welcome_back
        if not (said := self.state.last_understood()):
            return words.lost_connection
        understood = words.understood.replace("{said}", said if said[-1] in ".?!" else f"{said}.")
        return f"{words.lost_connection} {understood}"
