"""Why a rehearsal is not a success."""

from __future__ import annotations


class RehearsalError(Exception):
    """The interview did not reach its end. ``logs`` are the processes whose logs say more."""

    def __init__(self, message: str, *logs: str) -> None:
        super().__init__(message)
        self.logs = logs
