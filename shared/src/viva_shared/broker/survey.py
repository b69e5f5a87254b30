"""All interviews at a glance, for the sweeper: few commands, however many there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from viva_shared.broker.entries import FIRST
from viva_shared.broker.keys import Keys

log = structlog.get_logger(__name__)

PAGE = 500


@dataclass(frozen=True, slots=True)
class Glance:
    """What an interview was like a moment ago.

    Attributes:
        is_open: it is neither missing nor archived; if it is, there is nothing more to say of it.
        state: the stage machine's, JSON; empty before the first commit.
        last_input_at: Unix seconds, by Redis' clock; of its listing, if there is none.
        has_news: there are inputs after the cursor, which the state does not know of.
        has_effects: effects are open.
        is_held: somebody serves it.
        has_report: its report is written.
    """

    interview_id: str
    is_open: bool
    state: bytes
    last_input_at: float
    has_news: bool
    has_effects: bool
    is_held: bool
    has_report: bool


class Survey:
    """What the sweeper sees, and the list of interviews that it looks at."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def glances(self) -> AsyncIterator[Glance]:
        """Every interview that may have something left to do, oldest first."""
        listed = iter(await self._redis.zrange(self._keys.open, 0, -1, withscores=True))
        while page := [(raw.decode(), score) for raw, score in islice(listed, PAGE)]:
            for glance in await self._look(page):
                yield glance

    async def _look(self, page: Sequence[tuple[str, float]]) -> list[Glance]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for interview_id, _ in page:
                state = self._keys.state(interview_id)
                pipe.hmget(state, ["status", "cursor", "state"])
                pipe.hkeys(state)
                pipe.xrevrange(self._keys.inputs(interview_id), count=1)
                pipe.exists(self._keys.lease(interview_id))
                pipe.exists(self._keys.report(interview_id))
            answers = iter(await pipe.execute(raise_on_error=False))
        glances = []
        for (interview_id, listed_at), *found in zip(page, *[answers] * 5, strict=True):
            if damage := next((answer for answer in found if isinstance(answer, ResponseError)), None):
                log.error("interview.damaged", interview_id=interview_id, error=str(damage))
            else:
                glances.append(_glance(interview_id, listed_at, *found))
        return glances

    async def rung_for(self) -> set[str]:
        """Interviews with a doorbell that is not acknowledged: somebody has come for it, or will."""
        names: set[str] = set()
        after = FIRST
        while entries := await self._redis.xrange(self._keys.ready, f"({after}", "+", PAGE):
            names |= {fields.get(b"interview_id", b"").decode(errors="replace") for _, fields in entries}
            after = entries[-1][0].decode()
        return names

    async def settle(self, glance: Glance) -> None:
        """Look at it no more, for nothing is left to do; if it is open, it waits to be archived."""
        if glance.is_open:
            await self._redis.zadd(self._keys.settled, {glance.interview_id: glance.last_input_at})
        await self._redis.zrem(self._keys.open, glance.interview_id)

    async def settled(self, until: float, count: int) -> list[str]:
        """Interviews that have waited to be archived since then (Unix seconds) or longer, the first first."""
        found = await self._redis.zrangebyscore(self._keys.settled, "-inf", until, start=0, num=count)
        return [raw.decode() for raw in found]

    async def put_off(self, interview_id: str, until: float) -> None:
        """If it waits to be archived, it does so from then on (Unix seconds)."""
        await self._redis.zadd(self._keys.settled, {interview_id: until}, xx=True)

    async def is_settled(self, interview_id: str) -> bool:
        return await self._redis.zscore(self._keys.settled, interview_id) is not None

    async def look_again(self, interview_id: str, since: float) -> None:
        """Something is left to do after all; ``since`` is when that was seen, in Unix seconds."""
        await self._redis.zadd(self._keys.open, {interview_id: since})
        await self._redis.zrem(self._keys.settled, interview_id)

    async def forget(self, interview_id: str) -> None:
        """It is archived: nothing is left to do."""
        await self._redis.zrem(self._keys.settled, interview_id)


def _glance(
    interview_id: str,
    listed_at: float,
    fields: tuple[bytes | None, bytes | None, bytes | None],
    names: list[bytes],
    last: list[tuple[bytes, Any]],
    is_held: int,
    has_report: int,
) -> Glance:
    status, cursor, state = fields
    tail = last[0][0] if last else FIRST.encode()
    is_open = status == b"open"
    return Glance(
        interview_id,
        is_open,
        state if is_open and state else b"",
        int(tail.partition(b"-")[0]) / 1000 or listed_at,
        has_news=is_open and tail != cursor,
        has_effects=is_open and any(name.startswith(b"effect:") for name in names),
        is_held=bool(is_held),
        has_report=bool(has_report),
    )
