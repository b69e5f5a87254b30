"""Outputs: all that the brain said and decided. They carry (turn_id, seq): who has seen one drops it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from viva_shared.events.payload import Payload


class ReplyStarted(Payload):
    """The brain begins to speak: as the answer to an utterance, or (``in_reply_to`` None) unasked."""

    type: Literal["reply.started"] = "reply.started"
    turn_id: str
    in_reply_to: str | None = None


class ReplyChunk(Payload):
    """A piece of a reply. ``seq`` counts from 0 within the turn; pieces are joined without a separator."""

    type: Literal["reply.chunk"] = "reply.chunk"
    turn_id: str
    seq: int
    text: str


class ReplyFinished(Payload):
    """The reply is whole. ``text`` is all its chunks joined, ``chunks`` their number."""

    type: Literal["reply.finished"] = "reply.finished"
    turn_id: str
    text: str
    chunks: int
    farewell: bool = False
    """Once it was heard the interview ends: no answer is waited for."""


class ReplyCancelled(Payload):
    """The reply will not be finished: something newer made it stale."""

    type: Literal["reply.cancelled"] = "reply.cancelled"
    turn_id: str
    reason: str


class StageChanged(Payload):
    """The interview is in this stage now. ``index`` counts from 0, ``of`` is the number of stages."""

    type: Literal["stage.changed"] = "stage.changed"
    stage: str
    title: str
    index: int
    of: int
    reason: Literal["opened", "tool", "deadline", "silence", "answered"]
    deadline_s: float | None = None


class FactsLearnt(Payload):
    """Interview data that is known now, by the names in the scenario's schema."""

    type: Literal["facts.learnt"] = "facts.learnt"
    facts: dict[str, str | None]


class ListeningAllowed(Payload):
    """What the candidate says may be listened to from now on; said again to each bot that joins."""

    type: Literal["listening.allowed"] = "listening.allowed"
    reason: Literal["consented", "not_required"]
    identity: str | None = None
    """Whose consent it is: nobody else is listened to. None: whoever is the candidate."""


class QuestionAsked(Payload):
    """A question of a question set is put. ``index`` counts from 0; again, where it is repeated."""

    type: Literal["question.asked"] = "question.asked"
    turn_id: str
    index: int
    of: int
    text: str


class AnswerScored(Payload):
    """An answer's score: a number with evidence, or None with the reason. A later one replaces an earlier."""

    type: Literal["answer.scored"] = "answer.scored"
    index: int
    of: int
    utterance_id: str | None
    """The last utterance of the answer; None: there was none."""
    score: int | None
    reason: str
    evidence: tuple[str, ...] = ()
    feedback: str = ""
    coach_notes: str = ""


class InterviewEnded(Payload):
    """The interview is over; the room may close."""

    type: Literal["interview.ended"] = "interview.ended"
    reason: Literal["goodbye", "silence", "abandoned", "completed", "finished"]
    """``completed``: all questions of the set were asked; ``finished``: somebody asked for the end."""


class InputRejected(Payload):
    """An input was not applied: a dead letter with the same reason holds it."""

    type: Literal["input.rejected"] = "input.rejected"
    entry_id: str
    event_id: str | None
    reason: str


Output = Annotated[
    ReplyStarted
    | ReplyChunk
    | ReplyFinished
    | ReplyCancelled
    | StageChanged
    | FactsLearnt
    | ListeningAllowed
    | QuestionAsked
    | AnswerScored
    | InterviewEnded
    | InputRejected,
    Field(discriminator="type"),
]
