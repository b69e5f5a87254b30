"""The OpenAPI document: every refusal in it, in the one form, and credentials where they are needed."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR
from tokens.adapters.http import openapi
from tokens.adapters.http.document import EVENTS
from tokens.adapters.http.links import LINKS
from tokens.adapters.http.problems import MEDIA_TYPE
from viva_shared.room_messages import ROOM_MESSAGES

pytestmark = pytest.mark.integration

DOCUMENT = openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))


def schemas_in(part: object) -> Iterator[str]:
    """Names of the schemas that it refers to, and those refer to in turn."""
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str):
            name = reference.removeprefix("#/components/schemas/")
            yield name
            yield from schemas_in(DOCUMENT["components"]["schemas"][name])
        for value in part.values():
            yield from schemas_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from schemas_in(value)


@every_operation
def test_every_refusal_is_a_problem_and_nothing_else(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        if status >= "4":
            schema = {"$ref": "#/components/schemas/Problem"}
            assert response["content"] == {MEDIA_TYPE: {"schema": schema}}, status


@every_operation
def test_what_stands_before_a_route_is_in_its_refusals(operation: dict[str, Any]) -> None:
    refusals = set(operation["responses"])
    if "security" in operation:
        # a session is begun by credentials, and not by another session
        ways = ("bearer",) if operation["operationId"] == "sign_in" else ("bearer", "session")
        assert operation["security"] == [{way: []} for way in ways]
        assert {"401", "403", "429", "503"} <= refusals
    if body := operation.get("requestBody"):
        assert refusals >= ({"413", "422"} if "application/json" in body["content"] else {"413"})
    if "429" in refusals:
        assert "Retry-After" in operation["responses"]["429"]["headers"]


@every_operation
def test_each_says_what_it_is_for(operation: dict[str, Any]) -> None:
    assert operation["description"]
    [tag] = operation["tags"]
    assert tag in {tag["name"] for tag in DOCUMENT["tags"]}


def test_the_document_is_whole() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    session = {"type": "apiKey", "in": "cookie", "name": "viva_session"}
    assert DOCUMENT["components"]["securitySchemes"]["session"].items() >= session.items()
    of_the_room = {model.__name__ for model in ROOM_MESSAGES}
    assert {*schemas_in(DOCUMENT["paths"]), *of_the_room} == set(DOCUMENT["components"]["schemas"])
    assert not list(OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT))


def test_the_stream_of_events_is_described_as_it_is_sent() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    described = schemas["InterviewEvents"]["properties"]
    assert described == {
        model.model_fields["type"].default: {"$ref": f"#/components/schemas/{model.__name__}"}
        for model in EVENTS
    }
    assert "answer.scored" in described
    for model in EVENTS:
        schema = schemas[model.__name__]
        assert set(schema["properties"]) == set(schema["required"]) == set(model.model_fields) - {"type"}


def test_operations_have_names_for_programs() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)


def test_links_lead_to_operations_that_take_what_they_bring() -> None:
    targets = {operation["operationId"]: operation for operation in OPERATIONS.values()}
    documented = {
        (name, status)
        for name, operation in targets.items()
        for status, response in operation["responses"].items()
        if "links" in response
    }
    assert documented == set(LINKS)
    for links in LINKS.values():
        for name, link in links.items():
            parameters = {parameter["name"] for parameter in targets[name].get("parameters", ())}
            assert set(link.get("parameters", ())) <= parameters, name
            for content in targets[name].get("requestBody", {}).get("content", {}).values():
                [model, *_] = schemas_in(content["schema"])
                properties = DOCUMENT["components"]["schemas"][model]["properties"]
                assert set(link.get("requestBody", ())) <= set(properties), name


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/interviews", "GET, POST"),
        ("OPTIONS", "/interviews/s1", "GET, DELETE"),
        ("GET", "/rooms/r/participants/alice/b", "DELETE"),
    ],
)
async def test_another_method_is_refused_with_those_there_are(
    http: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await http.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["type"] == "method_not_allowed"


def test_requests_come_with_an_example() -> None:
    for name, operation in OPERATIONS.items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            models = [DOCUMENT["components"]["schemas"][model] for model in schemas_in(content["schema"])]
            assert "example" in content or '"examples"' in json.dumps(models), name


async def test_it_is_served_and_printed(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await http.get("/openapi.json")).json() == DOCUMENT
    monkeypatch.setattr(sys, "argv", ["tokens", "--openapi"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("tokens", run_name="__main__")
    assert not ended.value.code
    assert json.loads(capsys.readouterr().out) == DOCUMENT
