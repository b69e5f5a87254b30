"""The envelope that every event travels in, on every stream."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import uuid4

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError, from_json

from viva_shared.events.inputs import Input
from viva_shared.events.outputs import Output
from viva_shared.events.payload import Payload

MAX_EVENT_BYTES = 64 * 1024
"""The default of ``VIVA_MAX_EVENT_BYTES``: what is larger is refused by its producer and by its reader."""
REASON_CHARS = 300
"""A reason names what is wrong; what comes from the bytes themselves may be of any length."""
NAME_CHARS = 60

Flaw = Literal["garbage", "invalid", "unknown_type", "unknown_version", "oversized"]
"""No JSON object, not its type's shape, a type or version of somebody newer, over the limit."""


class OversizedEvent(ValueError):
    """An event that is too large to be sent; nothing was written."""

    retryable = False


class UndecodableEvent(ValueError):
    """Bytes on a stream that are not an event of a known type and version: a dead letter, never retried.

    Attributes:
        flaw: what is wrong, in a word.
        event_id: the event's own, where that much could be read.
    """

    retryable = False

    def __init__(self, reason: str, flaw: Flaw, event_id: str | None = None) -> None:
        super().__init__(reason)
        self.flaw = flaw
        self.event_id = event_id


class Envelope(BaseModel):
    """One event. Type and version stand here and not in the payload, so that a reader can route without it.

    Attributes:
        event_id: unique in its interview; a second append with the same id changes nothing.
        type: dotted past tense, such as ``utterance.heard``.
        version: of the payload's shape; additive changes keep it.
        interview_id: whose mailbox it is in.
        occurred_at: when it happened, with a zone; the only clock the stage machine sees.
        correlation_id: the same for all that follows from one event of the outside world.
        causation_id: event_id of what led to this, if anything did.
        traceparent: W3C trace context, if traced.
        data: the payload, an input or an output.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_id: Annotated[str, Field(min_length=1, max_length=200)]
    type: str
    version: int
    interview_id: Annotated[str, Field(min_length=1, max_length=128)]
    occurred_at: AwareDatetime
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    data: Annotated[Input | Output, Field(discriminator="type")]

    @model_validator(mode="before")
    @classmethod
    def _type_into_payload(cls, value: Any) -> Any:
        """Before the payload is looked at: a newer version's would seem to be malformed."""
        if not isinstance(value, dict):
            return value
        type_, version, data = value.get("type"), value.get("version"), value.get("data")
        if not isinstance(type_, str) or type_ not in _VERSIONS:
            raise PydanticCustomError("unknown_type", "unknown type {type}", {"type": _cut(type_)})
        if version != _VERSIONS[type_]:
            raise PydanticCustomError(
                "unknown_version",
                "version {version} of {type}, known is {known}",
                {"version": _cut(version), "type": type_, "known": _VERSIONS[type_]},
            )
        return value | {"data": data | {"type": type_}} if isinstance(data, dict) else value

    @model_validator(mode="after")
    def _same_type(self) -> Envelope:
        if self.type != self.data.type:
            raise ValueError(f"type {self.type!r} on the envelope, {self.data.type!r} in the payload")
        return self

    @model_serializer(mode="wrap")
    def _type_out_of_payload(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        out: dict[str, Any] = handler(self)
        out["data"].pop("type")
        return out

    @property
    def is_input(self) -> bool:
        """Whether it is something that happened to the interview, and not what the brain said of it."""
        return isinstance(self.data, get_args(get_args(Input)[0]))

    def encode(self, max_bytes: int | None = None) -> str:
        """JSON text; raises OversizedEvent if it is larger than the limit, if there is one."""
        text = self.model_dump_json()
        if max_bytes is not None and (size := len(text.encode())) > max_bytes:
            raise OversizedEvent(
                f"event {self.event_id} ({self.type}) has {size} bytes, the limit is {max_bytes}: shorten it"
            )
        return text


_ENVELOPE = TypeAdapter(Envelope)
_VERSIONS: dict[str, int] = {
    payload.model_fields["type"].default: payload.version
    for kind in (Input, Output)
    for payload in get_args(get_args(kind)[0])
}

_FLAWS: dict[str, Flaw] = {
    "json_invalid": "garbage",
    "model_type": "garbage",
    "unknown_type": "unknown_type",
    "unknown_version": "unknown_version",
}
"""By pydantic's name of the error."""


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= NAME_CHARS else f"{text[:NAME_CHARS]}…"


def new_event(
    interview_id: str,
    data: Payload,
    occurred_at: datetime,
    *,
    event_id: str | None = None,
    cause: Envelope | None = None,
) -> Envelope:
    """Wrap a payload; a random event_id unless one is given; correlation and trace come from the cause."""
    event_id = event_id or uuid4().hex
    return Envelope.model_validate(
        {
            "event_id": event_id,
            "type": getattr(data, "type", ""),
            "version": data.version,
            "interview_id": interview_id,
            "occurred_at": occurred_at,
            "correlation_id": cause.correlation_id if cause else event_id,
            "causation_id": cause.event_id if cause else None,
            "traceparent": cause.traceparent if cause else None,
            "data": data,
        }
    )


def decode(raw: bytes | str, max_bytes: int | None = None) -> Envelope:
    """Read an event off a stream; raises UndecodableEvent with the reason.

    Args:
        max_bytes: the limit, for whoever decides what is let in; what was let in once is read without one.
    """
    if max_bytes is not None and len(raw) > max_bytes:
        raise UndecodableEvent(f"{len(raw)} bytes, the limit is {max_bytes}", "oversized")
    try:
        return _ENVELOPE.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = f"{where or 'event'}: {first['msg']}"[:REASON_CHARS]
        raise UndecodableEvent(reason, _FLAWS.get(first["type"], "invalid"), _readable_id(raw)) from error


def _readable_id(raw: bytes | str) -> str | None:
    with suppress(ValueError):
        match from_json(raw):
            case {"event_id": str(event_id)}:
                return event_id[:REASON_CHARS]
    return None
