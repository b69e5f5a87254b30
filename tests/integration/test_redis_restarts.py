"""Real processes and a Redis that is not there yet, or goes and comes back with its append-only file."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest
from brain.adapters.arq_queue import ArqQueue, connect_queue
from fakes.world import SCREENING
from faults.process import Process
from faults.stack import RedisServer
from fixtures.brains import TextRoom, eventually, now
from fixtures.processes import free_port, wait_for
from structlog.testing import capture_logs
from viva_shared.broker import FIRST, Keys, Mailboxes, Producer, connect
from viva_shared.events import CandidateSilent, DeadlinePassed, UtteranceHeard, decode, new_event

pytestmark = pytest.mark.integration

START_S = 60.0
"""Python and its imports, on a machine that does much else."""
READY_S = 3.0
"""From Redis' start until a service that waits for it is ready."""
CPU_SHARE = 0.1
"""Of one core, for a process that waits for Redis."""
READY = {"worker": "worker.ready", "jobs": "jobs.ready", "tokens": "tokens.ready"}
"""What each service logs when it is ready."""


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own, not started yet."""
    server = RedisServer(tmp_path)
    yield server
    server.process.stop()
    server.client.close()


@pytest.fixture
def tokens_url() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def services(redis_process: RedisServer, tokens_url: str, tmp_path: Path) -> Iterator[dict[str, Process]]:
    """A brain worker, the jobs and the front door, started. No model: the interviewer has its own words."""
    settings = {
        "REDIS_URL": f"redis://127.0.0.1:{redis_process.port}/0",
        "VIVA_TOKENS_PORT": tokens_url.rpartition(":")[2],
        "VIVA_LOCAL_PROVIDERS_URL": f"http://127.0.0.1:{free_port()}",
        "VIVA_LLM_PROVIDER": "local",
        "VIVA_MODEL_FIRST_CHUNK_S": "0.1",
        "VIVA_MODEL_EXTRACT_S": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path}/viva.db",
        "VIVA_SCENARIOS_DIR": str(Path(__file__).parents[2] / "scenarios"),
    }
    commands = {"worker": ["brain", "worker"], "jobs": ["brain", "jobs"], "tokens": ["tokens"]}
    processes = {
        name: Process(name, [sys.executable, "-m", *command], tmp_path, **settings)
        for name, command in commands.items()
    }
    with ExitStack() as exits:
        for process in processes.values():
            process.start()
            exits.callback(process.stop)
        yield processes


@pytest.fixture
async def mailboxes(redis_process: RedisServer) -> AsyncIterator[Mailboxes]:
    """The same mailboxes as the services'."""
    redis = connect(f"redis://127.0.0.1:{redis_process.port}/0")
    yield Mailboxes(redis, Keys())
    await redis.aclose()


@pytest.fixture
async def queue(redis_process: RedisServer) -> AsyncIterator[ArqQueue]:
    """Redis is started, and the jobs' queue connected to it."""
    redis_process.start()
    queue = await connect_queue(f"redis://127.0.0.1:{redis_process.port}/0")
    yield queue
    await queue.aclose()


def lines(process: Process) -> int:
    return process.log.read_bytes().count(b"\n")


def cpu_s(process: Process) -> float:
    """What the process has used so far, of all cores."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_each_service_waits_for_redis_and_says_so(
    redis_process: RedisServer, services: dict[str, Process]
) -> None:
    for name, process in services.items():
        wait_for(partial(process.says, "redis.unavailable"), f"{name} says that it waits", START_S)
    assert not any(process.says(READY[name]) for name, process in services.items())
    redis_process.start()
    for name, process in services.items():
        wait_for(partial(process.says, READY[name]), f"{name} is ready", READY_S)


@pytest.mark.parametrize(("how", "outage_s"), [(signal.SIGTERM, 0.5), (signal.SIGKILL, 12.0)])
async def test_an_interview_goes_on_after_a_restart_of_redis(
    redis_process: RedisServer,
    services: dict[str, Process],
    mailboxes: Mailboxes,
    queue: ArqQueue,
    tokens_url: str,
    how: signal.Signals,
    outage_s: float,
) -> None:
    for name, process in services.items():
        wait_for(partial(process.says, READY[name]), f"{name} is ready", START_S)
    first, *others = SCREENING.stages
    stages = (first.model_copy(update={"deadline_s": outage_s / 2 + 1}), *others)
    room = TextRoom(mailboxes, SCREENING.model_copy(update={"stages": stages}))
    await room.open()
    await room.hear()
    producer = Producer(mailboxes)
    sending = asyncio.create_task(producer.run())

    redis_process.process.signal(how)
    redis_process.process.wait(10)
    before = {name: (cpu_s(process), lines(process)) for name, process in services.items()}
    began = time.monotonic()
    said = [UtteranceHeard(utterance_id=f"u{n}", text=f"word {n}") for n in range(5)]
    for utterance in said:
        producer.put(new_event(room.interview_id, utterance, now()))
    async with httpx.AsyncClient(base_url=tokens_url, timeout=5) as http:
        body = {"session_id": "s1", "participant_name": "Alice"}
        assert (await http.post("/livekit/token", json=body)).status_code == 503
        await asyncio.sleep(began + outage_s - time.monotonic())
        for name, process in services.items():
            cpu, said_before = before[name]
            assert cpu_s(process) - cpu < max(outage_s, 5) * CPU_SHARE, name
            assert lines(process) - said_before < 20, name
        redis_process.start()
        await asyncio.wait_for(producer.flush(), READY_S)
        assert (await http.post("/livekit/token", json=body)).status_code == 200

    async def candidate_lines() -> list[str]:
        return [line.text for line in (await room.state()).lines if line.speaker == "candidate"]

    async def deadlines() -> list[str]:
        events = [decode(entry.raw).data async for entry in mailboxes.every_input(room.interview_id)]
        return [data.deadline_id for data in events if isinstance(data, DeadlinePassed)]

    await eventually(candidate_lines, lambda got: got == [utterance.text for utterance in said])
    assert await eventually(deadlines, bool, 16) == ["stage-1"]
    await room.hear()
    await queue.report(room.interview_id, "end")
    assert await eventually(lambda: mailboxes.report(room.interview_id), bool)
    assert all(process.is_running() for process in services.values())
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_a_producer_waits_while_redis_is_full(redis_process: RedisServer, mailboxes: Mailboxes) -> None:
    redis_process.start()
    await mailboxes.load_functions()
    room, producer = TextRoom(mailboxes), Producer(mailboxes)
    await room.open()
    before = len(await mailboxes.inputs_after(room.interview_id, FIRST))
    await mailboxes.redis.config_set("maxmemory", 1)
    with capture_logs() as logged:
        sending = asyncio.create_task(producer.run())
        producer.put(new_event(room.interview_id, CandidateSilent(), now()))

        async def errors() -> list[str]:
            return [line["error"] for line in logged if line["event"] == "redis.unavailable"]

        assert "maxmemory" in (await eventually(errors, bool))[0]
    await mailboxes.redis.config_set("maxmemory", 0)
    await asyncio.wait_for(producer.flush(), READY_S)
    assert len(await mailboxes.inputs_after(room.interview_id, FIRST)) == before + 1
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
