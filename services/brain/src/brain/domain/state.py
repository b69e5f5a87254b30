"""The state of an interview: all that the machine knows, in one frozen model."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict
from viva_shared.consent import CONSENT_TURN

EndReason = Literal["goodbye", "silence", "abandoned", "completed", "finished"]

SENTENCES = re.compile(r"(?<=[.?!])\s+")
FEW_WORDS = 15
PARTIAL = "partial-"
"""What a line is of that was understood of an utterance whose bot was gone before it was over."""
CONSENT = CONSENT_TURN


class Phase(StrEnum):
    """How far the interview has come: forward only, but for a farewell after a silence that is answered."""

    WAITING = "waiting"
    RUNNING = "running"
    CLOSING = "closing"
    ENDED = "ended"


PHASES: dict[Phase, frozenset[Phase]] = {
    Phase.WAITING: frozenset({Phase.RUNNING, Phase.ENDED}),
    Phase.RUNNING: frozenset({Phase.CLOSING, Phase.ENDED}),
    Phase.CLOSING: frozenset({Phase.RUNNING, Phase.ENDED}),
    Phase.ENDED: frozenset(),
}


class Candidate(StrEnum):
    """What the candidate is doing. An utterance heard, or ``candidate.silent``, ends speaking."""

    ABSENT = "absent"
    SILENT = "silent"
    SPEAKING = "speaking"


class ReplyKind(StrEnum):
    """Why the interviewer speaks. All but an answer are unasked."""

    CONSENT = "consent"
    ANSWER = "answer"
    OPENING = "opening"
    BRIDGE = "bridge"
    QUESTION = "question"
    REMINDER = "reminder"
    RESUME = "resume"
    FAREWELL = "farewell"
    FOLLOW_UP = "follow_up"


class TimerKind(StrEnum):
    """What a deadline is for; at most one of each kind is set."""

    STAGE = "stage"
    SILENCE = "silence"
    ABSENCE = "absence"
    CLOSING = "closing"
    HEARING = "hearing"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Consent(_Part):
    """A candidate agreed to this notice; ``identity`` is None while nobody is named: then whoever comes."""

    via: Literal["api", "page", "chat"]
    notice: str
    at: AwareDatetime
    identity: str | None = None


class Line(_Part):
    """One line of the conversation. The interviewer's hold what was heard, not what was generated."""

    speaker: Literal["candidate", "interviewer"]
    text: str
    of: str
    """The utterance_id or turn_id."""
    stage: str
    complete: bool = True


class Reply(_Part):
    """The interviewer's turn in flight: until it is heard, cancelled, or overtaken by an utterance.

    Attributes:
        ask_id: the open ask, if there is one.
        asks: how many asks this turn has had.
        said: what is out of it, as far as the machine knows.
        seq: of the next chunk.
        finished: all of it is out. Without that and without an ask, it waits for the questions to be made.
    """

    turn_id: str
    kind: ReplyKind
    in_reply_to: str | None = None
    ask_id: str | None = None
    asks: int = 0
    said: str = ""
    seq: int = 0
    finished: bool = False


class Timer(_Part):
    """A deadline that is set. ``passed`` is the mark of one that came while somebody spoke."""

    timer_id: str
    at: AwareDatetime
    passed: bool = False


class Question(_Part):
    """A question of the set, and what became of it.

    Attributes:
        turn_id: of the turn that put it last; None: it was not put yet.
        heard: it was heard whole once; what the candidate says from then on is the answer.
        answer: ids of the lines that the answer is made of.
        attempt: counts how often a score was wanted: again, when the answer went on.
        scored: the attempt that the score is of; less than ``attempt``: one is being made.
        score: 0 to 100, or None: the reason is in ``answer.scored``.
    """

    text: str
    turn_id: str | None = None
    heard: bool = False
    answer: tuple[str, ...] = ()
    attempt: int = 0
    scored: int = 0
    score: int | None = None


class Nudge(_Part):
    """A recruiter's note to the interviewer.

    Attributes:
        ask_id: of the last ask that carried it.
        turn_id: of the last turn that the model made with it.
        is_done: such a turn was heard.
    """

    nudge_id: str
    note: str
    at: AwareDatetime
    ask_id: str | None = None
    turn_id: str | None = None
    is_done: bool = False


