"""The real google-genai SDK, asynchronous, against the Gemini routes."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import pydantic
import pytest
from contract.local_providers.dialogue import PIZZA, Faults
from google import genai
from google.genai import errors, types

pytestmark = [
    pytest.mark.contract,
    pytest.mark.timeout(60),
    # google-genai 3.4 inherits from aiohttp's session, which aiohttp warns about.
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
]

MODEL = "gemini-3.1-flash-lite"
ORDER = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="place_order",
            description="Places the order.",
            parameters=types.Schema(
                type=types.Type.OBJECT,
                properties={
                    "size": types.Schema(type=types.Type.STRING, enum=["small", "large"]),
                    "address": types.Schema(type=types.Type.STRING, description="The delivery address"),
                },
                required=["size", "address"],
            ),
        )
    ]
)
TALK = [
    types.Content(role="user", parts=[types.Part(text="a large pizza please")]),
    types.Content(role="model", parts=[types.Part(text="May I ask for the delivery address?")]),
    types.Content(role="user", parts=[types.Part(text="five main street")]),
]


@pytest.fixture(params=["v1", "v1beta"])
async def client(base_url: str, request: pytest.FixtureRequest) -> AsyncIterator[genai.Client]:
    """The SDK's client, on both versions of the path."""
    async for one in _client(base_url, request.param):
        yield one


@pytest.fixture
async def v1(base_url: str) -> AsyncIterator[genai.Client]:
    """The SDK's client on one version."""
    async for one in _client(base_url, "v1beta"):
        yield one


async def _client(base_url: str, version: str) -> AsyncIterator[genai.Client]:
    options = types.HttpOptions(base_url=base_url, api_version=version, timeout=5_000)
    client = genai.Client(api_key="any", http_options=options)
    yield client
    await client.aio.aclose()
    client.close()


async def _chunks(client: genai.Client, contents: Any, **config: Any) -> list[types.GenerateContentResponse]:
    stream = await client.aio.models.generate_content_stream(
        model=MODEL, contents=contents, config=types.GenerateContentConfig(**config)
    )
    return [chunk async for chunk in stream]


async def test_a_question_comes_in_chunks_with_usage_and_an_end(client: genai.Client) -> None:
    chunks = await _chunks(client, TALK[:1], tools=[ORDER], system_instruction="You take orders.")
    text = "".join(chunk.text or "" for chunk in chunks)
    assert "delivery address" in text
    assert len(chunks) > 1
    reasons = [chunk.candidates[0].finish_reason for chunk in chunks if chunk.candidates]
    assert reasons == [None] * (len(chunks) - 1) + [types.FinishReason.STOP]
    usage = chunks[-1].usage_metadata
    assert usage is not None
    assert usage.total_token_count == (usage.prompt_token_count or 0) + (usage.candidates_token_count or 0)
    assert {chunk.response_id for chunk in chunks} == {chunks[0].response_id}
    assert chunks[0].model_version == MODEL


@pytest.mark.parametrize("form", ["parameters", "parameters_json_schema"])
async def test_a_tool_is_called_whichever_way_its_schema_arrives(v1: genai.Client, form: str) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"size": {"type": "string", "enum": ["small", "large"]}, "address": {"type": "string"}},
        "required": ["size", "address"],
    }
    declaration = types.FunctionDeclaration(name="place_order", **{form: schema})
    chunks = await _chunks(v1, TALK, tools=[types.Tool(function_declarations=[declaration])])
    (call,) = chunks[-1].function_calls or []
    assert (call.name, call.args) == ("place_order", {"size": "large", "address": "five main street"})


async def test_a_structured_answer_is_parsed(v1: genai.Client) -> None:
    class Order(pydantic.BaseModel):
        size: str
        address: str | None = None

    answer = await v1.aio.models.generate_content(
        model=MODEL,
        contents=TALK,
        config=types.GenerateContentConfig(response_mime_type="application/json", response_schema=Order),
    )
    assert isinstance(answer.parsed, Order)
    assert answer.parsed.address == "five main street"


async def test_questions_for_a_job_are_parsed(v1: genai.Client) -> None:
    class QuestionSet(pydantic.BaseModel):
        questions: list[str] = pydantic.Field(min_length=4, max_length=4)

    answer = await v1.aio.models.generate_content(
        model=MODEL,
        contents=[types.Content(role="user", parts=[types.Part(text="[note] Nobody has spoken yet.")])],
        config=types.GenerateContentConfig(
            system_instruction="Write the questions of an interview.\n\nJob title: baker\nSeniority: senior",
            response_mime_type="application/json",
            response_schema=QuestionSet,
        ),
    )
    assert isinstance(answer.parsed, QuestionSet)
    assert len(set(answer.parsed.questions)) == 4
    assert "a senior baker" in answer.parsed.questions[0]


