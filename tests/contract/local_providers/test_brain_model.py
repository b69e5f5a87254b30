"""The brain's Gemini adapter on the real SDK: what it yields, and that every failure becomes a ModelError."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from brain.adapters.gemini import GeminiModel
from brain.application.ports import ModelError, Prompt, Text, ToolCall, ToolSpec, Utterance
from contract.local_providers.dialogue import Faults

pytestmark = [
    pytest.mark.contract,
    pytest.mark.timeout(60),
    # google-genai 3.4 inherits from aiohttp's session, which aiohttp warns about.
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
]

PROPERTIES = {
    "size": {"type": "string", "description": "The size of the pizza"},
    "address": {"type": "string", "description": "The delivery address"},
}
PARAMETERS = {"type": "object", "properties": PROPERTIES, "required": [*PROPERTIES]}
ORDER = ToolSpec("place_order", "Places the order.", PARAMETERS)
ASKED = (
    Utterance("interviewer", "What is the size of the pizza?"),
    Utterance("candidate", "a large one please"),
    Utterance("interviewer", "What is the delivery address?"),
)


@pytest.fixture
async def model(base_url: str) -> AsyncIterator[GeminiModel]:
    """The adapter as ``brain.main`` builds it for the local provider."""
    model = GeminiModel("gemini-flash-lite-latest", "local", base_url)
    yield model
    await model.aclose()


async def reply(model: GeminiModel, *conversation: Utterance) -> list[Text | ToolCall]:
    return [piece async for piece in model.stream(Prompt("You take orders.", conversation, (ORDER,)))]


@pytest.mark.parametrize(
    "conversation", [(), ASKED[:1], ASKED], ids=["nobody spoke", "ours first", "ours last"]
)
async def test_a_reply_is_streamed_whoever_spoke_last(
    model: GeminiModel, conversation: tuple[Utterance, ...]
) -> None:
    pieces = await reply(model, *conversation)
    assert len(pieces) > 1
    assert all(isinstance(piece, Text) for piece in pieces)


async def test_a_tool_call_has_its_arguments(model: GeminiModel) -> None:
    pieces = await reply(model, *ASKED, Utterance("candidate", "it is twelve hill road"))
    [call] = [piece for piece in pieces if isinstance(piece, ToolCall)]
    assert call.name == "place_order"
    assert set(call.arguments) == {"size", "address"}


async def test_extraction_keeps_to_the_schema(model: GeminiModel) -> None:
    nullable = {key: {**schema, "type": ["string", "null"]} for key, schema in PROPERTIES.items()}
    schema = {"type": "object", "properties": nullable, "required": [*nullable]}
    found = await model.structured(Prompt("Fill in what was said.", ASKED), schema)
    assert set(found) == {"size", "address"}
    assert "large" in str(found["size"])
    assert found["address"] is None


@pytest.mark.parametrize(
    ("fault", "retryable", "kind"),
    [
        ({"status": 401}, False, "refused"),
        ({"status": 429}, True, "quota"),
        ({"status": 500}, True, "unavailable"),
        ({"cut_after": 1}, True, "cut"),
        ({"garbage": True}, True, "garbage"),
        ({"block": True}, False, "blocked"),
    ],
    ids=str,
)
async def test_every_failure_is_a_model_error(
    model: GeminiModel, faults: Faults, fault: dict[str, object], retryable: bool, kind: str
) -> None:
    faults("gemini", times=1, **fault)
    with pytest.raises(ModelError) as failure:
        await reply(model)
    assert (failure.value.retryable, failure.value.kind) == (retryable, kind)
    assert await reply(model), "the next one works"


async def test_nobody_there_is_a_model_error() -> None:
    model = GeminiModel("any", "local", "http://127.0.0.1:9")
    with pytest.raises(ModelError) as failure:
        await reply(model)
    assert failure.value.retryable
    await model.aclose()


async def test_a_stalled_stream_is_left_at_once(model: GeminiModel, faults: Faults) -> None:
    faults("gemini", times=1, stall=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await reply(model)
    assert await reply(model)
