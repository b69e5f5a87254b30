"""The model port on google-genai. Every error of the SDK's is mapped to ModelError here, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import aiohttp
import httpx
from google import genai
from google.genai import errors, types
from pydantic import JsonValue

from brain.application.ports import ModelError, ModelFailure, Prompt, Text, ToolCall

RETRYABLE_STATUS = frozenset({408, 429, 500, 502, 503, 504})
WAITING = "[note] The candidate is listening."
"""A request begins and ends with a turn of the user's; this stands in where the candidate has not spoken."""


class GeminiModel:
    """Gemini, or whatever speaks its protocol at ``base_url``."""

    def __init__(self, model: str, api_key: str, base_url: str | None = None) -> None:
        self.name = model
        options = types.HttpOptions(base_url=base_url, retry_options=types.HttpRetryOptions(attempts=1))
        self._client = genai.Client(api_key=api_key, http_options=options)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aio.aclose()

    async def stream(self, prompt: Prompt) -> AsyncIterator[Text | ToolCall]:
        """Stream one reply; raises ModelError, also for a stream that ends without a finish reason."""
        config = types.GenerateContentConfig(
            system_instruction=prompt.system,
            max_output_tokens=400,
            tools=_tools(prompt) or None,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        finished: types.FinishReason | None = None
        with _mapped_errors():
            stream = await self._client.aio.models.generate_content_stream(
                model=self.name, contents=_contents(prompt), config=config
            )
            async with aclosing(stream) as answers:  # type: ignore[type-var]
                async for answer in answers:
                    _refuse_blocked(answer)
                    candidate = answer.candidates[0] if answer.candidates else types.Candidate()
                    for part in (candidate.content.parts if candidate.content else None) or []:
                        if part.function_call and part.function_call.name:
                            yield ToolCall(part.function_call.name, dict(part.function_call.args or {}))
                        elif part.text and not part.thought:
                            yield Text(part.text)
                    finished = candidate.finish_reason or finished
        if finished is None:
            raise ModelError(
                "the stream was cut: it ended without a finish reason", retryable=True, kind="cut"
            )
        if finished not in (types.FinishReason.STOP, types.FinishReason.MAX_TOKENS):
            raise ModelError(f"the model stopped: {finished.value}", retryable=False, kind="blocked")

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        """One answer as JSON of the schema; raises ModelError."""
        config = types.GenerateContentConfig(
            system_instruction=prompt.system,
            response_mime_type="application/json",
            response_json_schema=schema,
            temperature=0.0,
        )
        with _mapped_errors():
            answer = await self._client.aio.models.generate_content(
                model=self.name, contents=_contents(prompt), config=config
            )
        _refuse_blocked(answer)
        try:
            found = json.loads(answer.text or "")
        except ValueError as error:
            raise ModelError("the answer is not JSON", retryable=True, kind="garbage") from error
        if not isinstance(found, dict):
            raise ModelError("the answer is not a JSON object", retryable=True, kind="garbage")
        return found


def _tools(prompt: Prompt) -> list[types.Tool | Any]:
    declarations = [
        types.FunctionDeclaration(
            name=tool.name, description=tool.description, parameters_json_schema=tool.parameters
        )
        for tool in prompt.tools
    ]
    return [types.Tool(function_declarations=declarations)] if declarations else []


def _contents(prompt: Prompt) -> list[types.Content | Any]:
    turns = [("user" if line.speaker == "candidate" else "model", line.text) for line in prompt.conversation]
    if not turns or turns[0][0] == "model":
        turns.insert(0, ("user", WAITING))
    if turns[-1][0] == "model":
        turns.append(("user", WAITING))
    return [types.Content(role=role, parts=[types.Part(text=text)]) for role, text in turns]


def _refuse_blocked(answer: types.GenerateContentResponse) -> None:
    if answer.prompt_feedback and answer.prompt_feedback.block_reason:
        raise ModelError(
            f"the prompt was blocked: {answer.prompt_feedback.block_reason.value}",
            retryable=False,
            kind="blocked",
        )


@contextmanager
def _mapped_errors() -> Iterator[None]:
    try:
        yield
    except ModelError:
        raise
    except errors.APIError as error:
        retryable = error.code in RETRYABLE_STATUS
        kind: ModelFailure = "quota" if error.code == 429 else "unavailable" if retryable else "refused"
        raise ModelError(
            f"{error.code} {error.status}: {error.message}", retryable=retryable, kind=kind
        ) from error
    except (aiohttp.ClientError, httpx.HTTPError, ConnectionError) as error:
        raise ModelError(f"the connection was cut: {error!r}", retryable=True, kind="cut") from error
    except TimeoutError as error:
        raise ModelError("the model did not answer in time", retryable=True, kind="silent") from error
    except ValueError as error:  # the SDK's for bytes that are no answer
        raise ModelError(f"garbage instead of an answer: {error}", retryable=True, kind="garbage") from error
    except Exception as error:  # a defect of the SDK's must not silence the interviewer
        raise ModelError(f"the SDK failed: {error!r}", retryable=False) from error
