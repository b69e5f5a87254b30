"""A queue that keeps what it was given; the test decides when a deadline comes."""

from __future__ import annotations

from datetime import datetime


class RecordingQueue:
    """The complete port; enqueueing the same job twice is one."""

    def __init__(self) -> None:
        self.deadlines: dict[tuple[str, str], datetime] = {}
        self.reports: set[str] = set()
        self.archives: set[str] = set()

    async def deadline(self, interview_id: str, deadline_id: str, at: datetime) -> None:
        self.deadlines[interview_id, deadline_id] = at

    async def report(self, interview_id: str, effect_id: str) -> None:
        self.reports.add(interview_id)

    async def archive(self, interview_id: str) -> None:
        self.archives.add(interview_id)
