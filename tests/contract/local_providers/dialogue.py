"""Talks with the model's pure logic as an application would, one request a turn."""

from collections.abc import Callable, Sequence
from typing import Any

from local_providers.gemini.model import Reply, Text, reply_to
from local_providers.gemini.plan import Call
from local_providers.gemini.request import GenerateRequest

Json = dict[str, Any]
Faults = Callable[..., None]

PIZZA: Json = {
    "name": "place_order",
    "description": "Places the order once everything is known.",
    "parameters": {
        "type": "OBJECT",
        "properties": {
            "size": {
                "type": "STRING",
                "enum": ["small", "medium", "large"],
                "description": "The size of the pizza",
            },
            "quantity": {"type": "INTEGER", "description": "How many pizzas the customer wants"},
            "address": {"type": "STRING", "description": "The delivery address"},
            "toppings": {
                "type": "ARRAY",
                "items": {"type": "STRING"},
                "description": "Toppings the customer wants",
            },
            "gift": {"type": "BOOLEAN", "description": "Whether it is a gift"},
        },
        "required": ["size", "quantity", "address"],
    },
}
ACCIDENT: Json = {
    "name": "file_claim",
    "description": "Files the claim.",
    "parametersJsonSchema": {
        "type": "object",
        "properties": {
            "full_name": {"type": "string", "description": "The caller's full name."},
            "occupation": {"type": "string", "description": "What the caller does for a living."},
            "account": {"type": "string", "description": "A description of how the accident happened."},
            "witness": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "Who saw the accident.",
            },
        },
        "required": ["full_name", "occupation", "account"],
    },
}
SYSTEM = (
    "You are a friendly clerk. Ask one question at a time.\n"
    "Deliveries arrive within forty minutes. Claims are decided in ten working days. "
    "Parking is free for visitors."
)


def user(text: str) -> Json:
    """Builds a turn of the user's."""
    return {"role": "user", "parts": [{"text": text}]}


def model(text: str) -> Json:
    """Builds a turn of the model's."""
    return {"role": "model", "parts": [{"text": text}]}


def ask(contents: Sequence[Json], tool: Json | None = None, seed: int = 1, **body: Any) -> Reply:
    """Sends one request to the pure logic."""
    tools = [{"functionDeclarations": [tool]}] if tool else []
    request = {
        "contents": list(contents),
        "tools": tools,
        "systemInstruction": {"parts": [{"text": SYSTEM}]},
        **body,
    }
    return reply_to(GenerateRequest.model_validate(request), seed)


def text_of(reply: Reply) -> str:
    """Returns a reply's words."""
    assert isinstance(reply, Text), reply
    return reply.text


def interview(tool: Json, answers: Sequence[str], seed: int = 1) -> tuple[Call | None, list[Json]]:
    """Answers each question in turn; returns the call, if it came to one, and the history."""
    history: list[Json] = [user("[instruction] Begin.")]
    for answer in [*answers, None]:
        reply = ask(history, tool, seed)
        if isinstance(reply, Call):
            return reply, history
        history.append(model(reply.text))
        if answer is not None:
            history.append(user(answer))
    return None, history


def said_by_model(history: Sequence[Json]) -> list[str]:
    """Returns what the model said."""
    return [content["parts"][0]["text"] for content in history if content["role"] == "model"]
