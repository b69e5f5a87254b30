"""Mailboxes: an interview as an actor whose inputs and outputs are two Redis Streams.

Each method is one command or one Redis Function (``functions.lua``), atomic on the keys of one interview.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any, Literal, cast

from redis.asyncio import Redis

from viva_shared.broker.entries import FIRST, Entry, read_entry
from viva_shared.broker.errors import BotFenced, LeaseLost, NotOpen
from viva_shared.broker.functions import call_function, load_functions
from viva_shared.broker.graveyard import Graveyard, Letter
from viva_shared.broker.keys import Keys
from viva_shared.broker.leases import Busy, Closed, Held, Lease, Snapshot, read_snapshot
from viva_shared.events import MAX_EVENT_BYTES, Envelope


class Mailboxes:
    """The broker, on one Redis. Holds no state of its own.

    Writers of events raise OversizedEvent for one that is larger than ``max_event_bytes``.
    """

    def __init__(
        self, redis: Redis, keys: Keys | None = None, max_event_bytes: int = MAX_EVENT_BYTES
    ) -> None:
        self.redis = redis
        self.keys = keys or Keys()
        self.max_event_bytes = max_event_bytes
        self.graveyard = Graveyard(redis, self.keys, max_event_bytes)

    async def load_functions(self) -> None:
        """Put the function library into Redis; every service does so at start."""
        await load_functions(self.redis)

    async def _call(self, name: str, keys: Sequence[str], *args: str | int | bytes) -> list[Any]:
        return await call_function(self.redis, name, keys, *args)

    def _encode(self, event: Envelope) -> str:
        return event.encode(self.max_event_bytes)

    # -- producers --

    async def create(self, created: Envelope, scenario: str) -> bool:
        """Make the interview with its first input; False if it was there. ``scenario`` is resolved JSON."""
        k, iid = self.keys, created.interview_id
        listed = {iid: created.occurred_at.timestamp()}
        keys = [k.state(iid), k.inputs(iid), k.seen(iid)]
        arguments = [scenario, created.event_id, self._encode(created)]
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.zadd(k.open, listed, nx=True)
            pipe.fcall("viva1_create", len(keys), *cast(Any, [*keys, *arguments]))
            pipe.xadd(k.ready, {"interview_id": iid})
            answers = await pipe.execute(raise_on_error=False)
        answer = answers[1]
        if any(isinstance(each, Exception) for each in answers):  # one by one, they mend it or say what it is
            await self.redis.zadd(k.open, listed, nx=True)
            answer = await self._call("create", keys, *arguments)
            await self.ring(iid)
        return bool(answer[0] == b"created")

    async def append(
        self, event: Envelope, *, bot_epoch: int | None = None, lease: Lease | None = None
    ) -> bool:
        """Append an input and ring; False if its event_id was there already. Safe to repeat until it returns.

        Raises:
            NotOpen: the interview is missing, archived or deleted.
            BotFenced: ``bot_epoch`` is not the room's any more.
            LeaseLost: ``lease`` is given and not held any more (a holder does not ring for its own).
        """
        k, iid = self.keys, event.interview_id
        answer = await self._call(
            "append",
            [k.state(iid), k.inputs(iid), k.seen(iid), k.bot_epoch(iid), k.lease(iid)],
            event.event_id,
            self._encode(event),
            "" if bot_epoch is None else bot_epoch,
            lease.token if lease else "",
        )
        if answer[0] == b"refused":
            reason = answer[1].decode()
            if reason == "fenced":
                raise BotFenced(f"interview {iid}: epoch {bot_epoch} is not the room's any more")
            if lease is not None:  # of what is closed nobody has one
                raise LeaseLost(f"interview {iid}: epoch {lease.epoch} is not held any more ({reason})")
            raise NotOpen(iid, reason)
        if lease is None:
            await self.ring(iid)
        return bool(answer[0] == b"appended")

    async def ring(self, interview_id: str) -> None:
        """Put the interview on the doorbell stream."""
        await self.redis.xadd(self.keys.ready, {"interview_id": interview_id})

    # -- the holder --

    async def acquire(self, interview_id: str, holder: str, ttl_ms: int) -> Held | Busy | Closed:
        """Take the lease if it is free, or the holder's own; counts a try of what comes next."""
        k = self.keys
        answer = await self._call(
            "acquire", [k.state(interview_id), k.lease(interview_id), k.inputs(interview_id)], holder, ttl_ms
        )
        match answer[0]:
            case b"held":
                return Held(Lease(interview_id, holder, int(answer[1])), read_snapshot(answer[2]))
            case b"busy":
                return Busy(answer[1].decode().rpartition("|")[0])
            case status:
                return Closed(status.decode())

    async def commit(
        self,
        lease: Lease,
        *,
        old_cursor: str,
        new_cursor: str,
        state: str,
        outputs: Sequence[Envelope] = (),
        closed: Sequence[str] = (),
        opened: Mapping[str, str] | None = None,
    ) -> None:
        """Apply one input: state, outputs, cursor and open effects in one. Raises LeaseLost."""
        k, iid = self.keys, lease.interview_id
        await self._held_call(
            lease,
            "commit",
            [k.state(iid), k.lease(iid), k.outputs(iid)],
            old_cursor,
            new_cursor,
            state,
            len(outputs),
            *map(self._encode, outputs),
            len(closed),
            *closed,
            *(part for pair in (opened or {}).items() for part in pair),
        )

    async def reject(self, lease: Lease, letter: Letter, *, old_cursor: str, rejected: Envelope) -> None:
        """Move the cursor past an input that cannot be applied: a dead letter. Raises LeaseLost."""
        k, iid = self.keys, lease.interview_id
        await self._held_call(
            lease,
            "reject",
            [k.state(iid), k.lease(iid), k.outputs(iid), k.dead(iid)],
            old_cursor,
            letter.entry_id,
            self._encode(rejected),
            *self.graveyard.arguments(letter),
        )
        letter.count()

    async def emit(self, lease: Lease, outputs: Sequence[Envelope]) -> None:
        """Write outputs that are no part of the state: the pieces of a reply under way. Raises LeaseLost."""
        k, iid = self.keys, lease.interview_id
        await self._held_call(lease, "emit", [k.lease(iid), k.outputs(iid)], *map(self._encode, outputs))

    async def confirm(self, lease: Lease, *effect_ids: str) -> None:
        """Close effects that are done and have no answer (a job is enqueued). Raises LeaseLost."""
        k, iid = self.keys, lease.interview_id
        await self._held_call(lease, "confirm", [k.state(iid), k.lease(iid)], *effect_ids)

    async def renew(self, lease: Lease, ttl_ms: int) -> None:
        """Heartbeat. Raises LeaseLost."""
        await self._held_call(lease, "renew", [self.keys.lease(lease.interview_id)], ttl_ms)

    async def release(self, lease: Lease) -> Literal["released", "news", "effects"]:
        """Give the lease up, only if the cursor is at the tail and no effect is open. Raises LeaseLost."""
        k, iid = self.keys, lease.interview_id
        answer = await self._held_call(lease, "release", [k.state(iid), k.lease(iid), k.inputs(iid)])
        match answer:
            case "released" | "news" | "effects":
                return answer
            case other:
                raise AssertionError(f"release answered {other!r}")

    async def hand_back(self, lease: Lease) -> None:
        """Give the lease away with work left, on draining, which counts as no try. Raises LeaseLost."""
        k, iid = self.keys, lease.interview_id
        await self._held_call(lease, "hand_back", [k.state(iid), k.lease(iid)])

    async def _held_call(self, lease: Lease, name: str, keys: Sequence[str], *args: str | int | bytes) -> str:
        answer = await self._call(name, keys, lease.token, *args)
        if answer[0] == b"lost":
            raise LeaseLost(
                f"interview {lease.interview_id}: epoch {lease.epoch} is not held by {lease.holder} any more"
            )
        if answer[0] == b"stale":
            raise LeaseLost(f"interview {lease.interview_id}: its cursor has moved; read the snapshot again")
        return str(answer[0].decode())

    # -- readers --

    async def snapshot(self, interview_id: str) -> Snapshot | None:
        """The interview as last committed; None if it does not exist."""
        fields = await cast(Awaitable[dict[bytes, bytes]], self.redis.hgetall(self.keys.state(interview_id)))
        return read_snapshot(fields) if fields else None

    async def inputs_after(self, interview_id: str, cursor: str, count: int = 100) -> list[Entry]:
        """The next inputs after an entry id, oldest first."""
        return await self._range(self.keys.inputs(interview_id), cursor, count)

    async def last_outputs(self, interview_id: str, count: int) -> list[tuple[str, Envelope]]:
        """The newest outputs with their entry ids, newest first."""
        found = await self.redis.xrevrange(self.keys.outputs(interview_id), count=count)
        return await self.graveyard.outputs(interview_id, [read_entry(*entry) for entry in found])

    async def every_output(self, interview_id: str) -> AsyncIterator[tuple[str, Envelope]]:
        """All outputs so far with their entry ids; what is none becomes a dead letter, once."""
        async for page in self._pages(self.keys.outputs(interview_id)):
            for output in await self.graveyard.outputs(interview_id, page):
                yield output

    def every_input(self, interview_id: str) -> AsyncIterator[Entry]:
        """All inputs so far; some may have been rejected."""
        return self._entries(self.keys.inputs(interview_id))

    def every_output_entry(self, interview_id: str) -> AsyncIterator[Entry]:
        """All outputs so far, and what else lies in their stream."""
        return self._entries(self.keys.outputs(interview_id))

    async def _entries(self, key: str) -> AsyncIterator[Entry]:
        async for page in self._pages(key):
            for entry in page:
                yield entry

    async def _pages(self, key: str) -> AsyncIterator[list[Entry]]:
        cursor = FIRST
        while page := await self._range(key, cursor, 1000):
            yield page
            cursor = page[-1].entry_id

    async def _range(self, key: str, cursor: str, count: int) -> list[Entry]:
        entries = await self.redis.xrange(key, f"({cursor}", "+", count)
        return [read_entry(*entry) for entry in entries]

    async def open_interviews(self) -> list[str]:
        """Ids of interviews that may have something left to do, oldest first."""
        return [raw.decode() for raw in await self.redis.zrange(self.keys.open, 0, -1)]

    async def keep_report(self, interview_id: str, report: str) -> None:
        """Keep the report, JSON, in place of an earlier one. Raises NotOpen."""
        keys = [self.keys.state(interview_id), self.keys.report(interview_id)]
        answer = await self._call("keep_report", keys, report)
        if answer[0] == b"refused":
            raise NotOpen(interview_id, answer[1].decode())

    async def report(self, interview_id: str) -> bytes | None:
        """The report, JSON; None until it is written."""
        return cast("bytes | None", await self.redis.get(self.keys.report(interview_id)))

    # -- media bots --

    async def bot_acquire(self, interview_id: str, holder: str, ttl_ms: int) -> int | None:
        """Become the room's bot: its new epoch, or None if another bot has the room. Raises NotOpen."""
        k = self.keys
        await cast(Awaitable[int], self.redis.sadd(k.bots, interview_id))
        answer = await self._call(
            "bot_acquire",
            [k.state(interview_id), k.bot(interview_id), k.bot_epoch(interview_id)],
            holder,
            ttl_ms,
        )
        match answer[0]:
            case b"held":
                return int(answer[1])
            case b"busy":
                return None
            case status:
                raise NotOpen(interview_id, status.decode())

    async def bot_renew(self, interview_id: str, holder: str, epoch: int, ttl_ms: int) -> None:
        """Heartbeat; takes an expired lease again if nobody else has. Raises BotFenced for a higher epoch."""
        k = self.keys
        answer = await self._call(
            "bot_renew", [k.bot(interview_id), k.bot_epoch(interview_id)], f"{holder}|{epoch}", epoch, ttl_ms
        )
        if answer[0] == b"fenced":
            raise BotFenced(f"interview {interview_id}: epoch {epoch} is not the room's any more")
        await cast(Awaitable[int], self.redis.sadd(k.bots, interview_id))  # who forgot it was too quick

    async def bot_release(self, interview_id: str, holder: str, epoch: int) -> None:
        """Leave the room to whoever comes next; nothing happens if it is not ours any more."""
        await self._call("bot_release", [self.keys.bot(interview_id)], f"{holder}|{epoch}")

    # -- who looks after the rooms --

    async def without_bot(self) -> list[str]:
        """Interviews that have had a bot and have none now: it died, left, or has lost Redis."""
        ids = [raw.decode() for raw in await cast(Awaitable[set[bytes]], self.redis.smembers(self.keys.bots))]
        async with self.redis.pipeline(transaction=False) as pipe:
            for interview_id in ids:
                pipe.exists(self.keys.bot(interview_id))
            held = await pipe.execute()
        return [interview_id for interview_id, is_held in zip(ids, held, strict=True) if not is_held]

    async def forget_bot(self, interview_id: str) -> None:
        """The interview needs no bot until one comes by itself."""
        await cast(Awaitable[int], self.redis.srem(self.keys.bots, interview_id))

    async def claim_dispatch(self, interview_id: str, ttl_ms: int) -> bool:
        """Whether the caller is the one who sends a bot now; nobody else is for ``ttl_ms``."""
        keys = [self.keys.state(interview_id), self.keys.dispatched(interview_id)]
        return bool((await self._call("claim_dispatch", keys, ttl_ms))[0] == b"claimed")

    async def redis_run(self) -> str:
        """Names this run of this Redis: another one after a restart or a fail-over."""
        return str((await self.redis.info("server"))["run_id"])
