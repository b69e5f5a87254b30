"""Starts processes in order, keeps them alive, and ends every one of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from viva.stack.child import Child, Spec
from viva.stack.errors import StackError
from viva.stack.ports import owner, taken

POLL_S = 0.05


class Reporter(Protocol):
    """Who is told what happens."""

    def waiting(self, text: str) -> None:
        """Something takes longer than a moment; called about once a second with the seconds so far."""

    def done(self, text: str) -> None:
        """A step is over."""

    def problem(self, text: str) -> None:
        """Something went wrong."""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How a process that ended by itself is brought back.

    Attributes:
        restarts: how often; then it is given up.
        first_delay_s: before the first restart; it doubles with each.
        forget_after_s: a process that ran this long has its earlier ends forgotten.
    """

    restarts: int = 5
    first_delay_s: float = 0.5
    forget_after_s: float = 60.0


class Supervisor:
    """The running processes of a stack. Use as an async context manager: leaving it ends them all."""

    def __init__(self, logs: Path, reporter: Reporter, policy: RestartPolicy | None = None) -> None:
        self._logs = logs
        self._reporter = reporter
        self._policy = policy or RestartPolicy()
        self._children: dict[str, Child] = {}
        self._waves: list[list[str]] = []
        self._watchers: set[asyncio.Task[None]] = set()
        self._given_up: asyncio.Queue[str] = asyncio.Queue()

    async def __aenter__(self) -> Supervisor:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run now, by name."""
        return {name: child.pid for name, child in self._children.items() if child.exit_code is None}

    async def start(self, waves: Sequence[Sequence[Spec]]) -> None:
        """Start each wave's processes at once, and the next when all are ready, then watch over them.

        Raises:
            StackError: a port is taken, or a process did not start; the message holds the end of its log.
        """
        check_ports([spec for wave in waves for spec in wave])
        for wave in waves:
            self._waves.append([spec.name for spec in wave])
            await _all_or_first_error([self._start(spec) for spec in wave])
        for child in list(self._children.values()):
            task = asyncio.create_task(self._watch(child))
            self._watchers.add(task)

    async def failed(self) -> str:
        """Wait until a process is given up; returns what to say about it."""
        return await self._given_up.get()

    async def stop(self) -> None:
        """End all processes: the last wave first, so that Redis outlives those who have something to say."""
        for task in self._watchers:
            task.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        self._watchers.clear()
        children, self._children = self._children, {}
        started = time.monotonic()
        while self._waves:
            names = [name for name in self._waves.pop() if name in children]
            stops = {name: asyncio.create_task(children[name].stop()) for name in names}
            while running := [name for name, task in stops.items() if not task.done()]:
                await asyncio.wait(stops.values(), timeout=1.0)
                if (elapsed := time.monotonic() - started) > 2 and not all(t.done() for t in stops.values()):
                    self._reporter.waiting(f"stopping {', '.join(running)} ({elapsed:.0f} s)")
            for task in stops.values():
                task.result()

    async def _start(self, spec: Spec, *, append: bool = False) -> Child:
        started = time.monotonic()
        try:
            child = await Child.start(spec, self._logs, append=append)
        except OSError as error:
            raise StackError(f"{spec.name} cannot be run: {error}. {spec.hint}".strip()) from error
        self._children[spec.name] = child
        said = 0
        while child.exit_code is None and not await spec.ready(child.written):
            elapsed = time.monotonic() - started
            if elapsed > spec.start_timeout_s:
                raise StackError(_failure(child, f"was not ready after {spec.start_timeout_s:.0f} s"))
            if elapsed > 2 and int(elapsed) > said:
                said = int(elapsed)
                self._reporter.waiting(f"waiting for {spec.name} ({said} s)")
            await asyncio.sleep(POLL_S)
        if child.exit_code is not None:
            raise StackError(_failure(child, f"ended at once with exit code {child.exit_code}"))
        self._reporter.done(f"{spec.name} is ready ({time.monotonic() - started:.1f} s)")
        return child

    async def _watch(self, child: Child) -> None:
        """Restart one process whenever it ends, with growing pauses, until it is given up."""
        spec, ends = child.spec, 0
        while True:
            since = time.monotonic()
            code = await child.wait()
            child.kill()  # what it started would live on without it
            ends = 1 if time.monotonic() - since > self._policy.forget_after_s else ends + 1
            if ends > self._policy.restarts:
                self._given_up.put_nowait(_failure(child, f"ended {ends} times, last with exit code {code}"))
                return
            delay = self._policy.first_delay_s * 2 ** (ends - 1)
            self._reporter.problem(
                f"{spec.name} ended with exit code {code}; starting it again in {delay:.1f} s ({child.log})"
            )
            await asyncio.sleep(delay)
            try:
                child = await self._start(spec, append=True)
            except StackError as error:
                self._reporter.problem(str(error))
                if (failed := self._children.get(spec.name)) is not None:
                    child = failed
                    await child.stop()


def check_ports(specs: Sequence[Spec]) -> None:
    """Raises StackError for the first port that somebody has."""
    for spec in specs:
        for port in spec.ports:
            if taken(port):
                who = owner(port) or "a process that this user may not see"
                raise StackError(
                    f"port {port}, which {spec.name} needs, is taken by {who}: stop it, or choose another "
                    "port (.env.example names the variables)"
                )


async def _all_or_first_error(starts: Sequence[object]) -> None:
    tasks = [asyncio.ensure_future(start) for start in starts]  # type: ignore[call-overload]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _failure(child: Child, what: str) -> str:
    hint = f"\n{child.spec.hint}" if child.spec.hint else ""
    return f"{child.spec.name} {what}. The end of {child.log}:\n{child.last_lines()}{hint}"