class State(_Part):
    """An interview.

    Attributes:
        via: how the candidate takes part. By ``text`` there is neither room nor bot, and no silence.
        consent: the last that was given, though maybe not by who is the candidate now.
        bot_epoch: of the media bot in the room, 0 before the first.
        lost_bot: the bot before it went without a word, and the candidate has not been told yet.
        partial: final segments of an utterance that is not over yet.
        turns, timer_count: counters, from which ids are made.
        reminders: how many times the silent candidate was reminded since it last spoke.
        unheard: how many times in a row a reply was not heard at all.
        say_again: the reply that was not heard at all and is decided anew once the candidate is silent.
        extracting: ids of open extractions.
        making: the questions of the set are being made.
        question: index of the one that is to be answered next; the number of questions once all are.
        following_up: the answer before was followed up by a note's question, and the next one waits for more.
        nudges: every note, in order.
    """

    interview_id: str
    room: str
    candidate_identity: str | None
    candidate_name: str | None
    consent_required: bool = False
    consent: Consent | None = None
    phase: Phase = Phase.WAITING
    candidate: Candidate = Candidate.ABSENT
    via: Literal["voice", "text"] = "voice"
    bot_epoch: int = 0
    lost_bot: bool = False
    stage: str
    facts: dict[str, str | None]
    lines: tuple[Line, ...] = ()
    partial: str = ""
    reply: Reply | None = None
    timers: dict[TimerKind, Timer] = {}
    turns: int = 0
    timer_count: int = 0
    reminders: int = 0
    unheard: int = 0
    say_again: Reply | None = None
    extracting: tuple[str, ...] = ()
    making: bool = False
    questions: tuple[Question, ...] = ()
    question: int = 0
    following_up: bool = False
    nudges: tuple[Nudge, ...] = ()
    end_reason: EndReason | None = None

    def interview_data(self) -> dict[str, str | None]:
        """What the rest of the world calls the interview's data: stage, facts, deadline, room."""
        deadline = self.timers.get(TimerKind.STAGE)
        put = sum(question.turn_id is not None for question in self.questions)
        return {
            "stage": self.stage,
            **self.facts,
            "deadline": deadline.at.isoformat() if deadline else None,
            **({"question": f"{put} of {len(self.questions)}"} if put else {}),
            "room": self.room,
        }

    @property
    def awaits_consent(self) -> bool:
        """Nothing may be asked of the candidate, or listened to, yet."""
        return self.consent_required and not self.has_consented

    @property
    def has_consented(self) -> bool:
        """Whether the candidate has, who may have taken the place of somebody else who had."""
        return self.consent is not None and self.consent.identity in (None, self.candidate_identity)

    @property
    def current_question(self) -> Question | None:
        """The question that is to be answered next; None: there is none yet, or all are answered."""
        return self.questions[self.question] if self.question < len(self.questions) else None

    def answer_to(self, question: Question) -> str:
        """All that the candidate said in answer to a question."""
        return "\n".join(line.text for line in self.lines if line.of in question.answer)

    @property
    def pending_nudges(self) -> tuple[Nudge, ...]:
        """Those of which the candidate has heard nothing yet."""
        return tuple(nudge for nudge in self.nudges if not nudge.is_done)

    def unanswered(self) -> bool:
        """Whether the candidate had the last word."""
        return bool(self.lines) and self.lines[-1].speaker == "candidate"

    def cut_short(self) -> bool:
        """Whether the last line is of an utterance that its bot did not live to hear to the end."""
        return bool(self.lines) and self.lines[-1].of.startswith(PARTIAL)

    def last_understood(self) -> str:
        """The last that the candidate said, one sentence of few words; empty before the first."""
        text = next((line.text for line in reversed(self.lines) if line.speaker == "candidate"), "")
        words = SENTENCES.split(text.strip())[-1].split()
        return " ".join(words) if len(words) <= FEW_WORDS else " ".join(["…", *words[-FEW_WORDS:]])

    def last_question(self) -> str:
        """The last question (else sentence) of this stage that was heard whole; empty before the first."""
        for line in reversed(self.lines):
            if line.speaker == "interviewer" and line.complete and line.stage == self.stage:
                sentences = SENTENCES.split(line.text.strip())
                return next((s for s in reversed(sentences) if s.endswith("?")), sentences[-1])
        return ""
