"""A brain worker: reads doorbells and serves interviews. To serve more, start another one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog
from viva_shared.broker import UNAVAILABLE, Bell, Damaged, Doorbell, LeaseLost, until_available

from brain.application.serving import Tools
from brain.application.tenure import Tenure

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Doorbells taken by one read, so that a backlog is spread over the workers that have room."""


class Worker:
    """Serves up to ``max_interviews`` at a time.

    Args:
        name: unique to this process: the consumer, the holder of leases, and the worker's own stream.
        drain_s: how long, once cancelled, it goes on with the replies under way.
    """

    def __init__(
        self,
        name: str,
        tools: Tools,
        doorbell: Doorbell,
        *,
        lease_ttl_s: float,
        heartbeat_s: float,
        max_interviews: int,
        drain_s: float,
    ) -> None:
        self.name = name
        self._tools = tools
        self._doorbell = doorbell
        self._ttl_ms = int(lease_ttl_s * 1000)
        self._heartbeat_s = heartbeat_s
        self._max_interviews = max_interviews
        self._drain_s = drain_s
        self._tenures: dict[str, Tenure] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Event()
        self._room.set()

    async def run(self) -> None:
        """Work until cancelled; then finish the replies under way, and give what is left to other workers.

        Cancelled once more, it gives everything away at once.
        """
        await until_available("doorbell", self._doorbell.ensure_group)
        log.info("worker.ready", worker=self.name, max_interviews=self._max_interviews)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forever(self._read))
                group.create_task(self._forever(self._read_passed))
                group.create_task(self._forever(self._claim))
                group.create_task(self._forever(self._beat))
        finally:
            # In tasks of their own: redis-py on CPython 3.11.2 takes an old cancellation for a new one.
            leaving = asyncio.create_task(self._drain())
            try:
                await asyncio.shield(leaving)
            except asyncio.CancelledError:
                leaving.cancel()
            await asyncio.wait({leaving})
            await asyncio.create_task(self._stop())

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> NoReturn:
        while True:
            await until_available(step.__name__.strip("_"), step)

    async def _read(self) -> None:
        await self._room.wait()
        if free := self._free():
            for bell in await self._doorbell.read(min(free, AT_ONCE)):
                self._take(bell)
        else:
            self._room.clear()

    async def _read_passed(self) -> None:
        for bell in await self._doorbell.passed():
            self._take(bell)

    async def _claim(self) -> None:
        """Doorbells of the dead: nobody has kept them for as long as a lease lives."""
        await asyncio.sleep(self._heartbeat_s)
        if free := self._free():
            for bell in await self._doorbell.claim(self._ttl_ms, free):
                self._take(bell)

    async def _beat(self) -> None:
        await asyncio.sleep(self._heartbeat_s)
        await asyncio.gather(*(tenure.heartbeat() for tenure in list(self._tenures.values())))

    def _free(self) -> int:
        return max(0, self._max_interviews - len(self._tenures))

    def _take(self, bell: Bell) -> None:
        tenure = self._tenures.get(bell.interview_id)
        if tenure:
            tenure.ring(bell.bell_id)
            return
        tenure = Tenure(bell.interview_id, self.name, self._tools, self._doorbell, self._ttl_ms)
        tenure.ring(bell.bell_id)
        self._tenures[bell.interview_id] = tenure
        self._tasks[bell.interview_id] = asyncio.create_task(self._serve(tenure), name=bell.interview_id)
        if not self._free():
            self._room.clear()

    async def _serve(self, tenure: Tenure) -> None:
        structlog.contextvars.bind_contextvars(interview_id=tenure.interview_id)
        try:
            await tenure.run()
        except (Damaged, *UNAVAILABLE) as error:  # its doorbells are pending: it is claimed again
            log.warning("interview.dropped", error=str(error))
        except Exception:  # a defect in one interview must not stop the others; its tries are counted
            log.exception("interview.crashed")
        finally:
            del self._tenures[tenure.interview_id], self._tasks[tenure.interview_id]
            if self._free():
                self._room.set()

    async def _drain(self) -> None:
        """Go on with the interviews that are held, and with no others, until they come to rest."""
        if self._tasks:
            log.info("worker.draining", worker=self.name, interviews=len(self._tasks))
        keeping = [asyncio.create_task(self._forever(step)) for step in (self._read_passed, self._beat)]
        try:
            async with asyncio.timeout(self._drain_s):
                while self._tasks:
                    await asyncio.wait(self._tasks.values())
        except TimeoutError:
            log.warning("worker.drain_timed_out", worker=self.name, interviews=len(self._tasks))
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)

    async def _stop(self) -> None:
        """Give every lease and doorbell away at once: another worker need not wait for them to expire."""
        leases = [tenure.lease for tenure in self._tenures.values() if tenure.lease]
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for lease in leases:
            try:
                await self._tools.mailboxes.hand_back(lease)
                await self._tools.mailboxes.ring(lease.interview_id)
            except (LeaseLost, Damaged, *UNAVAILABLE) as error:
                log.warning("lease.not_handed_back", interview_id=lease.interview_id, error=str(error))
        try:
            await self._doorbell.leave()
        except UNAVAILABLE as error:
            log.warning("doorbells.not_handed_back", error=str(error))
        log.info("worker.stopped", worker=self.name, interviews=len(tasks))
