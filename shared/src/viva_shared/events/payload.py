"""What every payload is."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """The part of an event that differs by type. Each subclass declares ``type`` as a ``Literal``.

    Unknown fields are ignored, so that an older reader understands a newer, additive, payload.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: ClassVar[int] = 1