@pytest.mark.parametrize(
    ("said", "scored"),
    [("I fixed the oven, and it saved us two hours a day.", True), ("I don't know.", False)],
)
async def test_an_answer_is_scored_with_evidence_or_not_at_all(
    v1: genai.Client, said: str, scored: bool
) -> None:
    score = {"type": ["integer", "null"], "minimum": 0, "maximum": 100, "description": "How good it is"}
    schema = {
        "type": "object",
        "properties": {"score": score, "evidence": {"type": "array", "items": {"type": "string"}}},
        "required": ["score", "evidence"],
    }
    answer = await v1.aio.models.generate_content(
        model=MODEL,
        contents=[types.Content(role="user", parts=[types.Part(text=said)])],
        config=types.GenerateContentConfig(
            system_instruction="Score the answer.\n\nQuestion: What did you repair?",
            response_mime_type="application/json",
            response_json_schema=schema,
        ),
    )
    found = json.loads(answer.text or "")
    assert found["evidence"] == [said] * scored
    assert (found["score"] or 0) > 0 if scored else found["score"] is None


async def test_an_acknowledgement_asks_nothing(v1: genai.Client) -> None:
    chunks = await _chunks(
        v1, TALK[-2:], system_instruction="Acknowledge the answer in one short sentence. Do not ask anything."
    )
    text = "".join(chunk.text or "" for chunk in chunks)
    assert text.endswith(".")
    assert "?" not in text


async def test_tokens_are_counted_and_models_listed(v1: genai.Client) -> None:
    counted = await v1.aio.models.count_tokens(model=MODEL, contents="one two three four")
    assert counted.total_tokens
    names = [model.name async for model in await v1.aio.models.list()]
    assert f"models/{MODEL}" in names


@pytest.mark.parametrize(
    ("status", "kind", "name"),
    [
        (401, errors.ClientError, "UNAUTHENTICATED"),
        (429, errors.ClientError, "RESOURCE_EXHAUSTED"),
        (500, errors.ServerError, "INTERNAL"),
        (503, errors.ServerError, "UNAVAILABLE"),
    ],
)
async def test_errors_have_the_vendors_body(
    v1: genai.Client, faults: Faults, status: int, kind: type[errors.APIError], name: str
) -> None:
    faults("gemini", status=status)
    with pytest.raises(kind) as caught:
        await _chunks(v1, TALK, tools=[ORDER])
    assert (caught.value.code, caught.value.status) == (status, name)


async def test_no_key_is_refused(base_url: str) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{base_url}/v1beta/models/{MODEL}:generateContent", json={"contents": []})
    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


async def test_a_malformed_request_is_an_invalid_argument(base_url: str) -> None:
    async with httpx.AsyncClient(headers={"x-goog-api-key": "any"}) as http:
        answer = await http.post(
            f"{base_url}/v1beta/models/{MODEL}:generateContent", json={"contents": "hello"}
        )
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


async def test_a_cut_stream_is_seen_as_cut(v1: genai.Client, faults: Faults) -> None:
    faults("gemini", cut_after=1)
    with pytest.raises((aiohttp.ClientPayloadError, httpx.RemoteProtocolError)):
        await _chunks(v1, TALK[:1], tools=[ORDER])


async def test_garbage_is_a_value_error(v1: genai.Client, faults: Faults) -> None:
    faults("gemini", garbage=True, after=1)
    with pytest.raises(ValueError, match=r"(?i)json|parse|chunk"):
        await _chunks(v1, TALK[:1], tools=[ORDER])


async def test_a_stalled_stream_can_be_cancelled_at_once(v1: genai.Client, faults: Faults) -> None:
    faults("gemini", stall=True, after=1)
    stream = await v1.aio.models.generate_content_stream(model=MODEL, contents=TALK[:1])
    assert (await anext(stream)).text
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(stream), 0.5)
    assert await _chunks(v1, TALK[:1])


async def test_a_blocked_prompt_says_why(v1: genai.Client, faults: Faults) -> None:
    faults("gemini", block=True)
    (chunk,) = await _chunks(v1, TALK[:1])
    assert chunk.prompt_feedback is not None
    assert chunk.prompt_feedback.block_reason is types.BlockedReason.SAFETY
    assert not chunk.candidates


async def test_published_fields_in_order_and_events_apart(base_url: str) -> None:
    body = {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "tools": [{"functionDeclarations": [PIZZA]}],
    }
    async with httpx.AsyncClient(base_url=base_url, headers={"x-goog-api-key": "any"}) as http:
        sse = await http.post(f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse", json=body)
        array = await http.post(f"/v1beta/models/{MODEL}:streamGenerateContent", json=body)
        whole = await http.post(f"/v1beta/models/{MODEL}:generateContent", json=body)
    assert sse.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(event.removeprefix("data: ")) for event in sse.text.strip().split("\r\n\r\n")]
    assert len(events) == len(array.json())
    assert list(events[0]) == ["candidates", "usageMetadata", "modelVersion", "responseId"]
    assert list(events[-1]["candidates"][0]) == ["content", "finishReason", "index"]
    text = "".join(event["candidates"][0]["content"]["parts"][0]["text"] for event in events)
    assert text == whole.json()["candidates"][0]["content"]["parts"][0]["text"]
