"""The supervisor, on small processes: started in order, brought back, ended with all they started."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from fixtures.processes import free_port
from viva.stack.child import Spec
from viva.stack.errors import StackError
from viva.stack.lock import stack_lock, stack_pid
from viva.stack.ports import owner, taken
from viva.stack.readiness import LogLine, Port
from viva.stack.supervisor import RestartPolicy, Supervisor

pytestmark = pytest.mark.integration

SLEEPER = "import time; print('ready', flush=True); time.sleep(60)"
WITH_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, 1); time.sleep(60)"])
print("child", child.pid, flush=True)
print("ready", flush=True)
time.sleep(60)
"""
STUBBORN = "import signal, time; signal.signal(15, 1); print('ready', flush=True); time.sleep(60)"
LISTENER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)
"""


class Told:
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def waiting(self, text: str) -> None:
        self.lines.append(f"waiting: {text}")

    def done(self, text: str) -> None:
        self.lines.append(f"done: {text}")

    def problem(self, text: str) -> None:
        self.lines.append(f"problem: {text}")


def spec(name: str, code: str, *args: str, grace_s: float = 5.0, hint: str = "") -> Spec:
    return Spec(name, (sys.executable, "-c", code, *args), LogLine(("ready",)), hint=hint, grace_s=grace_s)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False


async def until(condition: Callable[[], bool], timeout_s: float = 15.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "condition did not come true"
        await asyncio.sleep(0.02)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def supervisor(tmp_path: Path, told: Told) -> AsyncIterator[Supervisor]:
    policy = RestartPolicy(restarts=2, first_delay_s=0.05)
    async with Supervisor(tmp_path / "logs", told, policy) as supervisor:
        yield supervisor


async def test_waves_start_in_order_and_all_end(supervisor: Supervisor, told: Told) -> None:
    await supervisor.start([[spec("first", SLEEPER)], [spec("second", SLEEPER), spec("third", SLEEPER)]])
    pids = list(supervisor.pids.values())
    assert len(pids) == 3
    assert told.lines[0].startswith("done: first is ready")
    await supervisor.stop()
    assert not any(alive(pid) for pid in pids)


async def test_what_a_process_started_ends_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start([[spec("parent", WITH_CHILD)]])
    grandchild = int((tmp_path / "logs" / "parent.log").read_text().split()[1])
    assert alive(grandchild)
    await supervisor.stop()
    await until(lambda: not alive(grandchild))


async def test_one_that_ignores_sigterm_is_killed(supervisor: Supervisor) -> None:
    await supervisor.start([[spec("stubborn", STUBBORN, grace_s=0.3)]])
    pid = supervisor.pids["stubborn"]
    await supervisor.stop()
    assert not alive(pid)


async def test_one_that_does_not_start_is_named_with_its_log(supervisor: Supervisor) -> None:
    broken = spec("broken", "import sys; print('no such luck'); sys.exit(3)", hint="Try another day.")
    with pytest.raises(
        StackError, match=r"(?s)broken ended at once with exit code 3.*no such luck.*Try another"
    ):
        await supervisor.start([[broken]])


async def test_one_that_cannot_be_run(supervisor: Supervisor) -> None:
    with pytest.raises(StackError, match="absent cannot be run"):
        await supervisor.start([[Spec("absent", ("/no/such/program",), LogLine(("ready",)))]])


async def test_one_that_never_gets_ready(supervisor: Supervisor, told: Told) -> None:
    slow = Spec("slow", (sys.executable, "-c", SLEEPER), LogLine(("never said",)), start_timeout_s=2.5)
    with pytest.raises(StackError, match="slow was not ready after"):
        await supervisor.start([[slow]])
    assert "waiting: waiting for slow (2 s)" in told.lines


async def test_one_that_dies_later_is_brought_back_then_given_up(supervisor: Supervisor, told: Told) -> None:
    await supervisor.start([[spec("mortal", SLEEPER)]])
    seen = set()
    for _ in range(3):
        await until(lambda: bool(supervisor.pids) and supervisor.pids["mortal"] not in seen)
        pid = supervisor.pids["mortal"]
        seen.add(pid)
        os.kill(pid, 9)
    message = await asyncio.wait_for(supervisor.failed(), 15)
    assert "mortal ended 3 times, last with exit code -9" in message
    assert sum("starting it again" in line for line in told.lines) == 2


async def test_a_taken_port_names_its_owner(supervisor: Supervisor) -> None:
    port = free_port()
    listener = Spec("listener", (sys.executable, "-c", LISTENER, str(port)), Port(port), ports=(port,))
    await supervisor.start([[listener]])
    pid = supervisor.pids["listener"]
    assert taken(port)
    assert (owner(port) or "").startswith(f"pid {pid} ({sys.executable} -c")
    with pytest.raises(StackError, match=rf"port {port}, which listener needs, is taken by pid {pid} "):
        await Supervisor(Path("unused"), Told()).start([[listener]])


async def test_processes_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    code = f"""
import asyncio, sys
from pathlib import Path
from viva.stack.child import Spec
from viva.stack.readiness import LogLine
from viva.stack.supervisor import Supervisor
from viva.console import ConsoleReporter

async def main():
    async with Supervisor(Path({str(tmp_path)!r}), ConsoleReporter()) as supervisor:
        await supervisor.start([[Spec("orphan", (sys.executable, "-c", {SLEEPER!r}), LogLine(("ready",)))]])
        print(supervisor.pids["orphan"], flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    orphan = int(await process.stdout.readline())
    process.kill()
    await process.communicate()
    await until(lambda: not alive(orphan))


def test_one_stack_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "stack.lock"
    assert stack_pid(path) is None
    with stack_lock(path):
        assert stack_pid(path) == os.getpid()
        with (
            pytest.raises(StackError, match=f"another stack is running here .pid {os.getpid()}."),
            stack_lock(path),
        ):
            pass
    assert stack_pid(path) is None
