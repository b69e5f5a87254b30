"""The transition table, built from the scenario, and what a tool call must satisfy to change anything."""

from __future__ import annotations

from enum import StrEnum

from pydantic import JsonValue
from viva_shared.scenario import Scenario, Tool

MAX_FACT_CHARS = 2_000


class Trigger(StrEnum):
    """What can end a stage."""

    TOOL = "tool"
    DEADLINE = "deadline"
    SILENCE = "silence"
    ANSWERED = "answered"


def transitions(scenario: Scenario) -> dict[tuple[str, Trigger], str]:
    """Where each stage leads, by what ends it. The last one leads nowhere: it ends the interview."""
    table: dict[tuple[str, Trigger], str] = {}
    for stage, following in zip(scenario.stages, scenario.stages[1:], strict=False):
        if stage.tool:
            table[stage.name, Trigger.TOOL] = following.name
        if stage.deadline_s:
            table[stage.name, Trigger.DEADLINE] = following.name
        if stage.questions:
            table[stage.name, Trigger.ANSWERED] = following.name
        table[stage.name, Trigger.SILENCE] = following.name
    return table


class ToolCallRefused(ValueError):
    """A tool call that changes nothing; the message is for the model, which may mend it."""


def accepted_facts(tool: Tool | None, name: str, arguments: dict[str, JsonValue]) -> dict[str, str | None]:
    """The facts in a tool call. Raises ToolCallRefused."""
    if tool is None or name != tool.name:
        raise ToolCallRefused(
            f"there is no tool {name!r} now; " + (f"use {tool.name!r}" if tool else "just talk")
        )
    if unknown := sorted(set(arguments) - set(tool.arguments)):
        raise ToolCallRefused(
            f"{name} takes no argument {unknown[0]!r}; it takes {', '.join(tool.arguments)}"
        )
    facts: dict[str, str | None] = {}
    for key, argument in tool.arguments.items():
        value = arguments.get(key)
        if value is not None and not isinstance(value, str):
            raise ToolCallRefused(f"{name}: {key} must be a string")
        facts[key] = value.strip()[:MAX_FACT_CHARS] or None if value else None
        if argument.required and facts[key] is None:
            raise ToolCallRefused(f"{name}: {key} is missing; ask the candidate for it")
    return facts
