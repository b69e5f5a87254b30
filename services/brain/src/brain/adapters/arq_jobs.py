"""arq workers for the brain's jobs: one for deadlines (and the sweeper), one for reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast

import structlog
from arq import Retry, Worker, cron, func
from arq.connections import ArqRedis
from redis.exceptions import RedisError
from viva_shared.broker import UNAVAILABLE, passes

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

from brain.adapters.arq_queue import DEADLINES, REPORTS, connect_pool
from brain.application.jobs import Jobs, ReportNotReady

log = structlog.get_logger(__name__)

DEADLINE_TIMEOUT_S = 5
"""arq gives a dead worker's job to another after this and 10 s more."""
REPORT_TIMEOUT_S = 60
SWEEP_EVERY_S = 5
RESTART_DELAY_S = 0.2
RETRY_S = 0.5
MAX_TRIES = 100_000
"""Redis may be away for long; a deadline or a report is not given up for that."""
CLOSE_S = 1.0
"""For jobs under way to write that they will be run again; without Redis they cannot."""


async def run_jobs(jobs: Jobs, url: str) -> None:
    """Run both workers until cancelled; a worker that ends because Redis went away is started again."""
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_running("deadlines", url, lambda pool: _deadlines(jobs, pool)))
        group.create_task(keep_running("reports", url, lambda pool: _reports(jobs, pool)))


def _deadlines(jobs: Jobs, pool: ArqRedis) -> Worker:
    async def deadline_passed(_: dict[str, Any], interview_id: str, deadline_id: str) -> None:
        await or_retry(jobs.deadline_passed(interview_id, deadline_id), DEADLINE_TIMEOUT_S)

    async def sweep(_: dict[str, Any]) -> None:
        try:
            await jobs.sweep()
        except UNAVAILABLE as error:  # the next one comes soon
            log.warning("sweep.put_off", error=str(error))

    every = set(range(0, 60, SWEEP_EVERY_S))
    return build_worker(
        pool,
        DEADLINES,
        functions=[
            func(
                cast("WorkerCoroutine", deadline_passed),
                name="deadline_passed",
                keep_result=60,
                max_tries=MAX_TRIES,
            )
        ],
        cron_jobs=[cron(cast("WorkerCoroutine", sweep), name="sweep", second=every, keep_result=0)],
        job_timeout=DEADLINE_TIMEOUT_S,
        poll_delay=0.1,
    )


def _reports(jobs: Jobs, pool: ArqRedis) -> Worker:
    async def write_report(context: dict[str, Any], interview_id: str) -> None:
        try:
            await or_retry(jobs.write_report(interview_id), REPORT_TIMEOUT_S)
        except ReportNotReady as not_ready:
            raise Retry(defer=min(0.2 * context["job_try"], 5.0)) from not_ready

    return build_worker(
        pool,
        REPORTS,
        functions=[
            func(
                cast("WorkerCoroutine", write_report),
                name="write_report",
                keep_result=60,
                max_tries=MAX_TRIES,
            )
        ],
        job_timeout=REPORT_TIMEOUT_S,
        poll_delay=0.2,
    )


def build_worker(pool: ArqRedis, queue: str, *, max_jobs: int = 20, **options: Any) -> Worker:
    """A worker of one queue, with what is the same for all."""
    return Worker(redis_pool=pool, queue_name=queue, handle_signals=False, max_jobs=max_jobs, **options)


async def or_retry(work: Coroutine[Any, Any, None], timeout_s: float) -> None:
    """Do it; again a little later if Redis is away or time is up (arq itself would give the job up)."""
    try:
        async with asyncio.timeout(timeout_s - 1):
            await work
    except UNAVAILABLE as error:
        raise Retry(defer=RETRY_S) from error


async def keep_running(name: str, url: str, build: Callable[[ArqRedis], Worker]) -> None:
    """Run a worker until cancelled; one that ends because Redis went away is started again."""
    while True:
        pool = await connect_pool(url)
        worker = build(pool)
        try:
            log.info("jobs.ready", queue=name)
            await worker.async_run()
        except (RedisError, OSError) as error:
            if not passes(error):
                raise
            log.warning("jobs.redis_unavailable", queue=name, error=str(error))
            await asyncio.sleep(RESTART_DELAY_S)
        finally:
            await _close(worker, pool)


async def _close(worker: Worker, pool: ArqRedis) -> None:
    """arq's close ends with the cancellation of the jobs it cancels, and then leaves its connections open."""
    closing = asyncio.ensure_future(worker.close())
    await asyncio.wait({closing}, timeout=CLOSE_S)
    closing.cancel()
    await pool.connection_pool.disconnect(inuse_connections=True)
    [error] = await asyncio.gather(closing, return_exceptions=True)
    if isinstance(error, Exception):
        log.warning("jobs.close_failed", error=repr(error))
