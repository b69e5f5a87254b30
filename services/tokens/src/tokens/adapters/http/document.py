"""The interface's description: OpenAPI 3.1. ``python -m tokens --openapi`` prints it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from viva_shared.events import AnswerScored, Payload, UtteranceHeard
from viva_shared.room_messages import ROOM_MESSAGES

from tokens.adapters.http.events import SHOWN
from tokens.adapters.http.links import LINKS
from tokens.adapters.http.problems import Problem, problems

TITLE = "Viva"
DESCRIPTION = """\
Job interviews and role-plays with an AI interviewer, by voice in a LiveKit room or in writing.

**Who gets in.** All but a few calls need `Authorization: Bearer …`: a recruiter's API key, a recruiter's
token from the configured OpenID Connect issuer, or a candidate's token, which reaches one interview only. The
page has a recruiter's session in their place, a cookie.

**Refusals** are problem details (RFC 9457): `type` is for programs, `detail` tells people what was wrong and
what to do. Those with 429 and 503 pass: `Retry-After` says when to try again.
"""
TAGS = [
    {"name": "livekit", "description": "Tokens for LiveKit's rooms, and its webhooks."},
    {"name": "rooms", "description": "Which rooms are open, and who is in them: for recruiters."},
    {"name": "interview", "description": "An interview as its candidate holds it."},
    {"name": "recruiter", "description": "Interviews as a recruiter sees them."},
    {"name": "auth", "description": "A recruiter's session on the page."},
    {"name": "page", "description": "What the page must know to begin."},
    {"name": "system", "description": "Whether the service is well."},
]
"""In this order; what no route has is left out."""
REF = "#/components/schemas/{model}"
EVENTS: tuple[type[Payload], ...] = (*SHOWN, AnswerScored, UtteranceHeard)
"""What `InterviewEvents` describes: the payloads of the stream of events."""


def describe(app: FastAPI) -> None:
    """Have the application describe all that it answers: FastAPI does not know what stands before routes."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    used: set[str] = set()
    for path in document["paths"].values():
        for operation in path.values():
            used.update(operation.get("tags", ()))
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _there(parameter["schema"])
            before = {str(status): response for status, response in problems(*_before(operation)).items()}
            operation["responses"] = dict(sorted((operation["responses"] | before).items()))
            for status, response in operation["responses"].items():
                if links := LINKS.get((operation["operationId"], status)):
                    response["links"] = {to: {"operationId": to, **link} for to, link in links.items()}
    document["tags"] = [tag for tag in TAGS if tag["name"] in used]
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas |= _schemas(Problem, *ROOM_MESSAGES) | _events()
    return document


def _schemas(*models: type[BaseModel]) -> dict[str, Any]:
    """Components for models that no route answers with, by their names."""
    _, schemas = models_json_schema([(model, "serialization") for model in models], ref_template=REF)
    return dict(schemas["$defs"])


def _events() -> dict[str, Any]:
    """The payloads of the stream's events, and all by these' names: ``type``, which is not in the data."""
    schemas, by_type = _schemas(*EVENTS), {}
    for model in EVENTS:
        schema = schemas[model.__name__]
        schema["properties"].pop("type")
        schema["required"] = list(schema["properties"])  # what has a default is sent, too
        by_type[model.model_fields["type"].default] = {"$ref": REF.format(model=model.__name__)}
    schemas["InterviewEvents"] = {
        "description": "What `data` is in the stream of events, by the event's name.",
        "type": "object",
        "properties": by_type,
        "required": list(by_type),
    }
    return schemas


def _there(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without null: outside of a body nothing can be null, but only left out."""
    match schema:
        case {"anyOf": [option, {"type": "null"}], **rest}:
            return {**option, **rest}
    return schema


def _before(operation: dict[str, Any]) -> set[int]:
    """What an operation may answer before its route is called."""
    statuses = set()
    if "security" in operation:
        statuses |= {401, 429, 503}
    if body := operation.get("requestBody"):
        statuses |= {413, 422} if "application/json" in body["content"] else {413}
    if operation.get("parameters"):
        statuses.add(422)
    return statuses
