"""An arq worker for what needs the database: no deadline and no report waits for that."""

from __future__ import annotations

from collections.abc import Coroutine
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
from brain.adapters.arq_queue import ARCHIVE, ArqQueue
from brain.application.archiving import Archiving
from brain.application.rescoring import Rescoring

log = structlog.get_logger(__name__)

TIMEOUT_S = 60
FIRST_RETRY_S, LAST_RETRY_S = 0.5, 30.0
"""Between two tries while the database is away; twice as long each time."""
AT_ONCE = 5
"""Each may have a whole interview in memory, and a connection."""
LOOK_EVERY_S = 2
"""For interviews that are to be scored again: they are asked for in the database."""
ERASE_S = 600
"""What is old and not erased by then is erased an hour later."""


async def run_archive(archiving: Archiving, rescoring: Rescoring, url: str) -> None:
    """Run the worker until cancelled."""
    await keep_running("archive", url, lambda pool: _archive(archiving, rescoring, pool))


async def _or_put_off(work: Coroutine[Any, Any, None], job_try: int, interview_id: str) -> None:
    """Do it; again later if Redis or the database is away."""
    try:
        await or_retry(work, TIMEOUT_S)
    except ArchiveUnavailable as error:
        metrics.ARCHIVE_OUTAGES.inc()
        log.warning("archive.put_off", interview_id=interview_id, error=str(error))
        again = FIRST_RETRY_S * 2 ** min(job_try - 1, 10)
        raise Retry(defer=min(again, LAST_RETRY_S)) from error


def _archive(archiving: Archiving, rescoring: Rescoring, pool: ArqRedis) -> Worker:
    queue = ArqQueue(pool)

    async def archive(context: dict[str, Any], interview_id: str) -> None:
        try:
            await _or_put_off(archiving.archive(interview_id), context["job_try"], interview_id)
        except Retry:
            raise
        except Exception:
            log.exception("archive.failed", interview_id=interview_id)
            await archiving.put_off(interview_id)

    async def rescore(context: dict[str, Any], interview_id: str) -> None:
        try:
            await _or_put_off(rescoring.rescore(interview_id), context["job_try"], interview_id)
        except Retry:
            raise
        except Exception:
            log.exception("rescore.failed", interview_id=interview_id)
            await rescoring.give_up(interview_id)

    async def rescore_asked(_: dict[str, Any]) -> None:
        try:
            for interview_id in await rescoring.asked():
                await queue.rescore(interview_id)
        except (ArchiveUnavailable, *UNAVAILABLE) as error:  # the next one comes soon
            log.warning("rescoring.put_off", error=str(error))

    async def erase_old(_: dict[str, Any]) -> None:
        try:
            await archiving.erase_old()
        except (ArchiveUnavailable, *UNAVAILABLE) as error:  # the next one comes in an hour
            log.warning("retention.put_off", error=str(error))

    return build_worker(
        pool,
        ARCHIVE,
        functions=[
            func(cast("WorkerCoroutine", work), name=name, keep_result=0, max_tries=MAX_TRIES)
            for name, work in (("archive", archive), ("rescore", rescore))
        ],
        cron_jobs=[
            cron(
                cast("WorkerCoroutine", erase_old),
                name="erase_old",
                minute=17,
                second=0,
                timeout=ERASE_S,
                keep_result=0,
            ),
            cron(
                cast("WorkerCoroutine", rescore_asked),
                name="rescore_asked",
                second=set(range(0, 60, LOOK_EVERY_S)),
                keep_result=0,
            ),
        ],
        job_timeout=TIMEOUT_S,
        max_jobs=AT_ONCE,
        poll_delay=0.5,
    )
