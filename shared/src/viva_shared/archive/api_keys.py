"""API keys: ``viva_<id>_<secret>``, shown once; what is kept cannot be turned into a key again."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from viva_shared.archive.database import Database
from viva_shared.archive.errors import ArchiveUnavailable
from viva_shared.archive.models import ApiKey

KEY = re.compile(r"viva_(?P<id>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")
"""Whole: use ``fullmatch``."""
NOTED_EVERY = timedelta(minutes=5)
"""How exactly a key's last use is known: a write for each call would cost more than the call."""


class ApiKeys:
    """The keys of one database. Every method raises ArchiveUnavailable while that is away."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def create(self, name: str) -> tuple[ApiKey, str]:
        """Make a key; with its text, which nobody can know later."""
        secret = secrets.token_urlsafe(32)
        key = ApiKey(id=secrets.token_hex(6), name=name, hash=_hash(secret), created_at=self._now())

        async def work(session: AsyncSession) -> None:
            session.add(key)

        await self._database.write(work)
        return key, f"viva_{key.id}_{secret}"

    async def verify(self, text: str) -> ApiKey | None:
        """The key of this text; None if there is none, or it is revoked."""
        if not (parts := KEY.fullmatch(text)):
            return None
        async with self._database.reading() as session:
            key = await session.get(ApiKey, parts["id"])
        if key is None or key.revoked_at or not hmac.compare_digest(key.hash, _hash(parts["secret"])):
            return None
        with suppress(ArchiveUnavailable):  # the key is good, whether its use can be noted or not
            await self._note_use(key)
        return key

    async def is_good(self, key_id: str) -> bool:
        """Whether there is a key of this id, and it is not revoked."""
        async with self._database.reading() as session:
            key = await session.get(ApiKey, key_id)
        return key is not None and key.revoked_at is None

    async def every(self) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first."""
        async with self._database.reading() as session:
            return list(await session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)))

    async def revoke(self, key_id: str) -> bool:
        """The key opens nothing any more; False if there is no such key. Again, it changes nothing."""

        async def work(session: AsyncSession) -> bool:
            key = await session.get(ApiKey, key_id)
            if key and key.revoked_at is None:
                key.revoked_at = self._now()
            return key is not None

        return await self._database.write(work)

    async def _note_use(self, key: ApiKey) -> None:
        now = self._now()
        if key.last_used_at and now - key.last_used_at < NOTED_EVERY:
            return
        stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now)

        async def work(session: AsyncSession) -> None:
            await session.execute(update(ApiKey).where(ApiKey.id == key.id, stale).values(last_used_at=now))

        await self._database.write(work)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
