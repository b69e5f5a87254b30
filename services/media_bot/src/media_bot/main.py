"""Wiring of the media bot: an AgentServer that gives each room a process of its own."""

from __future__ import annotations

import asyncio
import atexit
import math
import shutil
import signal
import sys
import tempfile
from typing import Any

import structlog
from livekit.agents import AgentServer, JobProcess, JobRequest
from livekit.agents.utils import http_context
from viva_shared.broker import Keys, Mailboxes, connect, until_available
from viva_shared.logs import configure_logging
from viva_shared.settings import SettingsError, load_settings

from media_bot.adapters.speech import load_vad
from media_bot.job import interview_job
from media_bot.settings import BotSettings

log = structlog.get_logger(__name__)


def prewarm(process: JobProcess) -> None:
    """Runs in each job's process before it gets a job."""
    settings = load_settings(BotSettings)
    configure_logging("media_bot", settings)
    process.userdata["settings"] = settings
    process.userdata["vad"] = load_vad()
    asyncio.run(read_certificates())


async def read_certificates() -> None:
    """The process keeps them, and its job's HTTP session need not: that takes 30 to 150 ms."""
    async with http_context.open():
        pass


class RoomLimit:
    """Load is rooms over the limit, and a full bot refuses.

    Not AgentServer's own threshold: it counts a room that is just being entered as a full load as long as
    there is no other, so that of two rooms that open together one would get nobody.
    """

    def __init__(self, limit: int, name: str) -> None:
        self._limit = limit
        self._name = name
        self._entering = 0
        self.server: AgentServer | None = None

    @property
    def _rooms(self) -> int:
        return self._entering + (len(self.server.active_jobs) if self.server else 0)

    def load(self) -> float:
        """Between 0 and 1."""
        return min(self._rooms / self._limit, 1.0)

    async def decide(self, request: JobRequest) -> None:
        """Take a room, or leave it to another bot."""
        if self._rooms >= self._limit:
            log.warning("bot.full", rooms=self._rooms, limit=self._limit)
            await request.reject(terminate=False)
            return
        self._entering += 1
        try:
            await request.accept(name=self._name)
        finally:
            self._entering -= 1


def metrics_folder() -> str:
    """Where the rooms, which are processes of their own, leave their metrics; it goes when the bot goes."""
    folder = tempfile.mkdtemp(prefix="viva-bot-metrics-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def build_server(settings: BotSettings) -> AgentServer:
    """An AgentServer in production mode, dispatched to by name; its load is rooms over the limit."""

    rooms = RoomLimit(settings.max_rooms, settings.display_name)
    server = AgentServer(
        ws_url=settings.livekit_url,
        api_key=settings.livekit_api_key,
        api_secret=settings.livekit_api_secret.get_secret_value(),
        host=settings.host,
        port=settings.port,
        prometheus_port=settings.metrics_port or None,
        prometheus_multiproc_dir=metrics_folder() if settings.metrics_port else None,
        load_fnc=rooms.load,
        load_threshold=math.inf,  # the limit is kept by RoomLimit
        num_idle_processes=settings.idle_processes,
        drain_timeout=settings.drain_s,
        initialize_process_timeout=60.0,
        setup_fnc=prewarm,
        log_level=settings.log_level,
    )
    rooms.server = server
    # its port answers long before: only from here on does a room that opens get a bot
    server.on("worker_registered", lambda *_: log.info("bot.ready", agent_name=settings.agent_name))
    server.rtc_session(interview_job, agent_name=settings.agent_name, on_request=rooms.decide)
    return server


async def until_redis(settings: BotSettings) -> None:
    """Without Redis a room would get a bot that can do nothing: wait, and say so in the log."""
    redis = connect(settings.redis_url)
    try:
        await until_available("start", Mailboxes(redis, Keys(settings.key_prefix)).load_functions)
    finally:
        await redis.aclose()


async def serve(settings: BotSettings) -> None:
    """Serve, once Redis is there, until SIGTERM (drains, bounded) or SIGINT (does not)."""
    server = build_server(settings)
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()

    def on_signal(received: signal.Signals) -> None:
        if not stop.done():
            stop.set_result(received)

    for received in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(received, on_signal, received)
    waiting = asyncio.create_task(until_redis(settings), name="redis")
    either: set[asyncio.Future[Any]] = {waiting, stop}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if stop.done():
        waiting.cancel()
        return
    await waiting
    running = asyncio.create_task(server.run(), name="agent_server")
    running.add_done_callback(lambda _: on_signal(signal.SIGINT))
    if await stop is signal.SIGTERM:
        try:
            await server.drain()
        except TimeoutError:
            log.warning("drain.timed_out", waited_s=settings.drain_s)
    await server.aclose()
    await running


def main() -> int:
    """Entry point of ``python -m media_bot``; 2 for settings that stop the start."""
    try:
        settings = load_settings(BotSettings)
    except SettingsError as error:
        print(f"media_bot: {error}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
        return 2
    configure_logging("media_bot", settings)
    asyncio.run(serve(settings))
    return 0
