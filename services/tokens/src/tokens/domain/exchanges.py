"""What a course is made of: what the interviewer said, to which answer, and how far it was with that."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from viva_shared.events import QuestionAsked, StageChanged


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: the stage, from when on, and, in a question set, the question."""

    stage: StageChanged | None = None
    since: datetime | None = None
    question: QuestionAsked | None = None
    complete: bool = False

    @property
    def label(self) -> str:
        """For people; empty before the interview has begun."""
        if self.question:
            return f"Question {self.question.index + 1} of {self.question.of}"
        return f"{self.stage.title} ({self.stage.index + 1} of {self.stage.of})" if self.stage else ""


@dataclass(slots=True)
class Turn:
    """What the interviewer says at a time; ``text`` is None until all of it is out."""

    turn_id: str
    came_of: str
    """Entry id of the input that the brain began it for."""
    text: str | None = None
    is_farewell: bool = False
    is_cancelled: bool = False

    @property
    def is_under_way(self) -> bool:
        return self.text is None and not self.is_cancelled


@dataclass(slots=True)
class Exchange:
    """What came of one utterance, up to the next.

    Attributes:
        utterance_id: None: there was none yet.
        asked: the question of a set that the utterance answers.
        is_asked_again: it was no answer: the interviewer put the question once more.
        progress: as it was when the last whole turn was out.
    """

    utterance_id: str | None = None
    asked: QuestionAsked | None = None
    turns: list[Turn] = field(default_factory=list)
    is_asked_again: bool = False
    progress: Progress = Progress()

    @property
    def turn(self) -> Turn | None:
        """The newest one that is whole."""
        return next((turn for turn in reversed(self.turns) if turn.text is not None), None)

    @property
    def is_answered(self) -> bool:
        """The interviewer has said all that it had to say."""
        return self.turn is not None and not self.turns[-1].is_under_way


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in writing, as it is in the mailbox."""

    utterance_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What a candidate agreed to, and when; ``identity`` is None while nobody is named: whoever comes."""

    notice: str
    at: datetime
    identity: str | None = None
