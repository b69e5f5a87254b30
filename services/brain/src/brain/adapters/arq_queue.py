"""The queue port on arq. A job's id is made from what it does, so that enqueueing twice is one job."""

from __future__ import annotations

from datetime import datetime

from arq.connections import ArqRedis
from arq.jobs import Job, JobStatus
from viva_shared.broker import connection_pool, until_available

DEADLINES = "viva:arq:deadlines"
"""A queue of their own: a deadline must not wait behind a report."""
REPORTS = "viva:arq:reports"
ARCHIVE = "viva:arq:archive"
"""Of its own, too: a report must not wait for the database."""


async def connect_pool(url: str) -> ArqRedis:
    """Connect to where arq keeps its jobs; waits, and says so, while that is away."""
    pool = ArqRedis(connection_pool(url))
    await until_available("jobs", pool.ping)
    return pool


async def connect_queue(url: str) -> ArqQueue:
    """The queue, once it can be reached."""
    return ArqQueue(await connect_pool(url))


class ArqQueue:
    """Jobs by arq."""

    def __init__(self, pool: ArqRedis) -> None:
        self._pool = pool

    async def deadline(self, interview_id: str, deadline_id: str, at: datetime) -> None:
        """Have ``deadline_passed`` run at that time."""
        job_id = f"{interview_id}:{deadline_id}"
        await self._enqueue(DEADLINES, job_id, "deadline_passed", interview_id, deadline_id, at=at)

    async def report(self, interview_id: str, effect_id: str) -> None:
        """Have ``write_report`` run soon."""
        await self._enqueue(REPORTS, f"{interview_id}:report:{effect_id}", "write_report", interview_id)

    async def archive(self, interview_id: str) -> None:
        """Have ``archive`` run soon; one that is under way counts."""
        await self._enqueue(ARCHIVE, f"{interview_id}:archive", "archive", interview_id)

    async def rescore(self, interview_id: str) -> None:
        """Have ``rescore`` run soon; one that is under way counts."""
        await self._enqueue(ARCHIVE, f"{interview_id}:rescore", "rescore", interview_id)

    async def _enqueue(
        self, queue: str, job_id: str, function: str, *args: str, at: datetime | None = None
    ) -> None:
        async def enqueue() -> None:
            job = await self._pool.enqueue_job(
                function, *args, _job_id=job_id, _queue_name=queue, _defer_until=at
            )
            # None: there is such a job; or the connection broke in the middle, which arq takes for the same.
            if job is None and await Job(job_id, self._pool, queue).status() is JobStatus.not_found:
                raise ConnectionError(f"the connection broke while job {job_id} was enqueued")

        await until_available("jobs", enqueue)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose(close_connection_pool=True)
