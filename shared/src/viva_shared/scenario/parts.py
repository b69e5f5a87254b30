"""What a scenario is made of."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Words = Annotated[str, Field(min_length=1, max_length=1000)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Argument(Part):
    """One fact that a stage wants to learn: an argument of its tool."""

    description: str = Field(min_length=1)
    required: bool = True


class Tool(Part):
    """What the model calls when a stage has what it wants; the machine validates the call first."""

    name: Name
    description: str
    arguments: dict[Name, Argument] = Field(min_length=1)

    @property
    def json_schema(self) -> dict[str, Any]:
        """The arguments as JSON Schema."""
        return {
            "type": "object",
            "properties": {
                name: {"type": "string", "description": argument.description}
                for name, argument in self.arguments.items()
            },
            "required": [name for name, argument in self.arguments.items() if argument.required],
        }


class StageWords(Part):
    """What the interviewer says in its own words, without the model.

    Attributes:
        opening: the stage's first question, used when the model is late or fails.
        bridge: one sentence that leaves this stage when its deadline has passed.
        fallback: questions for when the model is late or fails in the middle of the stage, in turn.
    """

    opening: Words
    bridge: Words | None = None
    fallback: tuple[Words, ...] = Field(min_length=1)


class QuestionSet(Part):
    """What makes a stage a question set: so many questions, one after another, each answer scored by itself.

    What was asked for an interview replaces these at its start (``Scenario.tailored``).

    Attributes:
        count: how many questions; as many as ``given``, where they are given.
        given: the questions, word for word; none: the model makes them for the job, or, where it fails, the
            stage's ``words.fallback`` are asked.
        rubric: what a good answer has; the model scores by it.
        announce: said before each question.
        thanks: said after an answer when the model has no better words.
        repeat: phrases by which a short utterance asks for the question again.
        repeated: said before it.
    """

    count: Annotated[int, Field(ge=1, le=20)] = 5
    job_title: Annotated[str, Field(max_length=200)] = ""
    seniority: Annotated[str, Field(max_length=100)] = ""
    given: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    rubric: str
    announce: Words = "Question {number} of {count}."
    thanks: Words = "Thank you."
    repeat: tuple[str, ...] = ("repeat", "say that again", "say it again", "pardon")
    repeated: Words = "Of course."


class Consent(Part):
    """What a candidate agrees to before anything is asked, where consent is required.

    Attributes:
        notice: read and agreed to: that an AI interviews and scores.
        request: said, and written on the chat, to a candidate who has not agreed yet.
        agreed: phrases by which a chat message agrees (whole words, any case).
    """

    notice: Words = (
        "An AI holds this interview. What you say is turned into text, kept, and scored by an AI model; "
        "a person reads it and decides. Your emotions are not inferred from your voice or face."
    )
    request: Words = (
        "I am an AI interviewer, and I need your consent before we begin. "
        "Please read the notice in the chat, and write: I agree."
    )
    agreed: tuple[str, ...] = ("i agree", "i consent", "agreed")


class Stage(Part):
    """A part of the interview. It ends by its tool, its questions or its deadline; the last one by goodbye or
    silence, unless it asks a set of questions.

    Attributes:
        deadline_s: seconds from the stage's first word until it is left with what is known; None: never.
        questions: if it asks a question set. ``words.opening`` leads to the first of them.
    """

    name: Name
    title: str
    instruction: str
    tool: Tool | None = None
    questions: QuestionSet | None = None
    deadline_s: Annotated[float, Field(gt=0, le=7200)] | None = None
    words: StageWords

    @model_validator(mode="after")
    def _one_way_to_lead_it(self) -> Self:
        if self.questions and self.tool:
            raise ValueError(f"stage {self.name!r} has a tool and questions: it can have only one of them")
        return self


class Silence(Part):
    """What happens when nobody speaks for ``after_s`` seconds: so many reminders, then the stage is left."""

    after_s: Annotated[float, Field(gt=0)] = 25.0
    reminders: tuple[Words, ...] = ("Take your time. I am still here.",)


class Ending(Part):
    """How the last stage ends: by one of these phrases (whole words, any case), or by a silence."""

    goodbyes: tuple[str, ...] = ("goodbye", "good bye", "bye")
    silence_s: Annotated[float, Field(gt=0)] = 12.0
    farewell: Words = "Goodbye."


class Speech(Part):
    """How the media bot listens and speaks. None: the bot's setting."""

    endpointing_min_s: float | None = None
    endpointing_max_s: float | None = None
    stt_language: str | None = None
    tts_voice: str | None = None


class BotWords(Part):
    """What the media bot says by itself: what would carry the brain's words has failed."""

    hold: Words = "One moment, please."
    """Said once when the brain cannot be reached for a while."""
    no_sound: Words = (
        "I am sorry, the sound is not working at the moment. Please type your answers here in the chat."
    )
    """Written once when speech to text or text to speech fails; the interview goes on in writing."""


class ScenarioWords(BotWords):
    """The interviewer's own words that belong to no stage; the last question follows ``welcome_back``."""

    greeting: Words
    welcome_back: Words = "Welcome back. I asked you:"
    lost_connection: Words = "I am sorry, I lost the connection for a moment."
    """Said by a bot that takes the place of one that died under the candidate's eyes."""
    understood: Words = "The last I understood was: {said}"
    """Follows it; ``{said}`` is the last that the candidate said, shortened."""
