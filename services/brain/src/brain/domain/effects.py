"""Effects: what ``decide`` wants done, as data. They stay open in the mailbox until they are confirmed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter


class Task(StrEnum):
    """What an ask wants of the model."""

    OPEN_STAGE = "open_stage"
    ANSWER = "answer"
    MEND_TOOL_CALL = "mend_tool_call"
    ACKNOWLEDGE = "acknowledge"
    FOLLOW_UP = "follow_up"


class _Effect(BaseModel):
    model_config = ConfigDict(frozen=True)


class Ask(_Effect):
    """Stream a reply from the model; answered by ``reply.generated`` or ``tool.called`` with its id.

    Attributes:
        seq: of the first chunk that this ask may write.
        said: what went out in this turn before it; the model goes on from there.
        fallback: the scenario's own words, said when the model is late or fails.
        problem: what was wrong with the tool call that is to be mended.
        notes: of recruiters, to be worked in.
    """

    type: Literal["ask"] = "ask"
    effect_id: str
    turn_id: str
    task: Task
    stage: str
    seq: int = 0
    said: str = ""
    fallback: str
    problem: str = ""
    notes: tuple[str, ...] = ()


class Extract(_Effect):
    """Find what is still missing of a stage's facts in the conversation; answered by ``facts.extracted``."""

    type: Literal["extract"] = "extract"
    effect_id: str
    stage: str
    wanted: tuple[str, ...]


class MakeQuestions(_Effect):
    """Make the questions of the set; answered by ``questions.made``."""

    type: Literal["make_questions"] = "make_questions"
    effect_id: str


class ScoreAnswer(_Effect):
    """Score the answer to a question, as it stands in the state; answered by ``answer.assessed``."""

    type: Literal["score_answer"] = "score_answer"
    effect_id: str
    index: int


class ScheduleDeadline(_Effect):
    """Have ``deadline.passed`` with this id appended at that time; done once the job is enqueued."""

    type: Literal["schedule_deadline"] = "schedule_deadline"
    effect_id: str
    at: AwareDatetime


class EndInterview(_Effect):
    """Have the report written; done once the job is enqueued."""

    type: Literal["end_interview"] = "end_interview"
    effect_id: str


Effect = Annotated[
    Ask | Extract | MakeQuestions | ScoreAnswer | ScheduleDeadline | EndInterview,
    Field(discriminator="type"),
]

_EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)


def decode_effect(raw: str) -> Effect:
    """Read an open effect out of a snapshot."""
    return _EFFECT.validate_json(raw)
