"""Structured answers of shapes never seen before."""

import json
from typing import Any

import pytest
from contract.local_providers.dialogue import ask, model, text_of, user
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

HISTORY = [
    model("May I ask for your name?"),
    user("my name is maria gomez and i work as a bus driver"),
    model("Could you tell me how you plan a route?"),
    user("i look at the map in the morning. then i plan the route around the school traffic"),
    model("Could you tell me about a conflict with a colleague?"),
    user("once a colleague took my bus and we had a conflict. i talked to him and we shared the bus"),
]


def _fill(
    schema: dict[str, Any], history: list[dict[str, Any]] | None = None, key: str = "responseJsonSchema"
) -> Any:
    config = {"responseMimeType": "application/json", key: schema}
    return json.loads(text_of(ask(history or HISTORY, generationConfig=config)))


def _users(history: list[dict[str, Any]]) -> list[str]:
    return [content["parts"][0]["text"] for content in history if content["role"] == "user"]


def test_known_facts_are_filled_and_unknown_ones_are_null() -> None:
    schema = {
        "type": "OBJECT",
        "properties": {
            "name": {"type": "STRING"},
            "current_role": {"type": "STRING", "nullable": True},
            "hobby": {"type": "STRING", "nullable": True, "description": "Leisure pursuits"},
        },
        "required": ["name"],
    }
    assert _fill(schema, key="responseSchema") == {
        "name": "maria gomez",
        "current_role": "bus driver",
        "hobby": None,
    }


def test_scores_with_evidence_for_each_criterion() -> None:
    schema = {
        "type": "object",
        "properties": {"scores": {"type": "array", "items": {"$ref": "#/$defs/Score"}}},
        "required": ["scores"],
        "$defs": {
            "Score": {
                "type": "object",
                "properties": {
                    "criterion": {
                        "type": "string",
                        "enum": ["planning", "conflict", "safety", "cooking", "sailing"],
                    },
                    "score": {"type": "integer", "minimum": 1, "maximum": 5},
                    "evidence": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                    "confident": {"type": "boolean"},
                },
                "required": ["criterion", "score", "evidence", "confident"],
            }
        },
    }
    filled = _fill(schema)
    planning, conflict = filled["scores"][:2]
    assert len(filled["scores"]) == 5
    assert "plan the route" in planning["evidence"][0]
    assert "conflict" in conflict["evidence"][0]
    for score in filled["scores"]:
        assert all(any(quote in turn for turn in _users(HISTORY)) for quote in score["evidence"])


def test_a_transcript_in_one_text_is_read_like_turns() -> None:
    transcript = (
        "Extract the facts.\n\nInterviewer: Your name?\nCandidate: I'm Bo.\nInterviewer: Go on.\n"
        "Candidate: I am a cook."
    )
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "role": {"type": "string"}}}
    assert _fill(schema, [user(transcript)]) == {"name": "Bo", "role": "cook"}


def _check(value: Any, schema: dict[str, Any]) -> None:
    """Asserts that a value is of a schema's shape, for the schemas below."""
    if "anyOf" in schema:
        assert value is None or isinstance(value, str)
        return
    kinds: dict[str, type] = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
    fits = isinstance(value, kinds[schema["type"]])
    assert fits
    assert value in schema.get("enum", [value])
    if schema["type"] == "integer":
        assert schema["minimum"] <= value <= schema["maximum"]
    if schema["type"] == "array":
        assert len(value) >= schema["minItems"]
        for item in value:
            _check(item, schema["items"])
    if schema["type"] == "object":
        assert set(value) == set(schema["required"])
        for name, child in schema["properties"].items():
            _check(value[name], child)


_SCHEMAS = st.recursive(
    st.one_of(
        st.just({"type": "string"}),
        st.just({"type": "boolean"}),
        st.builds(
            lambda low, span: {"type": "integer", "minimum": low, "maximum": low + span},
            st.integers(-5, 5),
            st.integers(0, 9),
        ),
        st.lists(st.text(max_size=9), min_size=1, unique=True).map(lambda o: {"type": "string", "enum": o}),
        st.just({"anyOf": [{"type": "string"}, {"type": "null"}]}),
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda items, least: {"type": "array", "items": items, "minItems": least},
            inner,
            st.integers(0, 3),
        ),
        st.dictionaries(st.text("abcdefg_", min_size=1, max_size=8), inner, max_size=4).map(
            lambda properties: {"type": "object", "properties": properties, "required": sorted(properties)}
        ),
    ),
    max_leaves=8,
)


@given(schema=_SCHEMAS)
def test_any_schema_gets_a_value_of_its_shape(schema: dict[str, Any]) -> None:
    whole = {"type": "object", "properties": {"answer": schema}, "required": ["answer"]}
    _check(_fill(whole), whole)
