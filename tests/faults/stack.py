"""What is under test: Redis with its append-only file, brain workers, jobs, and the local model.

Every brain process has a way of its own to Redis (toxiproxy), and so have the candidates: each can be broken
alone.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from fixtures.processes import free_port, listens, server, wait_for
from fixtures.toxiproxy import BINARY, Proxy, Toxiproxy
from redis import Redis
from redis.exceptions import RedisError
from viva_shared.archive import migrate

from faults.evidence import Client
from faults.process import Process

MIGRATING = threading.Lock()
"""Alembic keeps what it does in a global, and stacks are started in several threads."""
START_S = 60.0
"""A process of Python's is up within this time, on a machine that does much else."""
REPLAY_S = 120.0
PACE = {"VIVA_LOCAL_GEMINI_CHUNK_WORDS": "1", "VIVA_LOCAL_GEMINI_CHUNK_DELAY_MS": "130"}
"""A reply lasts two or three seconds, so that a kill can land in it."""


class RedisServer:
    """A redis-server that may be paused, killed and started again on its append-only file."""

    def __init__(self, folder: Path) -> None:
        binary = shutil.which("redis-server")
        if binary is None:
            raise RuntimeError("redis-server is not installed: run scripts/setup")
        data = folder / "redis"
        data.mkdir()
        self.port = free_port()
        where = ("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(data))
        # `always` is the setting that promises that nothing acknowledged is lost.
        durable = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
        self.process = Process("redis", [binary, *where, *durable], folder)
        self.client: Client = Redis(port=self.port, socket_timeout=2.0, socket_connect_timeout=2.0)
        """The harness's own, on no proxy."""

    def start(self) -> None:
        """Start it and wait until it has read its file."""
        self.process.start()
        wait_for(self._answers, "Redis", START_S)

    def _answers(self) -> bool:
        with suppress(RedisError):
            return bool(self.client.ping())
        return False


@dataclass(frozen=True)
class Ground:
    """What brains stand on."""

    folder: Path
    redis: RedisServer
    toxiproxy: Toxiproxy
    model: httpx.Client
    """The local model, which can be told to misbehave."""


@contextmanager
def ground(folder: Path, pace: Mapping[str, str] = PACE) -> Iterator[Ground]:
    """Redis, toxiproxy and the local model, running."""
    if not BINARY.exists():
        raise RuntimeError("toxiproxy-server is not installed: run scripts/setup tests")
    model_port, proxy_port = free_port(), free_port()
    settings = {"VIVA_LOCAL_PORT": str(model_port), "VIVA_LOCAL_RECOGNIZERS": "1"}
    settings |= {"VIVA_LOCAL_GEMINI_FICKLE": "true", **pace}
    model = Process("local_providers", [sys.executable, "-m", "local_providers"], folder, **settings)
    with ExitStack() as exits:
        exits.callback(model.stop)
        model.start()
        redis = RedisServer(folder)
        exits.callback(redis.process.stop)
        exits.callback(redis.client.close)
        redis.start()
        command = [str(BINARY), "-host", "127.0.0.1", "-port", str(proxy_port)]
        exits.enter_context(server(command, proxy_port, folder / "toxiproxy.log"))
        proxies = exits.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{proxy_port}", timeout=10))
        admin = exits.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{model_port}", timeout=10))
        wait_for(lambda: listens(model_port), "the local model", START_S)
        yield Ground(folder, redis, Toxiproxy(proxies), admin)


@dataclass
class Brain:
    """A brain process (a worker, or the jobs), and its own way to Redis."""

    process: Process
    proxy: Proxy
    ready: str
    """What it logs when it is up."""
    is_well: bool = True
    """Whether it runs, and nothing is being done to it."""

    def wait_ready(self) -> None:
        """Wait until it is up. Raises RuntimeError if it ends instead."""
        wait_for(
            lambda: self.process.says(self.ready) or not self.process.is_running(), self.process.name, START_S
        )
        if not self.process.is_running():
            raise RuntimeError(f"{self.process.name} ended at its start: see {self.process.log}")

    def start_again(self) -> None:
        """Start it after its end."""
        self.process.start()
        self.wait_ready()


class Stack:
    """Brains and candidates under one key prefix."""

    def __init__(self, on: Ground, name: str, exits: ExitStack) -> None:
        self.ground = on
        self.redis = on.redis.client
        self.prefix = name
        self.folder = on.folder / name
        self.records = self.folder / "records"
        self.records.mkdir(parents=True)
        self._database_url = f"sqlite+aiosqlite:///{self.folder.resolve()}/viva.db"
        with MIGRATING:
            asyncio.run(migrate(self._database_url))
        self.workers: list[Brain] = []
        self.jobs: list[Brain] = []
        self._exits = exits
        self.candidates = exits.enter_context(on.toxiproxy.proxy(on.redis.port))
        """The candidates' way to Redis."""

    def key(self, interview_id: str, what: str) -> str:
        """The name of one of an interview's keys."""
        return f"{self.prefix}:{{{interview_id}}}:{what}"

    def start_brains(self, *, workers: int = 0, jobs: int = 0, wrapper: Sequence[str] = ()) -> None:
        """Start so many, and wait until they are up. ``wrapper`` goes before the module that is run."""
        new = [self._brain("worker", "worker.ready", n, wrapper) for n in range(workers)]
        new_jobs = [self._brain("jobs", "jobs.ready", n, wrapper) for n in range(jobs)]
        self.workers += new
        self.jobs += new_jobs
        for brain in (*new, *new_jobs):
            brain.process.start()
        for brain in (*new, *new_jobs):
            brain.wait_ready()

    def _brain(self, role: str, ready: str, number: int, wrapper: Sequence[str]) -> Brain:
        proxy = self._exits.enter_context(self.ground.toxiproxy.proxy(self.ground.redis.port))
        process = Process(
            f"{role}-{number}",
            [sys.executable, "-m", *wrapper, "brain", role],
            self.folder,
            **self.settings(proxy),
        )
        self._exits.callback(process.stop)
        return Brain(process, proxy, ready)

    def settings(self, way: Proxy) -> dict[str, str]:
        """What a process of ours gets in its environment."""
        return {
            "REDIS_URL": f"redis://127.0.0.1:{way.port}/0",
            "VIVA_KEY_PREFIX": self.prefix,
            "DATABASE_URL": self._database_url,
            "VIVA_LOCAL_PROVIDERS_URL": str(self.ground.model.base_url).rstrip("/"),
            "VIVA_LLM_PROVIDER": "local",
        }

    def driver(self, module: str, *options: str, wrapper: Sequence[str] = ()) -> Process:
        """A driver of interviews, started."""
        process = Process(
            module,
            [sys.executable, "-m", *wrapper, module, str(self.records), *options],
            self.folder,
            **self.settings(self.candidates),
        )
        self._exits.callback(process.stop)
        process.start()
        return process

    def replay(self) -> str:
        """Have the product replay every interview; what it says if one does not lead to the stored state."""
        ids = sorted(path.stem for path in self.records.glob("*.jsonl"))
        command = [sys.executable, "-m", "brain", "replay", *ids]
        process = Process("replay", command, self.folder, **self.settings(self.candidates))
        process.start()
        return process.log.read_text() if process.wait(REPLAY_S) else ""

    def mend(self) -> None:
        """Undo all that was done, but for processes that have ended."""
        self.ground.model.delete("/admin/faults").raise_for_status()
        self.ground.redis.process.signal(signal.SIGCONT)
        for way in (self.candidates, *(brain.proxy for brain in (*self.workers, *self.jobs))):
            way.mend()
        for brain in (*self.workers, *self.jobs):
            brain.process.signal(signal.SIGCONT)


@contextmanager
def stack(on: Ground, name: str) -> Iterator[Stack]:
    """A stack without brains yet; ``name`` is its folder and its key prefix."""
    with ExitStack() as exits:
        yield Stack(on, name, exits)
