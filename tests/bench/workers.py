"""What brain workers cost a turn: while they are restarted one after the other, and when there are 1, 2 or 4.

    make bench-workers ARGS="rolling --interviews 20 --seconds 15"
    make bench-workers ARGS="spread --interviews 20 --seconds 15"

Real Redis, real workers, the local model. A turn is an utterance to the first words of its answer, in ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import uvloop
from fixtures.brains import TextRoom, eventually
from fixtures.processes import free_port, listens, server, wait_for
from viva_shared.broker import Keys, Mailboxes, OutputFeed, connect
from viva_shared.events import ReplyChunk, ReplyFinished, ReplyHeard, ReplyStarted

ROOT = Path(__file__).parents[2]
SAYINGS = ("I see.", "Well, let me think.", "It was a long project.", "I liked that very much.")
PAUSE_S = 1.0
"""Of a candidate before the next words, more or less."""


@dataclass
class Cluster:
    """Redis, the local model, and any number of workers."""

    redis_url: str
    folder: Path
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    started: int = 0

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start one more and wait until it serves."""
        self.started += 1
        log = self.folder / f"worker-{self.started}.log"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "brain", "worker"]
            process = subprocess.Popen(command, stdout=out, stderr=out, env=self.environment)
        self.workers.append(process)
        wait_for(lambda: "worker.ready" in log.read_text(), f"worker {self.started}", 60)
        return process

    def stop_worker(self, process: subprocess.Popen[bytes]) -> None:
        """SIGTERM, and wait until it has drained."""
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        self.workers.remove(process)


@contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """Everything but the workers. ``settings`` are added to their environment."""
    with ExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="viva-bench-")))
        port, local = free_port(), free_port()
        redis = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        durable = ["--appendonly", "yes", "--save", ""]
        exits.enter_context(server([*redis, *durable], port, folder / "redis.log"))
        environment = os.environ | {
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "VIVA_LOCAL_PROVIDERS_URL": f"http://127.0.0.1:{local}",
            "VIVA_LOCAL_PORT": str(local),
            "VIVA_LLM_PROVIDER": "local",
            "VIVA_LOCAL_GEMINI_CHUNK_DELAY_MS": "40",
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        with (folder / "local.log").open("wb") as out:
            command = [sys.executable, "-m", "local_providers"]
            providers = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        exits.callback(_stop, [providers])
        wait_for(lambda: listens(local), "local_providers", 60)
        made = Cluster(f"redis://127.0.0.1:{port}/0", folder, environment)
        exits.callback(_stop, made.workers)
        yield made


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


class Load:
    """Candidates who say something, hear the answer, and say the next thing, until told to stop."""

    def __init__(self, mailboxes: Mailboxes, feed: OutputFeed) -> None:
        self._mailboxes = mailboxes
        self._feed = feed
        self._stopping = False
        self.turns: list[tuple[float, float]] = []
        """When each turn began, and ms until the first words of its answer."""

    async def talk(self) -> None:
        """One interview."""
        room = TextRoom(self._mailboxes)
        clock = time.perf_counter
        async with self._feed.follow(room.interview_id) as events:
            await room.open()
            said_at, waiting_for, spoken = 0.0, "", 0
            async for _, event in events:
                match event.data:
                    case ReplyStarted(in_reply_to=str(_), turn_id=turn_id):
                        waiting_for = turn_id
                    case ReplyChunk(turn_id=turn_id) if turn_id == waiting_for:
                        waiting_for = ""
                        self.turns.append((said_at, (clock() - said_at) * 1000))
                    case ReplyFinished() as reply:
                        heard = ReplyHeard(turn_id=reply.turn_id, text=reply.text, complete=True)
                        await room.send(heard)
                        if self._stopping:
                            return
                        await asyncio.sleep(PAUSE_S * (0.5 + random.random()))
                        spoken += 1
                        said_at = clock()
                        await room.say(SAYINGS[spoken % len(SAYINGS)])

    def stop(self) -> None:
        """Every candidate stops after the answer that is under way."""
        self._stopping = True

    def between(self, start: float, end: float) -> list[float]:
        """The turns that began then, sorted."""
        return sorted(ms for began, ms in self.turns if start <= began < end)


@asynccontextmanager
async def loaded(made: Cluster, interviews: int) -> AsyncIterator[tuple[Load, Mailboxes]]:
    """A load on the cluster for the length of a block; every turn that was begun is answered."""
    redis = connect(made.redis_url)
    mailboxes = Mailboxes(redis, Keys())
    await mailboxes.load_functions()
    feed = OutputFeed(redis, "bench")
    load = Load(mailboxes, feed)
    reading = asyncio.create_task(feed.run())
    talking = [asyncio.create_task(load.talk()) for _ in range(interviews)]
    try:
        await eventually(lambda: asyncio.sleep(0, len(load.turns)), lambda turns: turns >= interviews, 60)
        yield load, mailboxes
        load.stop()
        async with asyncio.timeout(30):
            await asyncio.gather(*talking)
    finally:
        for task in (reading, *talking):
            task.cancel()
        await asyncio.gather(reading, *talking, return_exceptions=True)
        await redis.aclose()


def figures(turns: list[float]) -> dict[str, float]:
    """Number, median, p99 and longest."""
    p99 = statistics.quantiles(turns, n=100, method="inclusive")[98]
    return {
        "turns": len(turns),
        "p50_ms": round(statistics.median(turns), 1),
        "p99_ms": round(p99, 1),
        "max_ms": round(turns[-1], 1),
    }


class Rolling(TypedDict):
    """What ``rolling`` measures."""

    without: dict[str, float]
    during_restart: dict[str, float]
    p99_delay_ms: float


async def rolling(interviews: int, seconds: float, workers: int = 3) -> Rolling:
    """The same load for as long with and without a restart of every worker, one after the other."""
    clock = time.perf_counter
    with cluster() as made:
        for _ in range(workers):
            made.start_worker()
        async with loaded(made, interviews) as (load, _):
            start = clock()
            # A process that starts takes processor time from the others on a small machine: in both halves.
            await asyncio.to_thread(_start_and_kill, made, workers, seconds)
            middle = clock()
            await asyncio.to_thread(_restart_all, made, seconds)
            end = clock()
    without, during = figures(load.between(start, middle)), figures(load.between(middle, end))
    delay = round(during["p99_ms"] - without["p99_ms"], 1)
    return {"without": without, "during_restart": during, "p99_delay_ms": delay}


def _start_and_kill(made: Cluster, workers: int, seconds: float) -> None:
    """As many processes start as in a rolling restart, and nobody who serves is stopped."""
    end = time.perf_counter() + seconds
    for _ in range(workers):
        idle = subprocess.Popen(
            [sys.executable, "-m", "brain", "replay", "none"],
            env=made.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        idle.wait(30)
    time.sleep(max(0.0, end - time.perf_counter()))


def _restart_all(made: Cluster, seconds: float) -> None:
    end = time.perf_counter() + seconds
    for old in list(made.workers):
        made.start_worker()
        made.stop_worker(old)
    time.sleep(max(0.0, end - time.perf_counter()))


class Row(TypedDict):
    """What ``spread`` measures for one number of workers."""

    workers: int
    turns: dict[str, float]
    turns_a_second: float
    share_of_each: list[float]
    most_held_by_one: int


async def spread(
    interviews: int, seconds: float, counts: tuple[int, ...] = (1, 2, 4), room_for: int = 5
) -> list[Row]:
    """The same load on more and more workers, each with room for a few interviews at a time."""
    rows: list[Row] = []
    with cluster(VIVA_MAX_INTERVIEWS=str(room_for)) as made:
        for count in counts:
            while len(made.workers) < count:
                made.start_worker()
            async with loaded(made, interviews) as (load, mailboxes):
                start = time.perf_counter()
                seen, most = await _holders(mailboxes, seconds)
                turns = load.between(start, time.perf_counter())
            rows.append(
                {
                    "workers": count,
                    "turns": figures(turns),
                    "turns_a_second": round(len(turns) / seconds, 1),
                    "share_of_each": [round(n / seen.total(), 2) for _, n in seen.most_common()],
                    "most_held_by_one": most,
                }
            )
    return rows


async def _holders(mailboxes: Mailboxes, seconds: float) -> tuple[Counter[str], int]:
    """Sample the leases: how often each worker held an interview, and the most that one held at once."""
    seen: Counter[str] = Counter()
    most = 0
    keys = [mailboxes.keys.lease(interview_id) for interview_id in await mailboxes.open_interviews()]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        tokens = [token for token in await mailboxes.redis.mget(keys) if token]
        now = Counter(token.decode().rpartition("|")[0] for token in tokens)
        seen.update(now)
        most = max(most, *now.values(), 0)
        await asyncio.sleep(0.05)
    return seen, most


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("rolling", "spread"))
    parser.add_argument("--interviews", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    if options.what == "rolling":
        print(json.dumps(uvloop.run(rolling(options.interviews, options.seconds)), indent=2))
    else:
        for row in uvloop.run(spread(options.interviews, options.seconds)):
            print(json.dumps(row))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
