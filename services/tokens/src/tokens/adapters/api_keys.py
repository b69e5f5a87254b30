"""API keys as the archive knows them, remembered for a while."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from async_lru import alru_cache
from viva_shared.archive import ApiKeys, ArchiveUnavailable

from tokens.domain.errors import Unavailable

REMEMBERED_S = 30.0
"""For so long a call costs no query, and a key that was revoked still opens."""
REMEMBERED = 10_000


class RememberedKeys:
    """Who owns an API key; the database is asked about each once in a while only, whatever it says."""

    def __init__(self, keys: ApiKeys, remembered_s: float = REMEMBERED_S) -> None:
        self._verified = alru_cache(REMEMBERED, ttl=remembered_s, key=_digest)(keys.verify)
        self._is_good = alru_cache(REMEMBERED, ttl=remembered_s)(keys.is_good)

    async def owner(self, key: str) -> str | None:
        """The id of this key; None if there is none, or it is revoked. Raises Unavailable."""
        with _database_answers():
            found = await self._verified(key)
        return found.id if found else None

    async def is_good(self, key_id: str) -> bool:
        """Whether there is a key of this id, and it is not revoked. Raises Unavailable."""
        with _database_answers():
            return await self._is_good(key_id)


@contextmanager
def _database_answers() -> Iterator[None]:
    try:
        yield
    except ArchiveUnavailable as error:
        raise Unavailable("the database") from error


def _digest(key: str) -> bytes:
    """Secrets do not stay in memory because of us."""
    return hashlib.sha256(key.encode()).digest()
