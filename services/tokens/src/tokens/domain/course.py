"""The course of an interview so far: its two streams, folded into what came of each answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from viva_shared.events import (
    AnswerScored,
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateLeft,
    CandidateReplaced,
    Envelope,
    InputRejected,
    InterviewCreated,
    InterviewEnded,
    ListeningAllowed,
    QuestionAsked,
    ReplyCancelled,
    ReplyFinished,
    ReplyHeard,
    ReplyStarted,
    StageChanged,
    UtteranceHeard,
)

from tokens.domain.exchanges import Answer, Consent, Exchange, Progress, Turn

ENTRY_ID = re.compile(r"[0-9]+-[0-9]+")
ANSWER = "answer:"
"""What the id of an answer in writing begins with; then comes the turn that it answers."""


@dataclass(slots=True)
class Course:
    """All that the front door needs to know of an interview. Fed with its events, inputs before outputs.

    Attributes:
        has_bot: a media bot has the room, and reports what was heard.
        notice: the scenario's, which a consent on the chat agrees to.
        given: the last consent, though maybe not of who is the candidate now.
        consents: how often one was given by a call.
        answers: those in writing that were not rejected, by the turn that they answer.
        via: how the candidate is there; None: not yet, or not any more.
        came: entry id of that, if it was after something else.
        comings: how often anybody came, be it that another had their place by then.
        came_by: entry ids of these, by the event_id.
        scores: by the utterance, or by the question that was not answered.
        asked, scored: indices of questions.
        last_output: entry id.
    """

    interview_id: str
    has_bot: bool = False
    notice: str = ""
    created: InterviewCreated | None = None
    given: Consent | None = None
    consents: int = 0
    identity: str | None = None
    via: Literal["voice", "text"] | None = None
    came: str | None = None
    comings: int = 0
    came_by: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    exchanges: list[Exchange] = field(default_factory=lambda: [Exchange()])
    stage: StageChanged | None = None
    stage_since: datetime | None = None
    question: QuestionAsked | None = None
    scores: dict[str | int, AnswerScored] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    scored: set[int] = field(default_factory=set)
    ended: InterviewEnded | None = None
    last_output: str = "0-0"

    # -- what happened --

    def see_input(self, entry_id: str, event: Envelope) -> None:
        """Fold the next input in."""
        match event.data:
            case InterviewCreated(candidate_identity=identity):
                self.created, self.identity = event.data, identity
            case CandidateConsented(notice=notice):
                self.given = self.consent or Consent(notice, event.occurred_at, self.identity)
                self.consents += 1
            case CandidateReplaced(identity=identity):
                if self.given and self.given.identity is None:
                    self.given = replace(self.given, identity=self.identity or identity)
                self.via = self.via if identity == self.identity else None
                self.identity = identity
            case CandidateLeft(identity=identity) if identity == self.identity:
                self.via = None
            case BotJoined() if self.via == "voice":
                self.via = None  # a new one reports who is in the room
            case CandidateJoined(identity=identity, via=via):
                if self.identity in (None, identity):  # else another has their place
                    self.identity, self.via = identity, via
                    self.came = entry_id if self.comings else None
                self.comings += 1
                self.came_by[event.event_id] = entry_id
            case UtteranceHeard(utterance_id=utterance_id, text=text) if utterance_id.startswith(ANSWER):
                turn_id = utterance_id.removeprefix(ANSWER).partition("#")[0]
                self.answers[turn_id] = Answer(utterance_id, text)
            case ReplyHeard(turn_id=turn_id):
                self.heard.add(turn_id)
            case _:
                pass

    def see_output(self, entry_id: str, event: Envelope) -> None:
        """Fold the next output in."""
        self.last_output = entry_id
        match event.data:
            case ReplyStarted(turn_id=turn_id, in_reply_to=in_reply_to):
                before = self.exchanges[-1]
                if in_reply_to not in (None, before.utterance_id):
                    question = before.progress.question
                    self.exchanges.append(Exchange(in_reply_to, question, progress=before.progress))
                self.exchanges[-1].turns.append(Turn(turn_id, _cause(entry_id, event)))
            case ReplyFinished(turn_id=turn_id, text=text, farewell=farewell):
                if turn := self._turn(turn_id):
                    turn.text, turn.is_farewell = text, farewell
                    self.exchanges[-1].progress = Progress(
                        self.stage, self.stage_since, self.question, complete=farewell
                    )
            case ReplyCancelled(turn_id=turn_id):
                if turn := self._turn(turn_id):
                    turn.is_cancelled = True
            case StageChanged():
                self.stage, self.stage_since, self.question = event.data, event.occurred_at, None
            case QuestionAsked(index=index):
                self.question = event.data
                self.asked.add(index)
                exchange = self.exchanges[-1]
                exchange.is_asked_again |= exchange.asked is not None and exchange.asked.index == index
            case AnswerScored(utterance_id=utterance_id, index=index):
                self.scores[index if utterance_id is None else utterance_id] = event.data
                self.scored.add(index)
            case ListeningAllowed(reason="consented", identity=identity) if identity in (None, self.identity):
                self.given = self.consent or Consent(self.notice, event.occurred_at, identity)
            case InputRejected(event_id=str(event_id)):
                self.rejected.add(event_id)
                self.answers = {k: a for k, a in self.answers.items() if a.utterance_id != event_id}
            case InterviewEnded():
                self.ended = event.data
            case _:
                pass

    def _turn(self, turn_id: str) -> Turn | None:
        turns = self.exchanges[-1].turns
        return next((turn for turn in turns if turn.turn_id == turn_id), None)

    # -- what may be done --

    @property
    def consent(self) -> Consent | None:
        """The candidate's; None: they have not given it, whoever had the place before."""
        return self.given if self.given and self.given.identity in (None, self.identity) else None

    @property
    def consent_id(self) -> str:
        """Of the next consent that is given by a call."""
        return f"consented#{self.consents}" if self.consents else "consented"

    @property
    def awaits_consent(self) -> bool:
        return bool(self.created and self.created.consent_required and self.consent is None)

    @property
    def is_over(self) -> bool:
        return self.ended is not None

    @property
    def is_settled(self) -> bool:
        """It has ended, and every question that was put is scored: nothing more is to come."""
        return self.ended is not None and self.asked <= self.scored

    @property
    def current(self) -> Turn | None:
        """The turn that is to be answered; None while the interviewer is about to speak, or speaks."""
        exchange = self.exchanges[-1]
        if not exchange.is_answered or exchange.turn is None:
            return None
        if self.came and is_after(self.came, exchange.turns[-1].came_of):
            return None  # what the brain said before it knew that the candidate came is said again
        return exchange.turn

    @property
    def asked_last(self) -> Turn | None:
        """What the interviewer said last, though it may be about to say more; None: nothing yet."""
        turns = (turn for exchange in reversed(self.exchanges) for turn in reversed(exchange.turns))
        return next((turn for turn in turns if turn.text is not None), None)

    @property
    def unheard(self) -> Turn | None:
        """The turn that nobody has reported as heard yet, though it is whole."""
        turn = self.current
        return turn if turn and not turn.is_cancelled and turn.turn_id not in self.heard else None

    @property
    def progress(self) -> Progress:
        """As it is now."""
        return Progress(self.stage, self.stage_since, self.question, complete=self.ended is not None)

    def is_told(self, exchange: Exchange) -> bool:
        """Whether all was said that is to be said before the next answer."""
        return exchange is not self.exchanges[-1] or self.current is not None or self.ended is not None

    def answer_id(self, turn_id: str) -> str:
        """Of the next answer to a turn: another one only after the last was rejected."""
        first = f"{ANSWER}{turn_id}"
        rejected = sum(event_id.partition("#")[0] == first for event_id in self.rejected)
        return f"{first}#{rejected}" if rejected else first

    def exchange_of(self, utterance_id: str | None) -> Exchange | None:
        """What came of an utterance; None: nothing yet."""
        return next((e for e in self.exchanges if e.utterance_id == utterance_id), None)

    def exchange_since(self, joined: str, after: str | None) -> Exchange:
        """In which who came is talked with, under the event_id ``joined``.

        Without that they were there already: what came of the utterance ``after``.
        """
        if came := self.came_by.get(joined):
            since = (e for e in self.exchanges if e.turns and not is_after(came, e.turns[-1].came_of))
            return next(since, self.exchanges[-1])
        return self.exchange_of(after) or self.exchanges[-1]

    def score_of(self, exchange: Exchange) -> AnswerScored | None:
        """Of the answer that began it; None: not there yet, or there is none to come."""
        if exchange.utterance_id in self.scores:
            return self.scores[exchange.utterance_id or ""]
        return self.scores.get(exchange.asked.index) if exchange.asked else None

    def awaits_score(self, exchange: Exchange) -> bool:
        """Whether the answer that began it will be scored, and is not yet."""
        return bool(exchange.asked and not exchange.is_asked_again and self.score_of(exchange) is None)


def is_after(entry_id: str, other: str) -> bool:
    """Whether an entry of a stream comes after another of the same."""
    return _order(entry_id) > _order(other)


def _cause(entry_id: str, output: Envelope) -> str:
    """Entry id of the input that an output is of, which its event_id begins with; else the output's own."""
    cause = output.event_id.partition(":")[0]
    return cause if ENTRY_ID.fullmatch(cause) else entry_id


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)
