"""Faults a test can order: what they are, and which one the next call gets."""

from enum import StrEnum
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field


class Target(StrEnum):
    """The part that is told to misbehave. A streaming connection counts as one call."""

    LISTEN = "listen"
    SPEAK = "speak"
    GEMINI = "gemini"


class FaultOrder(BaseModel):
    """One way to misbehave; several fields may be combined.

    "Messages" are WebSocket messages sent by the server, or chunks of an HTTP response body.
    """

    model_config = ConfigDict(extra="forbid")

    target: Target
    latency_ms: int = Field(default=0, ge=0, description="Wait before the handshake or the first byte.")
    status: int | None = Field(
        default=None, ge=400, le=599, description="Refuse with the vendor's own error body."
    )
    cut_after: int | None = Field(
        default=None, ge=0, description="Drop the connection after so many messages."
    )
    garbage: bool = Field(default=False, description="Send messages that cannot be parsed.")
    stall: bool = Field(default=False, description="Stop sending, keep the connection open.")
    after: int = Field(default=0, ge=0, description="Good messages before garbage or a stall begins.")
    block: bool = Field(default=False, description="Gemini only: the prompt is blocked for safety.")
    times: int | None = Field(default=1, ge=1, description="How many calls it affects; null until cleared.")


class Fault(FaultOrder):
    """An order in force. `times` counts down."""

    id: str
    hits: int = 0


class FaultRegistry:
    """Orders in force, oldest first. One call gets the oldest order for its target."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, order: FaultOrder) -> Fault:
        """Puts an order in force."""
        fault = Fault(id=uuid4().hex[:8], **order.model_dump())
        self._faults.append(fault)
        return fault.model_copy()

    def list(self) -> list[Fault]:
        """Returns the orders still in force."""
        return [fault.model_copy() for fault in self._faults]

    def clear(self, target: Target | None = None) -> None:
        """Withdraws all orders, or those for one target."""
        self._faults = [] if target is None else [f for f in self._faults if f.target is not target]

    def take(self, target: Target) -> Fault | None:
        """Counts one call against the oldest order for the target and returns it."""
        for fault in self._faults:
            if fault.target is target:
                fault.hits += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                return fault.model_copy()
        return None
