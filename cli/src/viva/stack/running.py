"""A whole stack, up for as long as a block runs."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from viva_shared.archive import ArchiveError, migrate

from viva.settings import CliSettings
from viva.stack.errors import StackError
from viva.stack.lock import stack_lock, stack_pid
from viva.stack.services import STATE, stack
from viva.stack.supervisor import Reporter, Supervisor

LOCK = STATE / "stack.lock"
WHERE = STATE / "stack.json"
LOGS = STATE / "logs"


class Interrupted(Exception):
    """The user, or the system, asked for the end."""


@asynccontextmanager
async def running_stack(
    settings: CliSettings, reporter: Reporter, *, with_page: bool = False
) -> AsyncIterator[Supervisor]:
    """Start everything; when the block is left, end everything. Raises StackError.

    Args:
        with_page: serve the page, too, if it is built.
    """
    with stack_lock(LOCK):
        await _migrate(settings)
        async with Supervisor(LOGS, reporter) as supervisor:
            await supervisor.start(stack(settings, with_page=with_page))
            where = {"redis_url": settings.stack_redis_url, "tokens_url": settings.tokens_url}
            if with_page and settings.serves_page:
                where["page_url"] = settings.page_url
            WHERE.write_text(json.dumps(where))
            yield supervisor


async def _migrate(settings: CliSettings) -> None:
    try:
        await migrate(settings.database_url)
    except ArchiveError as error:
        raise StackError(f"the archive cannot be migrated: {error}. Look after DATABASE_URL") from error


def attached() -> dict[str, str]:
    """Where the running stack's Redis and front door are. Raises StackError if none is running."""
    if stack_pid(LOCK) is None or not WHERE.exists():
        raise StackError("no stack is running here: start one with `make up`, or leave --attach out")
    where: dict[str, str] = json.loads(WHERE.read_text())
    return where


def logs_of(name: str) -> Path:
    """Where a process of the stack writes."""
    return LOGS / f"{name}.log"


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into the cancellation of the current task, once: leaving cleans up.

    Raises:
        Interrupted: instead of the cancellation.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    asked = False

    def ask() -> None:
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, ask)
    try:
        yield
    except asyncio.CancelledError as error:
        if not asked:
            raise
        task.uncancel()
        raise Interrupted from error
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
