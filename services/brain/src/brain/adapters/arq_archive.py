"""An arq worker for what needs the database: no deadline and no report waits for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import structlog
from arq import Retry, Worker, cron, func
from arq.connections import ArqRedis
from viva_shared import metrics
from viva_shared.archive import ArchiveUnavailable
from viva_shared.broker import UNAVAILABLE

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

from brain.adapters.arq_jobs import MAX_TRIES, build_worker, keep_running, or_retry
from brain.adapters.arq_queue import ARCHIVE
from brain.application.archiving import Archiving

log = structlog.get_logger(__name__)

TIMEOUT_S = 60
FIRST_RETRY_S, LAST_RETRY_S = 0.5, 30.0
"""Between two tries while the database is away; twice as long each time."""
AT_ONCE = 5
"""Each may have a whole interview in memory, and a connection."""
ERASE_S = 600
"""What is old and not erased by then is erased an hour later."""


async def run_archive(archiving: Archiving, url: str) -> None:
    """Run the worker until cancelled."""
    await keep_running("archive", url, lambda pool: _archive(archiving, pool))


def _archive(archiving: Archiving, pool: ArqRedis) -> Worker:
    async def archive(context: dict[str, Any], interview_id: str) -> None:
        try:
            await or_retry(archiving.archive(interview_id), TIMEOUT_S)
        except Retry:
            raise
        except ArchiveUnavailable as error:
            metrics.ARCHIVE_OUTAGES.inc()
            log.warning("archive.put_off", interview_id=interview_id, error=str(error))
            again = FIRST_RETRY_S * 2 ** min(context["job_try"] - 1, 10)
            raise Retry(defer=min(again, LAST_RETRY_S)) from error
        except Exception:
            log.exception("archive.failed", interview_id=interview_id)
            await archiving.put_off(interview_id)

    async def erase_old(_: dict[str, Any]) -> None:
        try:
            await archiving.erase_old()
        except (ArchiveUnavailable, *UNAVAILABLE) as error:  # the next one comes in an hour
            log.warning("retention.put_off", error=str(error))

    return build_worker(
        pool,
        ARCHIVE,
        functions=[
            func(cast("WorkerCoroutine", archive), name="archive", keep_result=0, max_tries=MAX_TRIES)
        ],
        cron_jobs=[
            cron(
                cast("WorkerCoroutine", erase_old),
                name="erase_old",
                minute=17,
                second=0,
                timeout=ERASE_S,
                keep_result=0,
            )
        ],
        job_timeout=TIMEOUT_S,
        max_jobs=AT_ONCE,
        poll_delay=0.5,
    )
