"""Who archives or deletes the interview: the real calls, each done before anything else happens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from schedules.gates import Wire
from schedules.processes import INTERVIEW, Process
from viva_shared.broker import FIRST, Closing, Keys

T = TypeVar("T")


class Closer(Process):
    """A job that archives, and an operator who deletes. The database is the model's alone."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wire: Wire, keys: Keys) -> None:
        super().__init__(loop, "closer", keys)
        self._wire = wire
        self._closing = Closing(self.mailboxes, tombstone_ttl_s=1_000)
        self._version = 0
        self._last_output = FIRST

    def do(self, step: str) -> str:
        """Do what a step of the model says, as far as it concerns Redis; the name of what has come of it."""
        match step:
            case "a0 looks":
                snapshot = self.run(self.mailboxes.snapshot(INTERVIEW))
                assert snapshot
                self._version = snapshot.version
            case "a0 reads":
                said = self.run(self.mailboxes.last_outputs(INTERVIEW, 1))
                self._last_output = said[0][0] if said else FIRST
            case "it is deleted":
                self.run(self._closing.delete(INTERVIEW))
            case "a0 closes it" | "a0 may not close it":
                outcome = self.run(
                    self._closing.archive(
                        INTERVIEW, version=self._version, last_output=self._last_output, ttl_s=1_000
                    )
                )
                return "a0 closes it" if outcome == "archived" else "a0 may not close it"
        return step

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it to its end, whatever it asks of Redis."""
        task = self.loop.create_task(work)
        self.loop.run_forever()
        while self.port.waiting:
            for gate in list(self.port.waiting):
                gate.answer.set_result(self._wire.send(gate)[0])
            self.loop.run_forever()
        return task.result()
