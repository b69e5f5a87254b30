"""The queue port on arq. A job's id is made from what it does, so that enqueueing twice is one job."""

from __future__ import annotations

from datetime import datetime

from arq.connections import ArqRedis, RedisSettings, create_pool
from viva_shared.broker import until_available

DEADLINES = "viva:arq:deadlines"
"""A queue of their own: a deadline must not wait behind a report."""
REPORTS = "viva:arq:reports"


async def connect_pool(url: str) -> ArqRedis:
    """Connect to where arq keeps its jobs; waits, and says so, while that is away."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_retries = 0
    return await until_available("jobs", lambda: create_pool(settings))


async def connect_queue(url: str) -> ArqQueue:
    """The queue, once it can be reached."""
    return ArqQueue(await connect_pool(url))


class ArqQueue:
    """Jobs by arq."""

    def __init__(self, pool: ArqRedis) -> None:
        self._pool = pool

    async def deadline(self, interview_id: str, deadline_id: str, at: datetime) -> None:
        """Have ``deadline_passed`` run at that time."""
        await until_available(
            "jobs",
            lambda: self._pool.enqueue_job(
                "deadline_passed",
                interview_id,
                deadline_id,
                _job_id=f"{interview_id}:{deadline_id}",
                _queue_name=DEADLINES,
                _defer_until=at,
            ),
        )

    async def report(self, interview_id: str, effect_id: str) -> None:
        """Have ``write_report`` run soon."""
        await until_available(
            "jobs",
            lambda: self._pool.enqueue_job(
                "write_report",
                interview_id,
                _job_id=f"{interview_id}:report:{effect_id}",
                _queue_name=REPORTS,
            ),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()
