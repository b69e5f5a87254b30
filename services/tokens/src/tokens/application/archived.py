"""Interviews of which Redis has nothing any more but that they were."""

from __future__ import annotations

from collections.abc import Iterator

from viva_shared.archive import Archive, LoggedEvent, Stream
from viva_shared.broker import History
from viva_shared.events import Envelope, UndecodableEvent, decode


async def archived_history(archive: Archive, interview_id: str) -> History | None:
    """An interview as its streams told it; None: the archive has no report of it, or nothing at all.

    Raises ArchiveUnavailable.
    """
    scenario = await archive.scenario(interview_id)
    if scenario is None:
        return None
    events = await archive.events(interview_id)
    inputs, outputs = (tuple(_read(events, stream)) for stream in ("in", "out"))
    if not inputs:  # it was deleted meanwhile
        return None
    return History("archived", scenario, has_bot=False, inputs=inputs, outputs=outputs)


def _read(events: list[LoggedEvent], stream: Stream) -> Iterator[tuple[str, Envelope]]:
    for logged in events:
        if logged.stream != stream:
            continue
        try:
            yield logged.entry_id, decode(logged.body.encode())
        except UndecodableEvent:
            continue  # it was none in Redis either
