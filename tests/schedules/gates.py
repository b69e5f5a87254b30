"""Gates: each command that a process sends to Redis waits until the scheduler lets it through."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import redis
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

READ_ONLY = ("XRANGE", "XREVRANGE", "HGETALL", "XREAD")
OF_THE_PROCESS = ("XGROUP CREATE", "XREADGROUP", "XREAD", "XAUTOCLAIM", "XCLAIM", "renew")
"""What a worker repeats when Redis is back; where another command fails, it gives the interview up."""

Command = tuple[tuple[Any, ...], dict[str, Any]]
"""As redis-py would send it, and what it needs to read the answer."""


@dataclass(eq=False, slots=True)
class Gate:
    """A command on its way; several are one MULTI/EXEC."""

    commands: tuple[Command, ...]
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    name: str = ""
    """The command, or the function that it calls."""
    is_repeat: bool = False
    """Redis has done it already, and the answer was lost."""

    def __post_init__(self) -> None:
        args = self.args
        self.name = str(args[1]).removeprefix("viva1_") if args[0] == "FCALL" else str(args[0])
        if len(self.commands) > 1:
            self.name = "MULTI"

    @property
    def args(self) -> tuple[Any, ...]:
        """Of the first command."""
        return self.commands[0][0]

    @property
    def arguments(self) -> tuple[str, ...]:
        """A function's, after its keys."""
        return tuple(str(arg) for arg in self.args[3 + int(self.args[2]) :])

    def value(self, name: str) -> str:
        """What a stream entry has under this name."""
        return str(self.args[self.args.index(name) + 1])

    @property
    def reads_what_is_pending(self) -> bool:
        """An XREADGROUP of what the consumer has already."""
        return self.name == "XREADGROUP" and self.args[-1] != ">"


class Port:
    """One process's way to Redis."""

    def __init__(self) -> None:
        self.waiting: list[Gate] = []
        self.given_up: list[Gate] = []
        """Those whose sender was cancelled: Redis may get them all the same."""
        self.is_closed = False

    async def send(self, *commands: Command) -> Any:
        """Wait for the answer. The process is dead if the port is closed: its cleaning up reaches nobody."""
        if self.is_closed:
            raise asyncio.CancelledError
        gate = Gate(commands)
        self.waiting.append(gate)
        try:
            return await gate.answer
        except asyncio.CancelledError:
            self.given_up.append(gate)
            raise
        finally:
            self.waiting.remove(gate)


class GatedRedis(Redis):
    """redis-py's client, down to where it would use a connection."""

    def __init__(self, port: Port) -> None:
        super().__init__()
        self.port = port

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await self.port.send((args, options))

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        pipe = _GatedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipe.port = self.port
        return pipe


class _GatedPipeline(Pipeline):
    """Without MULTI, each command is a gate of its own: a process may die between two."""

    port: Port

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        stack: list[Command] = [(args, dict(options)) for args, options in self.command_stack]
        self.command_stack = []
        if self.is_transaction:
            return list(await self.port.send(*stack))
        return [await self.port.send(command) for command in stack]


class Wire:
    """The one connection on which all goes to Redis, one command after the other."""

    def __init__(self, url: str) -> None:
        self.redis = redis.Redis.from_url(url)

    def send(self, gate: Gate, then: Sequence[Command] = ()) -> tuple[Any, list[Any]]:
        """Let a command through, and right after it some more; its answer (or error), and theirs."""
        gate.is_repeat = True
        if len(gate.commands) > 1:
            return self._run(gate.commands, transaction=True), self.run(then)
        args, options = gate.commands[0]
        answer, *others = self._run([(_without_block(args), options), *then])
        return answer, self._checked(others)

    def run(self, commands: Sequence[Command]) -> list[Any]:
        """Run commands in a row; raises what Redis answers with."""
        return self._checked(self._run(commands))

    def _run(self, commands: Sequence[Command], *, transaction: bool = False) -> list[Any]:
        with self.redis.pipeline(transaction=transaction) as pipe:
            for args, options in commands:
                pipe.execute_command(*args, **options)  # type: ignore[no-untyped-call]
            return list(pipe.execute(raise_on_error=False))

    def _checked(self, answers: list[Any]) -> list[Any]:
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def close(self) -> None:
        self.redis.close()


def _without_block(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """A read that would wait is let through only when there is something to read."""
    if b"BLOCK" not in args:
        return args
    at = args.index(b"BLOCK")
    return args[:at] + args[at + 2 :]
