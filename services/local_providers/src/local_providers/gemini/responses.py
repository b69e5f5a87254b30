"""Answers in Gemini's shape. Pure."""

import json
import re
from typing import Any
from uuid import uuid4

from local_providers.gemini.plan import Call
from local_providers.gemini.request import Content, GenerateRequest

Json = dict[str, Any]


def count_tokens(text: str) -> int:
    """Estimates tokens at Gemini's own rule of thumb of four characters."""
    return (len(text) + 3) // 4


def prompt_tokens(request: GenerateRequest) -> int:
    """Estimates the tokens of a prompt."""
    contents = [*request.contents, *([request.system_instruction] if request.system_instruction else [])]
    tools = "".join(
        json.dumps(d.argument_schema) + d.name + d.description
        for t in request.tools
        for d in t.function_declarations
    )
    return sum(content_tokens(content) for content in contents) + count_tokens(tools)


def content_tokens(content: Content) -> int:
    """Estimates the tokens of a content."""
    return sum(
        count_tokens(part.model_dump_json(exclude_none=True) if part.text is None else part.text)
        for part in content.parts
    )


def split_text(text: str, words_each: int) -> list[str]:
    """Cuts a text into chunks of a few words; put together they are the text."""
    pieces = re.findall(r"\S*\s+|\S+", text)
    return ["".join(pieces[n : n + words_each]) for n in range(0, len(pieces), words_each)] or [""]


class Answer:
    """Builds the chunks of one answer."""

    def __init__(self, model: str, prompt: int) -> None:
        self._model = model
        self._prompt = prompt
        self._response_id = uuid4().hex[:22]

    def text(self, text: str, so_far: str, last: bool) -> Json:
        """Builds a chunk of text; `so_far` includes it."""
        return self._chunk([{"text": text}], count_tokens(so_far), last)

    def call(self, call: Call) -> Json:
        """Builds a function call."""
        part = {"functionCall": {"name": call.tool, "args": call.arguments}}
        return self._chunk([part], count_tokens(json.dumps(part)), last=True)

    def blocked(self) -> Json:
        """Builds the answer to a prompt that was blocked."""
        return {
            "promptFeedback": {
                "blockReason": "SAFETY",
                "safetyRatings": [{"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH"}],
            },
            "usageMetadata": {"promptTokenCount": self._prompt, "totalTokenCount": self._prompt},
            "modelVersion": self._model,
            "responseId": self._response_id,
        }

    def _chunk(self, parts: list[Json], candidate_tokens: int, last: bool) -> Json:
        candidate: Json = {"content": {"parts": parts, "role": "model"}}
        if last:
            candidate["finishReason"] = "STOP"
        candidate["index"] = 0
        return {
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": self._prompt,
                "candidatesTokenCount": candidate_tokens,
                "totalTokenCount": self._prompt + candidate_tokens,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": self._prompt}],
            },
            "modelVersion": self._model,
            "responseId": self._response_id,
        }
