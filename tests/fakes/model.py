"""A model that says what it is told to: the complete port, with every way of failing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from brain.application.ports import ModelError, Prompt, Text, ToolCall
from pydantic import JsonValue

SILENCE = "silence"
"""In a script: from here on the model says nothing more, and keeps the connection."""


class ScriptedModel:
    """Answers each prompt with the next script; the last one again and again. Keeps the prompts it got.

    A script is a sequence of texts, tool calls, errors to raise, and SILENCE.
    """

    name = "scripted"

    def __init__(self, *scripts: Sequence[str | ToolCall | ModelError]) -> None:
        self._scripts = list(scripts)
        self.prompts: list[Prompt] = []
        self.found: dict[str, JsonValue] = {}
        self.cancelled = 0

    async def stream(self, prompt: Prompt) -> AsyncIterator[Text | ToolCall]:
        self.prompts.append(prompt)
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        try:
            for piece in script:
                await asyncio.sleep(0)
                if isinstance(piece, ModelError):
                    raise piece
                if piece == SILENCE:
                    await asyncio.Event().wait()
                yield Text(piece) if isinstance(piece, str) else piece
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        self.prompts.append(prompt)
        return {key: self.found.get(key) for key in schema["properties"]}
