"""Defects of the protocol, planted into a process: ``python -m faults.defects NAME MODULE ARGUMENTS…``.

Each patches the product's code in its own process alone, before that starts. Some widen their own window by a
pause.
"""

from __future__ import annotations

import asyncio
import runpy
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from brain.application import reporting
from brain.application.performer import Performer
from brain.application.serving import Serving
from brain.application.tenure import Tenure
from viva_shared.broker import UNAVAILABLE, Doorbell, Mailboxes, OutputFeed, Producer, functions

PAUSE_S = 0.4
"""How far a window is opened in which a defect does harm."""


def lua(old: str, new: str) -> None:
    """Change the source of the functions that this process loads into Redis."""
    source = resources.files("viva_shared.broker").joinpath("functions.lua").read_text()
    if source.count(old) != 1:
        raise LookupError(f"functions.lua has changed: {old!r} is in it {source.count(old)} times")
    folder = Path(tempfile.mkdtemp(prefix="viva-defect-"))
    (folder / "functions.lua").write_text(source.replace(old, new))
    vars(functions)["resources"] = SimpleNamespace(files=lambda _: folder)


def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put what ``make`` makes of a method in its place."""
    setattr(owner, name, make(getattr(owner, name)))


def acknowledge_on_read() -> None:
    def make(read: Any) -> Any:
        async def defective(self: Doorbell, *arguments: Any) -> Any:
            bells = await read(self, *arguments)
            await self.acknowledge(bell.bell_id for bell in bells)
            return bells

        return defective

    replace(Doorbell, "read", make)


def acknowledge_on_busy() -> None:
    async def defective(self: Tenure, _: str) -> None:
        await self._acknowledge(frozenset(self.bells))

    replace(Tenure, "_pass_on", lambda _: defective)


def acknowledge_when_lost() -> None:
    def make(serve: Any) -> Any:
        async def defective(self: Tenure, held: Any) -> None:
            await serve(self, held)
            await self._acknowledge(frozenset(self.bells))

        return defective

    replace(Tenure, "_serve", make)


def no_epoch_check() -> None:
    lua("return redis.call('GET', lease_key) == token", "return true")


def cursor_apart() -> None:
    lua("return {'committed', advance(keys[1], args[3])}", "return {'committed', 0}")

    def make(commit: Any) -> Any:
        async def defective(self: Mailboxes, lease: Any, **arguments: Any) -> None:
            await commit(self, lease, **arguments)
            await asyncio.sleep(PAUSE_S)
            state = self.keys.state(lease.interview_id)
            await self.redis.hset(state, "cursor", arguments["new_cursor"])  # type: ignore[misc]

        return defective

    replace(Mailboxes, "commit", make)


def effects_not_kept() -> None:
    def make(commit: Any) -> Any:
        async def defective(self: Mailboxes, lease: Any, **arguments: Any) -> None:
            await commit(self, lease, **(arguments | {"opened": {}}))

        return defective

    replace(Mailboxes, "commit", make)


def no_recall() -> None:
    async def defective(*_: Any) -> None:
        pass

    replace(Performer, "_recall", lambda _: defective)


def append_without_seen() -> None:
    lua("if redis.call('SISMEMBER', keys[3], args[1]) == 1 then return {'duplicate'} end", "")


def release_without_looking() -> None:
    lua(
        "if entry_after(keys[3], redis.call('HGET', keys[1], 'cursor')) then return {'news'} end",
        "",
    )

    def make(apply_news: Any) -> Any:
        async def defective(self: Serving) -> None:
            await apply_news(self)
            await asyncio.sleep(PAUSE_S)

        return defective

    replace(Serving, "_apply_news", make)


def no_dead_letter() -> None:
    lua("  write_letter(keys[4], args, 5)\n", "")


def report_too_short() -> None:
    replace(reporting, "_turns", lambda turns: lambda *arguments: turns(*arguments)[:-1])


def send_but_once() -> None:
    async def defective(self: Producer) -> None:
        while True:
            event = await self._queue.get()
            try:
                await self._mailboxes.append(event)
            except UNAVAILABLE:
                pass
            finally:
                self._queue.task_done()

    replace(Producer, "run", lambda _: defective)


def feed_skips() -> None:
    def make(read_once: Any) -> Any:
        async def defective(self: OutputFeed) -> None:
            try:
                await read_once(self)
            except UNAVAILABLE:
                now = f"{int((time.time() + PAUSE_S) * 1000)}-0"
                self._followers = {queue: (who, now) for queue, (who, _) in self._followers.items()}
                raise

        return defective

    replace(OutputFeed, "_read_once", make)


def main() -> None:
    _, name, module, *arguments = sys.argv
    globals()[name]()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
