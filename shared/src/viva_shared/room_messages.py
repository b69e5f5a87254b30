"""What a room's page is told on its data topics, as JSON: a model for each topic of ``viva_shared.rooms``."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from viva_shared.events import AnswerScored, QuestionAsked, StageChanged


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)


class StageMessage(_Message):
    """On ``stage``: the interview is in this stage. Sent again to whoever joins: then less time is left."""

    stage: str
    title: str
    index: int = Field(description="From 0.")
    of: int
    deadline_s: float | None = Field(description="Seconds that the stage has; none: no limit.")
    time_left_s: float | None = Field(description="Seconds left of them as this is sent; none: no limit.")

    @classmethod
    def of_change(cls, change: StageChanged, changed_at: datetime, now: datetime) -> StageMessage:
        """What is to be told of a stage now."""
        return cls(
            stage=change.stage,
            title=change.title,
            index=change.index,
            of=change.of,
            deadline_s=change.deadline_s,
            time_left_s=time_left(change, changed_at, now),
        )


class QuestionMessage(_Message):
    """On ``question``: this question is put. Sent again to whoever joins."""

    index: int = Field(description="From 0.")
    of: int
    text: str
    label: str = Field(description="In words, in the interview's language.", examples=["Question 1 of 5"])

    @classmethod
    def announced(cls, question: QuestionAsked, announce: str) -> QuestionMessage:
        """Its label is what announces it, without the full stop."""
        label = announce.replace("{number}", str(question.index + 1)).replace("{count}", str(question.of))
        return cls(index=question.index, of=question.of, text=question.text, label=label.rstrip(" .:"))


class ScoreMessage(_Message):
    """On ``score``, where the scenario shows scores: an answer is scored. A later one replaces an earlier."""

    index: int = Field(description="Of the question, from 0.")
    of: int
    score: int | None = Field(description="0 to 100; none: the reason says why.")
    reason: str
    evidence: tuple[str, ...] = Field(description="What it rests on, in the candidate's own words.")
    feedback: str
    coach_notes: str

    @classmethod
    def of_answer(cls, scored: AnswerScored) -> ScoreMessage:
        return cls.model_validate(scored.model_dump(include=set(cls.model_fields)))


ROOM_MESSAGES = (StageMessage, QuestionMessage, ScoreMessage)


def time_left(change: StageChanged, changed_at: datetime, now: datetime) -> float | None:
    """Seconds left of a stage's deadline, at least 0; None: it has none."""
    if change.deadline_s is None:
        return None
    return round(max(0.0, change.deadline_s - (now - changed_at).total_seconds()), 1)
