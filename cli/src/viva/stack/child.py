"""One process of the stack: started in a group of its own, ended with everything it started."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from viva.stack.readiness import Readiness

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run and how to know that it runs.

    Attributes:
        name: also of its log file.
        command: program and arguments.
        env: what is added to this process's environment.
        ready: when it counts as started.
        hint: what to do when it does not start.
        ports: TCP ports of loopback that it needs free.
        grace_s: how long it may take to end after SIGTERM.
        start_timeout_s: how long it may take to get ready.
    """

    name: str
    command: tuple[str, ...]
    ready: Readiness
    env: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    ports: tuple[int, ...] = ()
    grace_s: float = 8.0
    start_timeout_s: float = 60.0


def _die_with_parent() -> None:
    """In the child: be told to end should the supervisor be killed outright."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A running process of a spec."""

    def __init__(self, spec: Spec, process: asyncio.subprocess.Process, log: Path, begins: int) -> None:
        self.spec = spec
        self.log = log
        self._process = process
        self._begins = begins

    @classmethod
    async def start(cls, spec: Spec, logs: Path, *, append: bool = False) -> Child:
        """Start the process; its output goes to ``<logs>/<name>.log``. Raises OSError if it cannot be run."""
        log = logs / f"{spec.name}.log"
        with log.open("ab" if append else "wb") as out:
            begins = out.tell()
            process = await asyncio.create_subprocess_exec(
                *spec.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **spec.env},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        return cls(spec, process, log, begins)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for its end."""
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM to the process, SIGKILL to all of its group that is left after the grace."""
        if self.exit_code is None:
            self._process.terminate()
        with suppress(TimeoutError):  # it is killed below, with the rest of its group
            await asyncio.wait_for(self._process.wait(), self.spec.grace_s)
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """SIGKILL to the whole group, the process's own children included."""
        with suppress(ProcessLookupError):  # nobody is left
            os.killpg(self.pid, signal.SIGKILL)

    def written(self) -> bytes:
        """What it has written since it was started."""
        with self.log.open("rb") as log:
            log.seek(self._begins)
            return log.read()

    def last_lines(self, count: int = 15) -> str:
        """The end of its log."""
        lines = self.written().decode(errors="replace").splitlines()
        return "\n".join(f"    {line[:400]}" for line in lines[-count:]) or "    (it wrote nothing)"
