"""The envelope that every event travels in, on every stream."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
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

from viva_shared.events.inputs import Input
from viva_shared.events.outputs import Output
from viva_shared.events.payload import Payload

MAX_EVENT_BYTES = 64 * 1024
"""An encoded event larger than this is refused by its producer and dead-lettered by its reader."""


class UndecodableEvent(ValueError):
    """Bytes on a stream that are not an event of a known type and version: a dead letter, never retried."""

    retryable = False


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
        if isinstance(value, dict) and isinstance(value.get("data"), dict):
            return value | {"data": value["data"] | {"type": value.get("type")}}
        return value

    @model_validator(mode="after")
    def _known_version(self) -> Envelope:
        if self.type != self.data.type:
            raise ValueError(f"type {self.type!r} on the envelope, {self.data.type!r} in the payload")
        if self.version != self.data.version:
            raise ValueError(f"version {self.version} of {self.type}, known is {self.data.version}")
        return self

    @model_serializer(mode="wrap")
    def _type_out_of_payload(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        out: dict[str, Any] = handler(self)
        out["data"].pop("type")
        return out

    def encode(self) -> str:
        """JSON text; raises ValueError if it is larger than MAX_EVENT_BYTES."""
        text = self.model_dump_json()
        if len(text.encode()) > MAX_EVENT_BYTES:
            raise ValueError(
                f"event {self.event_id} ({self.type}) is over {MAX_EVENT_BYTES} bytes; shorten its text"
            )
        return text


_ENVELOPE = TypeAdapter(Envelope)


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


def decode(raw: bytes | str) -> Envelope:
    """Read an event off a stream; raises UndecodableEvent with the reason."""
    if len(raw) > MAX_EVENT_BYTES:
        raise UndecodableEvent(f"{len(raw)} bytes, the limit is {MAX_EVENT_BYTES}")
    try:
        return _ENVELOPE.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UndecodableEvent(f"{where or 'event'}: {first['msg']}") from error
