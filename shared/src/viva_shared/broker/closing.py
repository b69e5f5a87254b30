"""The two ways in which an interview leaves Redis: archived or deleted. Nothing is written to it after."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Literal, cast

from viva_shared.broker.entries import FIRST
from viva_shared.broker.functions import call_function
from viva_shared.broker.mailboxes import Mailboxes

PAGE = 100
Before = Literal["open", "archived", "deleted", "damaged", "missing"]


class Closing:
    """Ends mailboxes for good.

    Args:
        tombstone_ttl_s: for so long nobody can make an interview of the same id.
    """

    def __init__(self, mailboxes: Mailboxes, tombstone_ttl_s: int) -> None:
        self._mailboxes = mailboxes
        self._redis, self._keys = mailboxes.redis, mailboxes.keys
        self._tombstone_ttl_s = tombstone_ttl_s

    async def archive(
        self, interview_id: str, *, version: int, last_output: str = FIRST, ttl_s: int
    ) -> Literal["archived", "held", "news", "effects", "changed", "deleted", "missing"]:
        """Close an interview that is recorded, as far as nothing has happened to it since; else say what has.

        Args:
            version: of the snapshot that was read before the record was made.
            last_output: the last one that was recorded.
            ttl_s: for so long its streams can still be read.
        """
        k = self._keys
        recorded = (k.state, k.lease, k.inputs, k.outputs, k.seen, k.bot_epoch, k.dead, k.buried)
        answer = await call_function(
            self._redis,
            "archive",
            [key(interview_id) for key in (*recorded, k.report, k.calls, k.bot)],
            version,
            last_output,
            ttl_s,
            self._tombstone_ttl_s,
        )
        return cast(Literal["archived"], answer[0].decode())

    async def delete(self, interview_id: str) -> Before:
        """Remove all that Redis has of an interview, whoever is at it; what it was before. Safe to repeat."""
        k = self._keys
        answer = await call_function(self._redis, "delete", k.every(interview_id), self._tombstone_ttl_s)
        await self._redis.zrem(k.open, interview_id)
        await self._redis.zrem(k.settled, interview_id)
        await cast(Awaitable[int], self._redis.srem(k.bots, interview_id))
        await self._drop_letters(interview_id)
        return cast(Before, answer[0].decode())

    async def _drop_letters(self, interview_id: str) -> None:
        """Dead letters of no interview that name this one: what rang for it was garbage."""
        named = re.compile(rb"(?<![\w-])" + re.escape(interview_id.encode()) + rb"(?![\w-])")
        key, cursor = self._keys.dead(None), FIRST
        while page := await self._redis.xrange(key, f"({cursor}", "+", PAGE):
            cursor = page[-1][0].decode()
            if found := [letter_id for letter_id, fields in page if named.search(fields.get(b"event", b""))]:
                await self._redis.xdel(key, *found)
