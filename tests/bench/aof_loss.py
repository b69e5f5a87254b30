"""What a power cut takes of what Redis had acknowledged, and what it costs that it takes nothing.

    python -m bench.aof_loss [--seconds 20] [--instants 20] [--appends 2000] [--seed 1] [--folder .viva]

Producers append with the production code to a real Redis under strace. Then, for instants at random, a copy
of the append-only file is cut to what the disk had for certain (what was written before the last fdatasync
that was over had begun), or to what the kernel had (which is what a killed process leaves); Redis is started
on the copy, and what it had acknowledged until that instant is looked for. A disk may have kept more by
itself: these are the worst cases of an honest one. What it costs is measured in a second run, without strace.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TypedDict

import uvloop
from fixtures.brains import TextRoom, now
from fixtures.processes import free_port, server, wait_for
from redis import Redis
from redis.exceptions import RedisError
from viva_shared.broker import Keys, Mailboxes, connect
from viva_shared.events import Envelope, UtteranceHeard, decode, new_event

ROOT = Path(__file__).parents[2]
SETTINGS = ("everysec", "always")
PRODUCERS = 20
PAUSE_S = 0.015
"""Of each producer between two appends."""
LOG = "appendonly.aof.1.incr.aof"
STRACE = ("strace", "-f", "-ttt", "-T", "-y", "-s", "0", "--seccomp-bpf", "-e", "trace=write,fdatasync")

CALL = re.compile(
    r"(?P<pid>\d+) +(?P<at>[\d.]+) (?P<name>write|fdatasync)\(\d+<(?P<path>[^>]*)>"
    r".*?(?:= (?P<result>-?\d+).*?<(?P<took>[\d.]+)>|<unfinished \.\.\.>)$"
)
RESUMED = re.compile(
    r"(?P<pid>\d+) +(?P<at>[\d.]+) <\.\.\. (?:write|fdatasync) resumed>.*= (?P<result>-?\d+)"
)


@dataclass(frozen=True)
class LogFile:
    """How large the append-only file was, in the eyes of the kernel and on the disk.

    Attributes:
        written_at: Unix seconds at which each write was over.
        written: bytes in all before the first write, and after each.
        synced_at: Unix seconds at which each synchronisation was over.
        synced: bytes that were written before it began.
    """

    written_at: list[float]
    written: list[int]
    synced_at: list[float]
    synced: list[int]

    def after_kill(self, at: float) -> int:
        """Bytes that are there if the process is killed at that time: the kernel has what was written."""
        return self.written[bisect_right(self.written_at, at)]

    def after_power_cut(self, at: float) -> int:
        """Bytes that are there for certain if the power goes at that time."""
        last = bisect_right(self.synced_at, at)
        return self.synced[last - 1] if last else 0


def read_trace(lines: Iterable[str], log: str = LOG) -> LogFile:
    """What strace saw of the append-only file."""
    calls: list[tuple[float, float, str, int]] = []
    under_way: dict[str, tuple[float, str]] = {}
    for line in lines:
        if (call := CALL.match(line)) and call["path"].endswith(log):
            began = float(call["at"])
            if call["result"] is None:
                under_way[call["pid"]] = began, call["name"]
            else:
                calls.append((began, began + float(call["took"]), call["name"], int(call["result"])))
        elif (call := RESUMED.match(line)) and call["pid"] in under_way:
            began, name = under_way.pop(call["pid"])
            calls.append((began, float(call["at"]), name, int(call["result"])))
    writes = sorted((over, result) for _, over, name, result in calls if name == "write" and result > 0)
    written_at = [over for over, _ in writes]
    written = list(accumulate((result for _, result in writes), initial=0))
    syncs = sorted((over, began) for began, over, name, result in calls if name == "fdatasync" and not result)
    synced = [written[bisect_right(written_at, began)] for _, began in syncs]
    return LogFile(written_at, written, [over for over, _ in syncs], synced)


class Lost(TypedDict):
    """Of what was acknowledged, at so many instants."""

    instants_that_lost: int
    events_median: float
    events_most: int
    oldest_s: float


class Row(TypedDict):
    """What is lost under one setting."""

    appendfsync: str
    appends_a_second: float
    instants: int
    power_cut: Lost
    kill: Lost


@contextmanager
def redis_server(folder: Path, appendfsync: str, *wrapper: str) -> Iterator[int]:
    """A Redis in a folder of its own, on what is in there; its port."""
    port = free_port()
    command = [*wrapper, "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    durable = ["--appendonly", "yes", "--appendfsync", appendfsync, "--save", ""]
    whole_log = ["--auto-aof-rewrite-percentage", "0"]
    client: Redis = Redis(port=port, socket_timeout=5)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except RedisError:
            return False  # it reads its file

    with server([*command, *durable, *whole_log], port, folder.with_suffix(".log")):
        wait_for(answers, "Redis", 30)
        try:
            yield port
        finally:
            client.shutdown(nosave=True)  # strace ends with it
            client.close()


async def load(port: int, seconds: float) -> list[tuple[float, str]]:
    """Producers append for so long; when each event was acknowledged, and its id."""
    redis = connect(f"redis://127.0.0.1:{port}/0")
    mailboxes = Mailboxes(redis, Keys())
    await mailboxes.load_functions()
    acknowledged: list[tuple[float, str]] = []
    end = time.monotonic() + seconds

    async def produce(room: TextRoom) -> None:
        await room.open()
        while time.monotonic() < end:
            event = utterance(room.interview_id)
            await mailboxes.append(event)
            acknowledged.append((time.time(), event.event_id))
            await asyncio.sleep(PAUSE_S)

    await asyncio.gather(*(produce(TextRoom(mailboxes)) for _ in range(PRODUCERS)))
    await redis.aclose()
    return acknowledged


def utterance(interview_id: str) -> Envelope:
    return new_event(
        interview_id, UtteranceHeard(utterance_id="u1", text="I was a nurse for ten years."), now()
    )


def kept(data: Path, copy: Path, size: int) -> set[str]:
    """Ids of the events that Redis finds in a copy of its data whose log is cut to that size."""
    shutil.copytree(data, copy)
    os.truncate(copy / "appendonlydir" / LOG, size)
    found: set[str] = set()
    with redis_server(copy, "no") as port, Redis(port=port) as client:
        for key in client.scan_iter(Keys().inputs("*").replace("{", "[{]").replace("}", "[}]"), count=1000):
            found |= {decode(fields[b"event"]).event_id for _, fields in client.xrange(key)}
    shutil.rmtree(copy)
    return found


def losses(folder: Path, appendfsync: str, seconds: float, instants: int, chance: random.Random) -> Row:
    """Load a Redis, and see what is left of it at so many instants."""
    data, trace = folder / appendfsync, folder / f"{appendfsync}.trace"
    data.mkdir()
    with redis_server(data, appendfsync, *STRACE, "-o", str(trace)) as port:
        began = time.time()
        acknowledged = uvloop.run(load(port, seconds))
        over = time.time()
    log = read_trace(trace.read_text().splitlines())
    size = (data / "appendonlydir" / LOG).stat().st_size
    if log.written[-1] != size:
        raise RuntimeError(f"strace saw {log.written[-1]} of {size} bytes written to {LOG}")
    ats = [chance.uniform(began + min(2.0, seconds / 2), over) for _ in range(instants)]

    def lost(left: Callable[[float], int]) -> Lost:
        ages: list[list[float]] = []
        for at in ats:
            found = kept(data, folder / "copy", left(at))
            ages.append(
                [at - when for when, event_id in acknowledged if when <= at and event_id not in found]
            )
        return {
            "instants_that_lost": sum(bool(gone) for gone in ages),
            "events_median": statistics.median(map(len, ages)),
            "events_most": max(map(len, ages)),
            "oldest_s": round(max((age for gone in ages for age in gone), default=0.0), 2),
        }

    return {
        "appendfsync": appendfsync,
        "appends_a_second": round(len(acknowledged) / (over - began)),
        "instants": instants,
        "power_cut": lost(log.after_power_cut),
        "kill": lost(log.after_kill),
    }


async def costs(folder: Path, appends: int) -> dict[str, float]:
    """Milliseconds that an append takes under each setting, one append after the other, in turn."""
    took: dict[str, list[float]] = {setting: [] for setting in SETTINGS}
    with (
        redis_server(folder / "c0", SETTINGS[0]) as first,
        redis_server(folder / "c1", SETTINGS[1]) as second,
    ):
        clients = {
            setting: connect(f"redis://127.0.0.1:{port}/0")
            for setting, port in zip(SETTINGS, (first, second), strict=True)
        }
        rooms = {setting: TextRoom(Mailboxes(client)) for setting, client in clients.items()}
        for room in rooms.values():
            await room.open()
        for _ in range(appends):
            for setting, room in rooms.items():
                event = utterance(room.interview_id)
                start = time.perf_counter()
                await room.mailboxes.append(event)
                took[setting].append((time.perf_counter() - start) * 1000)
        for client in clients.values():
            await client.aclose()
    figures: dict[str, float] = {}
    for share in (50, 99):
        everysec, always = (statistics.quantiles(took[setting], n=100)[share - 1] for setting in SETTINGS)
        figures |= {f"everysec_p{share}_ms": round(everysec, 2), f"always_p{share}_ms": round(always, 2)}
        figures |= {f"ratio_p{share}": round(always / everysec, 1)}
    return figures


def require_strace() -> None:
    """Install it if that is possible. Raises SystemExit that says what to do."""
    if shutil.which("strace"):
        return
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    install = [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "strace"]
    if (
        not shutil.which("apt-get")
        or subprocess.run(install, stdout=subprocess.DEVNULL, check=False).returncode
    ):
        raise SystemExit(
            "strace is missing: install it (Debian: apt-get install strace), then run this again"
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--instants", type=int, default=20)
    parser.add_argument("--appends", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=ROOT / ".viva", help="on the disk that is measured")
    options = parser.parse_args()
    require_strace()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(dir=options.folder) as made:
        folder = Path(made)
        for setting in SETTINGS:
            print(json.dumps(losses(folder, setting, options.seconds, options.instants, chance)), flush=True)
        for name in ("c0", "c1"):
            (folder / name).mkdir()
        print(json.dumps(uvloop.run(costs(folder, options.appends))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
