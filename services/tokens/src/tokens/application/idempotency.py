"""Calls that may be repeated: a key names a call, and finds again what was chosen when it was made first."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from redis.asyncio import Redis
from viva_shared.broker import UNAVAILABLE

from tokens.domain.errors import IdempotencyKeyReused, Unavailable

KEPT_S = 86_400

Chosen = dict[str, str]
"""What must be the same when the call is repeated: the ids that it is about."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request as its caller made it.

    Attributes:
        actor: who calls; keys of others are not seen.
        key: the caller's; None: this call is not remembered.
        request: all that must be the same under the same key: the route and the body.
    """

    actor: str
    key: str | None
    request: str

    @property
    def fingerprint(self) -> str:
        return _digest(self.request)


class IdempotencyKeys:
    """Keys of a day, in Redis. Not the answers: those are computed again from what happened."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    async def chosen(self, call: Call) -> Chosen | None:
        """What was chosen for this call; None if it is new. Raises IdempotencyKeyReused or Unavailable."""
        if call.key is None:
            return None
        try:
            kept = await self._redis.get(self._name(call))
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error
        return None if kept is None else _read(kept, call)

    async def choose(self, call: Call, chosen: Chosen) -> Chosen:
        """Choose for a new call, before anything is done; what another one chose, if that was quicker.

        Raises IdempotencyKeyReused or Unavailable.
        """
        if call.key is None:
            return chosen
        value = json.dumps({"fingerprint": call.fingerprint, "chosen": chosen})
        try:
            kept = await self._redis.set(self._name(call), value, nx=True, get=True, ex=KEPT_S)
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error
        return chosen if kept is None else _read(kept, call)

    def _name(self, call: Call) -> str:
        return f"{self._prefix}:{{idempotency:{_digest(f'{call.actor} {call.key}')}}}"


def _read(kept: bytes, call: Call) -> Chosen:
    call_kept = json.loads(kept)
    if call_kept["fingerprint"] != call.fingerprint:
        raise IdempotencyKeyReused("this Idempotency-Key came with another request before: take a new one")
    chosen: Chosen = call_kept["chosen"]
    return chosen


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
