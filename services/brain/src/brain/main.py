"""Wiring: the one place where the brain's parts are built and put together."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
import uvloop
from livekit.api import LiveKitAPI
from viva_shared import metrics
from viva_shared.broker import UNAVAILABLE, Doorbell, Keys, Mailboxes, connect, until_available
from viva_shared.logs import configure_logging
from viva_shared.settings import SettingsError, load_settings

from brain.adapters.arq_jobs import run_jobs
from brain.adapters.arq_queue import connect_queue
from brain.adapters.gemini import GeminiModel
from brain.adapters.livekit_rooms import LiveKitRooms
from brain.application.finding import Patience
from brain.application.jobs import Jobs
from brain.application.performer import Performer
from brain.application.replaying import replay
from brain.application.reporting import NoSuchInterview
from brain.application.rooms import RoomCloser, RoomWatch
from brain.application.serving import Tools
from brain.application.speaking import Budget
from brain.application.worker import Worker
from brain.settings import BrainSettings

log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def build_model(settings: BrainSettings) -> GeminiModel:
    """Gemini, or the local provider that speaks its protocol."""
    if settings.llm_provider == "local":
        return GeminiModel(settings.model_name, "local", settings.local_providers_url)
    return GeminiModel(settings.model_name, settings.google_api_key.get_secret_value())


async def run_worker(settings: BrainSettings) -> None:
    """Serve interviews until cancelled."""
    redis = connect(settings.redis_url)
    keys = Keys(settings.key_prefix)
    mailboxes = Mailboxes(redis, keys, settings.max_event_bytes)
    model = build_model(settings)
    await until_available("functions", mailboxes.load_functions)
    queue = await connect_queue(settings.jobs_url)
    name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"
    performer = Performer(
        mailboxes,
        model,
        queue,
        Budget(settings.first_chunk_s, settings.stall_s),
        Patience(settings.extract_s, settings.questions_s),
        utc_now,
    )
    worker = Worker(
        name,
        Tools(mailboxes, performer, settings.max_tries, utc_now),
        Doorbell(redis, name, keys, settings.max_event_bytes),
        lease_ttl_s=settings.lease_ttl_s,
        heartbeat_s=settings.heartbeat_s,
        max_interviews=settings.max_interviews,
        drain_s=settings.drain_s,
    )
    try:
        await worker.run()
    finally:
        await model.aclose()
        await queue.aclose()
        await redis.aclose()


async def run_job_worker(settings: BrainSettings) -> None:
    """Run deadlines, reports, the sweeper and the archive, and look after the rooms, until cancelled."""
    from brain.main_archive import archive_interviews  # workers need not load a database's drivers

    redis = connect(settings.redis_url)
    mailboxes = Mailboxes(redis, Keys(settings.key_prefix), settings.max_event_bytes)
    model = build_model(settings)
    await until_available("functions", mailboxes.load_functions)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_queues(mailboxes, settings), name="jobs")
            group.create_task(watch_rooms(mailboxes, settings), name="rooms")
            group.create_task(archive_interviews(mailboxes, settings, model, utc_now), name="archive")
    finally:
        await model.aclose()
        await redis.aclose()


async def run_queues(mailboxes: Mailboxes, settings: BrainSettings) -> None:
    """Run deadlines, reports and the sweeper until cancelled."""
    queue = await connect_queue(settings.jobs_url)
    try:
        settled = timedelta(seconds=settings.settled_s)
        await run_jobs(Jobs(mailboxes, queue, settings.model_name, utc_now, settled), settings.jobs_url)
    finally:
        await queue.aclose()


async def watch_rooms(mailboxes: Mailboxes, settings: BrainSettings) -> None:
    """Send bots to rooms that lost theirs, and close those whose interview is over, until cancelled."""
    if settings.missing_livekit:
        log.warning("livekit.not_configured", missing=settings.missing_livekit)
        return
    secret = settings.livekit_api_secret.get_secret_value()
    async with LiveKitAPI(settings.livekit_url, settings.livekit_api_key, secret) as api:
        rooms = LiveKitRooms(api, settings.agent_name)
        async with asyncio.TaskGroup() as group:
            group.create_task(RoomWatch(mailboxes, rooms, bot_ttl_s=settings.bot_lease_ttl_s).run())
            group.create_task(RoomCloser(mailboxes, rooms).run())


async def run_replay(settings: BrainSettings, interview_ids: Sequence[str]) -> int:
    """Replay interviews and print how each ended; 0 if all end in their stored states, 1 or 2 if not."""
    redis = connect(settings.redis_url)
    mailboxes = Mailboxes(redis, Keys(settings.key_prefix), settings.max_event_bytes)
    try:
        return max([await _replay(mailboxes, interview_id) for interview_id in interview_ids])
    except UNAVAILABLE as error:
        print(f"Redis does not answer ({error}): start it, or `make up`", file=sys.stderr)  # noqa: T201
        return 2
    finally:
        await redis.aclose()


async def _replay(mailboxes: Mailboxes, interview_id: str) -> int:
    try:
        result = await replay(mailboxes, interview_id)
    except NoSuchInterview:
        print(f"there is no interview {interview_id!r} in this Redis", file=sys.stderr)  # noqa: T201
        return 2
    stored, replayed = result.hashes
    if result.same:
        print(f"{interview_id}: {result.inputs} inputs lead to the stored state, {stored}")  # noqa: T201
        return 0
    print(f"{interview_id}: stored {stored}, replayed {replayed}\n{result.diff()}")  # noqa: T201
    return 1


async def _until_signalled(work: Coroutine[Any, Any, None]) -> None:
    """Cancel the work on SIGTERM and SIGINT; it cleans up in its ``finally``."""
    task = asyncio.create_task(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped")


def main(role: str, interview_ids: Sequence[str] = ()) -> int:
    """Run one role until it is told to stop (``worker``, ``jobs``) or is done (``replay``); the exit code."""
    try:
        settings = load_settings(BrainSettings)
    except SettingsError as error:
        print(f"brain: {error}", file=sys.stderr)  # noqa: T201  before logging is configured
        return 2
    configure_logging(f"brain-{role}", settings)
    if interview_ids:
        return uvloop.run(run_replay(settings, interview_ids))
    metrics.serve(settings.metrics_host, settings.metrics_port)
    work = {"worker": run_worker, "jobs": run_job_worker}[role](settings)
    uvloop.run(_until_signalled(work))
    return 0
