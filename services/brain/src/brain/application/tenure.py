"""A tenure: one worker and one interview, from the first doorbell in hand to the last one acknowledged."""

from __future__ import annotations

import structlog
from viva_shared import metrics
from viva_shared.broker import Busy, Closed, Damaged, Doorbell, Held, Lease, LeaseLost
from viva_shared.broker.doorbell import Bell

from brain.application.serving import Serving, Tools

log = structlog.get_logger(__name__)


class Tenure:
    """Acquires the interview and serves it until every doorbell in hand is acknowledged or passed on.

    Only a release (or finding the interview closed) acknowledges. A crash of any kind leaves the doorbells
    pending and the lease to expire; another tenure goes on from the snapshot.
    """

    def __init__(self, interview_id: str, worker: str, tools: Tools, doorbell: Doorbell, ttl_ms: int) -> None:
        self.interview_id = interview_id
        self.bells: set[str] = set()
        self.lease: Lease | None = None
        self._worker = worker
        self._tools = tools
        self._doorbell = doorbell
        self._ttl_ms = ttl_ms
        self._serving: Serving | None = None

    def ring(self, bell_id: str) -> None:
        """One more doorbell in hand: there is news."""
        self.bells.add(bell_id)
        if self._serving:
            self._serving.ring()

    async def heartbeat(self) -> None:
        """Renew the lease and the doorbells in hand together, so that a long ask is not claimed away.

        It also looks for news: a worker with no room for more reads no doorbells, not even of what it serves.
        """
        if self.lease and (serving := self._serving):
            try:
                await self._tools.mailboxes.renew(self.lease, self._ttl_ms)
                serving.ring()
            except (LeaseLost, Damaged):
                serving.lose()
        await self._doorbell.keep(self.bells)

    async def run(self) -> None:
        """Serve; returns when there is no doorbell in hand any more. Redis' own errors pass through."""
        while self.bells:
            match await self._tools.mailboxes.acquire(self.interview_id, self._worker, self._ttl_ms):
                case Busy(holder=holder):
                    await self._pass_on(holder)
                case Closed():
                    await self._acknowledge(frozenset(self.bells))
                case Held() as held:
                    await self._serve(held)

    async def _serve(self, held: Held) -> None:
        if held.snapshot.effects:
            metrics.TAKE_OVERS.inc()
        self.lease, self._serving = held.lease, Serving(self._tools, held)
        try:
            covered = await self._serving.run(lambda: frozenset(self.bells))
        except LeaseLost as lost:
            log.warning("lease.lost", interview_id=self.interview_id, error=str(lost))
            metrics.LEASES_LOST.inc()
            return  # back to acquire, the doorbells still in hand
        finally:
            self.lease = self._serving = None
        await self._acknowledge(covered)

    async def _pass_on(self, holder: str) -> None:
        while self.bells:
            await self._doorbell.pass_to(holder, Bell(self.bells.pop(), self.interview_id))

    async def _acknowledge(self, bells: frozenset[str]) -> None:
        await self._doorbell.acknowledge(bells)
        self.bells -= bells
