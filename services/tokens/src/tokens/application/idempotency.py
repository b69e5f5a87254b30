"""Calls that may be repeated: a key names a call, and finds again what was chosen when it was made first."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from redis.asyncio import Redis
from viva_shared.broker import Calls, NotOpen

from tokens.application.stores import reaching
from tokens.domain.errors import Conflict, IdempotencyKeyReused, InterviewEnded, UnknownInterview

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
        interview_id: what it is about; None: it makes an interview, or finds one.
    """

    actor: str
    key: str | None
    request: str
    interview_id: str | None = None

    @property
    def name(self) -> str:
        """A digest of whose call it is, and of the key."""
        return hashlib.sha256(f"{self.actor} {self.key}".encode()).hexdigest()


class IdempotencyKeys:
    """What calls chose, in Redis: of those about an interview with all else of it, of others for a day.

    Not the answers, which are computed again from what happened; and of the request only what nobody can
    guess it by: its HMAC. A deleted interview leaves no more than that, for the rest of the day.
    """

    def __init__(self, redis: Redis, prefix: str, calls: Calls, secret: str) -> None:
        self._redis = redis
        self._prefix = prefix
        self._calls = calls
        self._secret = secret.encode()

    async def chosen(self, call: Call) -> Chosen | None:
        """What was chosen for this call; None if it is new. Raises IdempotencyKeyReused or Unavailable."""
        if call.key is None:
            return None
        with reaching():
            if call.interview_id is None:
                kept = await self._redis.get(self._key(call))
            else:
                kept = await self._calls.kept(call.interview_id, call.name)
        return None if kept is None else self._read(kept, call)

    async def choose(self, call: Call, chosen: Chosen) -> Chosen:
        """Choose for a new call, before anything is done; what another one chose, if that was quicker.

        Raises:
            IdempotencyKeyReused, Unavailable.
            InterviewEnded, UnknownInterview: nothing is kept for the interview any more.
            Conflict: it has had too many calls.
        """
        if call.key is None:
            return chosen
        record = json.dumps({"fingerprint": self._fingerprint(call), "chosen": chosen})
        if call.interview_id is not None:
            return self._read(await self._keep(call, call.interview_id, record), call)
        with reaching():
            kept = await self._redis.set(self._key(call), record, nx=True, get=True, ex=KEPT_S)
        return chosen if kept is None else self._read(kept, call)

    async def _keep(self, call: Call, interview_id: str, record: str) -> bytes:
        try:
            with reaching():
                kept = await self._calls.keep(interview_id, call.name, record)
        except NotOpen as error:
            if error.status == "archived":
                raise InterviewEnded(f"interview {interview_id!r} has ended") from error
            raise UnknownInterview(f"there is no interview {interview_id!r} any more") from error
        if kept is None:
            raise Conflict(
                f"interview {interview_id!r} has had too many calls with an Idempotency-Key: send none"
            )
        return kept

    def _read(self, kept: bytes, call: Call) -> Chosen:
        record = json.loads(kept)
        if record["fingerprint"] != self._fingerprint(call):
            raise IdempotencyKeyReused(
                "this Idempotency-Key came with another request before: take a new one"
            )
        chosen: Chosen = record["chosen"]
        return chosen

    def _key(self, call: Call) -> str:
        return f"{self._prefix}:{{idempotency:{call.name}}}"

    def _fingerprint(self, call: Call) -> str:
        return hmac.digest(self._secret, call.request.encode(), "sha256").hex()
