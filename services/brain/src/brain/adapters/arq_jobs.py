"""arq workers for the brain's jobs: one for deadlines (and the sweeper), one for reports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import structlog
from arq import Retry, Worker, cron, func
from arq.connections import RedisSettings
from viva_shared.broker import UNAVAILABLE

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

from brain.adapters.arq_queue import DEADLINES, REPORTS
from brain.application.jobs import Jobs, ReportNotReady

log = structlog.get_logger(__name__)

DEADLINE_TIMEOUT_S = 5
"""arq gives a dead worker's job to another after this and 10 s more."""
REPORT_TIMEOUT_S = 60
SWEEP_EVERY_S = 5


async def run_jobs(jobs: Jobs, url: str) -> None:
    """Run both workers until cancelled; a worker that ends because Redis went away is started again."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_keep_running("deadlines", lambda: _deadlines(jobs, url)))
        group.create_task(_keep_running("reports", lambda: _reports(jobs, url)))


def _deadlines(jobs: Jobs, url: str) -> Worker:
    async def deadline_passed(_: dict[str, Any], interview_id: str, deadline_id: str) -> None:
        await jobs.deadline_passed(interview_id, deadline_id)

    async def sweep(_: dict[str, Any]) -> None:
        await jobs.sweep()

    return _worker(
        url,
        DEADLINES,
        functions=[
            func(
                cast("WorkerCoroutine", deadline_passed), name="deadline_passed", keep_result=60, max_tries=20
            )
        ],
        cron_jobs=[
            cron(
                cast("WorkerCoroutine", sweep),
                name="sweep",
                second=set(range(0, 60, SWEEP_EVERY_S)),
                keep_result=0,
            )
        ],
        job_timeout=DEADLINE_TIMEOUT_S,
        poll_delay=0.1,
    )


def _reports(jobs: Jobs, url: str) -> Worker:
    async def write_report(context: dict[str, Any], interview_id: str) -> None:
        try:
            await jobs.write_report(interview_id)
        except ReportNotReady as not_ready:
            raise Retry(defer=min(0.2 * context["job_try"], 5.0)) from not_ready

    return _worker(
        url,
        REPORTS,
        functions=[
            func(cast("WorkerCoroutine", write_report), name="write_report", keep_result=60, max_tries=50)
        ],
        job_timeout=REPORT_TIMEOUT_S,
        poll_delay=0.2,
    )


def _worker(url: str, queue: str, **options: Any) -> Worker:
    settings = RedisSettings.from_dsn(url)
    settings.conn_retries = 0
    return Worker(
        redis_settings=settings,
        queue_name=queue,
        handle_signals=False,
        max_jobs=20,
        **options,
    )


async def _keep_running(name: str, build: Any) -> None:
    delay = 0.1
    while True:
        worker = build()
        try:
            await worker.async_run()
        except UNAVAILABLE as error:
            log.warning("jobs.redis_unavailable", worker=name, error=str(error))
            await asyncio.sleep(delay)
            delay = min(delay * 2, 2.0)
        else:
            delay = 0.1
        finally:
            await worker.close()
