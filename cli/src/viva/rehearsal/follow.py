"""Following one interview in Redis: what happened to it and what the brain decided, in one order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog
from redis.asyncio import Redis
from viva_shared.broker import FIRST, Keys, until_available
from viva_shared.events import Envelope, UndecodableEvent, decode
from viva_shared.report import InterviewReport

log = structlog.get_logger(__name__)


async def events(redis: Redis, keys: Keys, interview_id: str) -> AsyncIterator[Envelope]:
    """Every input and output of an interview, from its beginning, as they come; never ends by itself."""
    cursors: dict[bytes | str | memoryview, int | bytes | str | memoryview] = {
        keys.inputs(interview_id): FIRST,
        keys.outputs(interview_id): FIRST,
    }
    while True:
        answer = await until_available("rehearsal", lambda: redis.xread(cursors, count=500, block=1000))
        found: list[tuple[tuple[int, int], bytes]] = []
        for key, entries in answer:
            cursors[key.decode()] = entries[-1][0].decode()
            found += [(_order(entry_id), fields.get(b"event", b"")) for entry_id, fields in entries]
        for _, raw in sorted(found, key=lambda item: item[0]):
            try:
                yield decode(raw)
            except UndecodableEvent as error:
                log.debug("event.undecodable", error=str(error))  # a dead letter; the brain says so itself


def _order(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition(b"-")
    return int(milliseconds), int(number)


async def stored_report(redis: Redis, keys: Keys, interview_id: str) -> InterviewReport:
    """Wait for the report of an interview that has ended; bound it with a timeout."""
    while True:
        raw = await until_available("report", lambda: redis.get(keys.report(interview_id)))
        if raw is not None:
            return InterviewReport.model_validate_json(raw)
        await asyncio.sleep(0.2)
