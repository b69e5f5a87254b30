"""Inputs: all that can happen to an interview. They are the log from which it can be replayed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue

from viva_shared.events.payload import Payload


class InterviewCreated(Payload):
    """The first input of every interview, written by ``create`` and by nothing else."""

    type: Literal["interview.created"] = "interview.created"
    scenario: str
    scenario_hash: str
    room: str
    candidate_identity: str | None = None
    """None in a room that was opened by a bare token: the first who may speak becomes the candidate."""
    candidate_name: str | None = None
    consent_required: bool = False
    """Until ``candidate.consented`` nothing is asked, and nothing said reaches speech to text."""
    expires_at: AwareDatetime | None = None
    """When an interview that nobody has begun counts as abandoned."""


class CandidateConsented(Payload):
    """The candidate has read that an AI interviews and scores, and agreed. The first of these counts."""

    type: Literal["candidate.consented"] = "candidate.consented"
    via: Literal["api", "page", "chat"]
    notice: str
    """The words they agreed to."""


class CandidateReplaced(Payload):
    """Somebody else takes the candidate's place: one candidate an interview."""

    type: Literal["candidate.replaced"] = "candidate.replaced"
    identity: str
    name: str | None = None


class BotJoined(Payload):
    """A media bot has the room. The brain says the first words, or where it was."""

    type: Literal["bot.joined"] = "bot.joined"
    bot_epoch: int


class CandidateJoined(Payload):
    """The candidate is in the room (or back in it), linked by identity."""

    type: Literal["candidate.joined"] = "candidate.joined"
    identity: str
    name: str | None = None
    via: Literal["voice", "text"] = "voice"
    """``text``: there is no room, as over REST. Whoever types has time: only an answer moves anything."""


class CandidateLeft(Payload):
    """The candidate left the room; whatever was being said has been stopped."""

    type: Literal["candidate.left"] = "candidate.left"
    identity: str
    reason: str = ""


class CandidateSpeaking(Payload):
    """The candidate began to speak."""

    type: Literal["candidate.speaking"] = "candidate.speaking"


class CandidateSilent(Payload):
    """The candidate stopped and no utterance will come of it (a cough, a noise). An utterance implies it."""

    type: Literal["candidate.silent"] = "candidate.silent"


class UtterancePartial(Payload):
    """A final segment of speech to text, before the end of the turn is known."""

    type: Literal["utterance.partial"] = "utterance.partial"
    text: str


class UtteranceHeard(Payload):
    """A whole turn of the candidate, spoken or typed. The brain answers it."""

    type: Literal["utterance.heard"] = "utterance.heard"
    utterance_id: str
    text: str
    via: Literal["voice", "text"] = "voice"
    speech_ended_at: AwareDatetime | None = None


class TurnTimings(Payload):
    """Seconds, each from the end of the candidate's speech; None where it was not measured."""

    transcribed_s: float | None = None
    turn_ended_s: float | None = None
    first_text_s: float | None = None
    first_audio_s: float | None = None


class ReplyHeard(Payload):
    """What of a reply was really played to the candidate: whole, cut short, or nothing (empty text)."""

    type: Literal["reply.heard"] = "reply.heard"
    turn_id: str
    text: str
    complete: bool
    timings: TurnTimings = TurnTimings()


class ReplyGenerated(Payload):
    """An ask is answered: the text that went out for it, the model's or the scenario's own."""

    type: Literal["reply.generated"] = "reply.generated"
    ask_id: str
    text: str
    source: Literal["model", "scenario"] = "model"
    chunks: int = 0
    """Chunks of the turn that are out by now, whoever wrote them: the next one's seq."""
    error: str | None = None
    first_chunk_s: float | None = None


class ToolCalled(Payload):
    """The model answered an ask with a tool call: a proposal, which the stage machine validates."""

    type: Literal["tool.called"] = "tool.called"
    ask_id: str
    name: str
    arguments: dict[str, JsonValue]
    said: str = ""
    """Text that went out before the call."""
    chunks: int = 0


class FactsExtracted(Payload):
    """What the model could still find in the conversation when a stage ended without its tool."""

    type: Literal["facts.extracted"] = "facts.extracted"
    ask_id: str
    facts: dict[str, str | None]
    error: str | None = None


class QuestionsMade(Payload):
    """The questions of a question set; those of the scenario where the model failed."""

    type: Literal["questions.made"] = "questions.made"
    ask_id: str
    questions: tuple[str, ...]
    source: Literal["model", "scenario"] = "model"
    error: str | None = None


class AnswerAssessed(Payload):
    """What the model makes of an answer: a proposal, which the stage machine validates."""

    type: Literal["answer.assessed"] = "answer.assessed"
    ask_id: str
    score: int | None
    """0 to 100; None with a reason: there is nothing to go by."""
    reason: str
    evidence: tuple[str, ...] = ()
    """What the score rests on, in the candidate's own words."""
    feedback: str = ""
    coach_notes: str = ""
    error: str | None = None


class EndRequested(Payload):
    """The interview is to end now, whatever is left to ask."""

    type: Literal["end.requested"] = "end.requested"
    by: Literal["candidate", "recruiter"]


class NudgeGiven(Payload):
    """A recruiter tells the interviewer what to work in. It is not said: no line of the conversation."""

    type: Literal["nudge.given"] = "nudge.given"
    nudge_id: str
    note: str


class DeadlinePassed(Payload):
    """A deadline, enqueued as a job, has come. One that is no longer set is ignored."""

    type: Literal["deadline.passed"] = "deadline.passed"
    deadline_id: str


Input = Annotated[
    InterviewCreated
    | CandidateConsented
    | CandidateReplaced
    | BotJoined
    | CandidateJoined
    | CandidateLeft
    | CandidateSpeaking
    | CandidateSilent
    | UtterancePartial
    | UtteranceHeard
    | ReplyHeard
    | ReplyGenerated
    | ToolCalled
    | FactsExtracted
    | QuestionsMade
    | AnswerAssessed
    | EndRequested
    | NudgeGiven
    | DeadlinePassed,
    Field(discriminator="type"),
]
