"""Recruiters' sign-in sessions, in Redis: a page holds a name for one, and no credentials."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from tokens.adapters.redis_errors import redis_answers
from tokens.domain.callers import Recruiter

_RECRUITER = TypeAdapter(Recruiter)


class Sessions:
    """Each is a key that expires with it, named by the hash of what opens it. All raise Unavailable."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        """Args: ``prefix``: of the keys."""
        self._redis = redis
        self._prefix = prefix

    async def begin(self, actor: str, expires_at: datetime) -> str:
        """A new session of this recruiter; returns what opens it, which cannot be guessed."""
        token = secrets.token_urlsafe(32)
        session = _RECRUITER.dump_json(Recruiter(actor, expires_at))
        with redis_answers():
            await self._redis.set(self._key(token), session, px=_ms_left(expires_at))
        return token

    async def find(self, token: str) -> Recruiter | None:
        """Whose it is, and until when; None if there is none, or it is over."""
        with redis_answers():
            session = await self._redis.get(self._key(token))
        try:
            return _RECRUITER.validate_json(session) if session else None
        except ValidationError:  # another version's: whoever has it signs in again
            return None

    async def end(self, token: str) -> None:
        """Nothing is opened by it any more."""
        with redis_answers():
            await self._redis.delete(self._key(token))

    def _key(self, token: str) -> str:
        return f"{self._prefix}:{hashlib.sha256(token.encode()).hexdigest()}"


def _ms_left(expires_at: datetime) -> int:
    return max(1, (expires_at - datetime.now(UTC)) // timedelta(milliseconds=1))
