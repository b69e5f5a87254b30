"""Scenarios: interviews as data. What is asked, in which stages, by which deadlines, in which words."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Words = Annotated[str, Field(min_length=1, max_length=1000)]


class ScenarioError(ValueError):
    """A scenario that cannot be used; the message names the file, the place in it and what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Argument(_Part):
    """One fact that a stage wants to learn: an argument of its tool."""

    description: str = Field(min_length=1)
    required: bool = True


class Tool(_Part):
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


class StageWords(_Part):
    """What the interviewer says in its own words, without the model.

    Attributes:
        opening: the stage's first question, used when the model is late or fails.
        bridge: one sentence that leaves this stage when its deadline has passed.
        fallback: questions for when the model is late or fails in the middle of the stage, in turn.
    """

    opening: Words
    bridge: Words | None = None
    fallback: tuple[Words, ...] = Field(min_length=1)


class Stage(_Part):
    """A part of the interview. It ends by its tool, or by its deadline; the last one by goodbye or silence.

    Attributes:
        deadline_s: seconds from the stage's first word until it is left with what is known; None: never.
    """

    name: Name
    title: str
    instruction: str
    tool: Tool | None = None
    deadline_s: Annotated[float, Field(gt=0, le=7200)] | None = None
    words: StageWords


class Silence(_Part):
    """What happens when nobody speaks for ``after_s`` seconds: so many reminders, then the stage is left."""

    after_s: Annotated[float, Field(gt=0)] = 25.0
    reminders: tuple[Words, ...] = ("Take your time. I am still here.",)


class Ending(_Part):
    """How the last stage ends: by one of these phrases (whole words, any case), or by a silence."""

    goodbyes: tuple[str, ...] = ("goodbye", "good bye", "bye")
    silence_s: Annotated[float, Field(gt=0)] = 12.0
    farewell: Words = "Goodbye."


class Speech(_Part):
    """How the media bot listens and speaks. None: the bot's setting."""

    endpointing_min_s: float | None = None
    endpointing_max_s: float | None = None
    stt_language: str | None = None
    tts_voice: str | None = None


class BotWords(_Part):
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


class Scenario(_Part):
    """A whole interview as data."""

    name: Name
    title: str
    language: str = "en"
    interviewer: str
    """Who the interviewer is and how it behaves: the beginning of every prompt."""
    process: str = ""
    """What the interviewer may say about the process when asked."""
    words: ScenarioWords
    stages: tuple[Stage, ...] = Field(min_length=2)
    silence: Silence = Silence()
    ending: Ending = Ending()
    speech: Speech = Speech()
    absence_grace_s: Annotated[float, Field(gt=0)] = 300.0
    """How long a candidate who left may stay away before the interview counts as abandoned."""

    @model_validator(mode="after")
    def _stages_fit_together(self) -> Self:
        names = [stage.name for stage in self.stages]
        if len(set(names)) < len(names):
            raise ValueError("two stages have the same name")
        tools = [stage.tool.name for stage in self.stages if stage.tool]
        if len(set(tools)) < len(tools):
            raise ValueError("two stages have a tool of the same name")
        facts = [fact for stage in self.stages if stage.tool for fact in stage.tool.arguments]
        if len(set(facts)) < len(facts):
            raise ValueError("two tools have an argument of the same name")
        for stage in self.stages[:-1]:
            if stage.tool is None and stage.deadline_s is None:
                raise ValueError(f"stage {stage.name!r} could never end: give it a tool or a deadline_s")
            if stage.words.bridge is None:
                raise ValueError(f"stage {stage.name!r} needs words.bridge: it is not the last one")
        if self.stages[-1].tool or self.stages[-1].deadline_s:
            raise ValueError("the last stage ends on goodbye or silence: it takes no tool and no deadline_s")
        return self

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the scenario's content, the first 12 hex digits."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def index(self, stage: str) -> int:
        """Position of a stage by its name."""
        return next(i for i, s in enumerate(self.stages) if s.name == stage)

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of all facts that the stages want to learn."""
        return tuple(name for stage in self.stages if stage.tool for name in stage.tool.arguments)


def scenario_names(scenarios_dir: Path) -> list[str]:
    """Names of the scenarios in a folder."""
    return sorted(path.stem for path in scenarios_dir.glob("*.yaml"))


def load_scenario(name: str, scenarios_dir: Path) -> Scenario:
    """Read ``<scenarios_dir>/<name>.yaml``. Raises ScenarioError."""
    path = scenarios_dir / f"{name}.yaml"
    if name not in scenario_names(scenarios_dir):
        known = ", ".join(scenario_names(scenarios_dir)) or "none"
        raise ScenarioError(f"no scenario {name!r} in {scenarios_dir}; there are: {known}")
    try:
        scenario = Scenario.model_validate(yaml.safe_load(path.read_text()))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: not YAML: {error}") from error
    except ValidationError as error:
        wrong = [
            f"{'.'.join(str(part) for part in problem['loc']) or 'scenario'}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        ]
        raise ScenarioError(f"{path}: {'; '.join(wrong)}") from error
    if scenario.name != name:
        raise ScenarioError(f"{path}: its name is {scenario.name!r}, the file's is {name!r}")
    return scenario
