"""The doorbell: a stream with a consumer group whose entries name interviews with news."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from viva_shared.broker.connection import BLOCK_MS
from viva_shared.broker.entries import ENTRY_ID, FIRST, read_entry
from viva_shared.broker.functions import call_function
from viva_shared.broker.graveyard import Graveyard, Letter
from viva_shared.broker.keys import Keys
from viva_shared.events import MAX_EVENT_BYTES
from viva_shared.rooms import INTERVIEW_ID

GROUP = "brain"


@dataclass(frozen=True, slots=True)
class Bell:
    """One ring: an entry that stays pending until somebody has released the interview it names."""

    bell_id: str
    interview_id: str


class Doorbell:
    """One worker's view of the doorbell and of its own small stream, on which others pass bells to it."""

    def __init__(
        self, redis: Redis, worker: str, keys: Keys | None = None, max_event_bytes: int = MAX_EVENT_BYTES
    ) -> None:
        self._redis = redis
        self._worker = worker
        self._keys = keys or Keys()
        self._graveyard = Graveyard(redis, self._keys, max_event_bytes)
        self._passed_cursor = FIRST
        self._claim_cursor: bytes | str = FIRST

    async def ensure_group(self) -> None:
        """Make the consumer group, from the stream's beginning, if it is not there."""
        try:
            await self._redis.xgroup_create(self._keys.ready, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def read(self, count: int, block_ms: int = BLOCK_MS) -> list[Bell]:
        """New bells; an empty list after ``block_ms`` without one."""
        answer = await self._in_group(
            lambda: self._redis.xreadgroup(
                GROUP, self._worker, {self._keys.ready: ">"}, count=count, block=block_ms
            )
        )
        return await self._bells(entries for _, entries in answer or [])

    async def claim(self, idle_ms: int, count: int) -> list[Bell]:
        """Bells that nobody has kept for ``idle_ms``: whoever read them died, or lost the interview."""
        self._claim_cursor, entries, _ = await self._in_group(
            lambda: self._redis.xautoclaim(
                self._keys.ready,
                GROUP,
                self._worker,
                min_idle_time=idle_ms,
                start_id=self._claim_cursor,
                count=count,
            )
        )
        return await self._bells([entries])

    async def _in_group(self, command: Callable[[], Awaitable[Any]]) -> Any:
        """Run it; a Redis that lost the group gets it back first."""
        while True:
            try:
                return await command()
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
            await self.ensure_group()

    async def _bells(self, batches: Iterable[list[tuple[bytes, dict[bytes, bytes]]]]) -> list[Bell]:
        """What names no interview is a dead letter: it can only be acknowledged."""
        bells, letters = [], []
        for entry_id, fields in (entry for batch in batches for entry in batch):
            if bell := _bell(entry_id, fields.get(b"interview_id", b"")):
                bells.append(bell)
            else:
                entry = read_entry(entry_id, fields)
                letters.append(Letter("ready", entry.entry_id, entry.raw, "it names no interview", "garbage"))
        await self._graveyard.bury(letters)
        await self.acknowledge(letter.entry_id for letter in letters)
        return bells

    async def keep(self, bell_ids: Iterable[str]) -> None:
        """Heartbeat of the bells in hand, so that nobody claims them away."""
        ids: list[int | bytes | str | memoryview[int]] = [*bell_ids]
        if ids:
            await self._in_group(
                lambda: self._redis.xclaim(self._keys.ready, GROUP, self._worker, 0, ids, justid=True)
            )

    async def acknowledge(self, bell_ids: Iterable[str]) -> None:
        """Acknowledge and delete: only after the interview was released, or is found closed."""
        if ids := list(bell_ids):
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.xack(self._keys.ready, GROUP, *ids)
                pipe.xdel(self._keys.ready, *ids)
                await pipe.execute()

    async def leave(self) -> None:
        """Ring anew for every doorbell that is still in hand, and be no consumer any more."""
        while answer := await self._in_group(
            lambda: self._redis.xreadgroup(GROUP, self._worker, {self._keys.ready: "0"}, count=100)
        ):
            if not (entries := answer[0][1]):
                break
            async with self._redis.pipeline(transaction=True) as pipe:
                for entry_id, fields in entries:
                    if fields:  # None: it was acknowledged and deleted by its holder meanwhile
                        pipe.xadd(self._keys.ready, fields)
                    pipe.xack(self._keys.ready, GROUP, entry_id)
                    pipe.xdel(self._keys.ready, entry_id)
                await pipe.execute()
        await self._in_group(
            lambda: call_function(self._redis, "leave", [self._keys.ready], GROUP, self._worker)
        )
        await self._redis.delete(self._keys.worker(self._worker))

    async def pass_to(self, holder: str, bell: Bell) -> None:
        """Tell a busy interview's holder of the bell, pending here until the holder acknowledges."""
        key = self._keys.worker(holder)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.xadd(
                key,
                {"bell_id": bell.bell_id, "interview_id": bell.interview_id},
                maxlen=10_000,
                approximate=True,
            )
            pipe.expire(key, 3600)
            await pipe.execute()

    async def passed(self, block_ms: int = BLOCK_MS) -> list[Bell]:
        """Bells that others passed to this worker since the last call."""
        key = self._keys.worker(self._worker)
        answer = await self._redis.xread({key: self._passed_cursor}, count=500, block=block_ms)
        entries = answer[0][1] if answer else []
        bells, letters = [], []
        for entry_id, fields in entries:
            if bell := _bell(fields.get(b"bell_id", b""), fields.get(b"interview_id", b"")):
                bells.append(bell)
            else:
                entry = read_entry(entry_id, fields)
                stream, reason = f"worker:{self._worker}", "it names no interview or no doorbell"
                letters.append(Letter(stream, entry.entry_id, entry.raw, reason, "garbage"))
        await self._graveyard.bury(letters)
        if entries:
            self._passed_cursor = entries[-1][0].decode()
        return bells


def _bell(bell_id: bytes, interview_id: bytes) -> Bell | None:
    bell = Bell(bell_id.decode(errors="replace"), interview_id.decode(errors="replace"))
    return bell if ENTRY_ID.fullmatch(bell.bell_id) and INTERVIEW_ID.fullmatch(bell.interview_id) else None
