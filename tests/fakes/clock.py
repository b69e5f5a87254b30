"""Time that goes on when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Called, it says what time it is."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **delta: float) -> None:
        self.at += timedelta(**delta)
