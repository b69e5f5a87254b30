"""Prompts: what the model is told, made from the scenario, the state and the effect alone."""

from __future__ import annotations

from typing import Any, assert_never

from viva_shared.scenario import Scenario, Stage

from brain.application.ports import Prompt, ToolSpec, Utterance
from brain.domain.effects import Ask, Extract, Task
from brain.domain.state import State


def reply_prompt(scenario: Scenario, state: State, ask: Ask, said: str) -> Prompt:
    """What the model gets to say the rest of a turn, of which ``said`` is out already."""
    stage = scenario.stages[scenario.index(ask.stage)]
    parts = [
        scenario.interviewer,
        f"Stage of the interview: {stage.title}.\n{stage.instruction}",
        *([f"About the process:\n{scenario.process}"] if scenario.process else []),
        _known(state),
        _task(ask, stage),
    ]
    if said.strip():
        parts[-1] += (
            "\nYou have begun to speak: go on right after these words and do not repeat them.\n"
            f"Already said: {' '.join(said.split())}"
        )
    tools: tuple[ToolSpec, ...] = ()
    if (
        stage.tool and ask.task is not Task.OPEN_STAGE
    ):  # nothing of the stage can be known before it is opened
        tools = (ToolSpec(stage.tool.name, stage.tool.description, stage.tool.json_schema),)
    return Prompt("\n\n".join(part.strip() for part in parts), _lines(state), tools)


def extract_prompt(scenario: Scenario, state: State, extract: Extract) -> tuple[Prompt, dict[str, Any]]:
    """What the model gets to find missing facts, and the JSON Schema of its answer."""
    stage = scenario.stages[scenario.index(extract.stage)]
    arguments = stage.tool.arguments if stage.tool else {}
    schema = {
        "type": "object",
        "properties": {
            name: {"type": ["string", "null"], "description": arguments[name].description}
            for name in extract.wanted
        },
        "required": list(extract.wanted),
    }
    system = (
        "From the conversation, fill in what the candidate said about each field, in their own words. "
        "Use null for what they did not say. Make nothing up."
    )
    return Prompt(system, _lines(state, extract.stage)), schema


def _task(ask: Ask, stage: Stage) -> str:
    match ask.task:
        case Task.OPEN_STAGE:
            return (
                "Now open this stage with this question, in your own words; if the candidate just spoke, "
                f"acknowledge it first.\nSay: {' '.join(stage.words.opening.split())}"
            )
        case Task.ANSWER if stage.tool:
            return (
                "Now answer the candidate's last words. If you know enough, call "
                f"{stage.tool.name} without saying anything; else ask for one thing that is missing."
            )
        case Task.ANSWER:
            return "Now answer the candidate's last words."
        case Task.MEND_TOOL_CALL:
            return f"Your call was refused: {ask.problem}. Mend it, or ask the candidate."
        case _:
            assert_never(ask.task)


def _known(state: State) -> str:
    known = [f"{name}: {fact}" for name, fact in state.facts.items() if fact]
    return "Known so far:\n" + "\n".join(known) if known else "Nothing is known about the candidate yet."


def _lines(state: State, stage: str | None = None) -> tuple[Utterance, ...]:
    """What was said, in all or in one stage."""
    return tuple(Utterance(line.speaker, line.text) for line in state.lines if stage in (None, line.stage))
