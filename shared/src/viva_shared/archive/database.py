"""The archive's database: transactions on SQLite or PostgreSQL, and their errors as ours."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import URL, Connection, event, func, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from viva_shared.archive.errors import ArchiveUnavailable

T = TypeVar("T")

CONNECT_S = 5.0
"""For a connection, and for one of the pool to become free."""
STATEMENT_S = 30.0
BUSY_S, MIGRATION_BUSY_S = 5.0, 60.0
"""SQLite has one writer at a time: how long the next one waits."""
TRIES = 5
"""Of a transaction that met another one."""

CONFLICTS = ("40001", "40P01")
"""PostgreSQL's serialization failure and deadlock: the same transaction may succeed at once."""
AWAY = ("08", "25006", "28", "3D", "42P01", "53", "55P03", "57", "58", "F0")
"""What PostgreSQL's codes begin with where it passes or an operator mends it: no connection, read only, a
wrong password, no such database, not migrated, no room left, locked, shutting down, a broken disk."""
SQLITE_AWAY = (
    *("database is locked", "unable to open", "readonly", "disk i/o", "is full", "no such table"),
    *("connection closed", "no active connection", "not a database", "malformed"),
)


class Database:
    """One engine and its pool; connects when it is first used."""

    def __init__(self, url: str, *, for_migration: bool = False) -> None:
        """Args:
        url: as ``ArchiveSettings`` gives it.
        for_migration: statements may take any time, and SQLite does not look after foreign keys: a table that
            is made anew would take along what refers to it.
        """
        self.engine = _engine(make_url(url), for_migration)
        self._reading = async_sessionmaker(self.engine, expire_on_commit=False)
        writing = self.engine.execution_options(**{_WRITES: True})
        self._writing = async_sessionmaker(writing, expire_on_commit=False)

    @property
    def sqlite_path(self) -> Path | None:
        """The database's file; None: it is PostgreSQL's."""
        url = self.engine.url
        return Path(url.database or "") if url.get_backend_name() == "sqlite" else None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that writes nothing. Raises ArchiveUnavailable."""
        try:
            async with self._reading.begin() as session:
                yield session
        except (DBAPIError, PoolTimeoutError, OSError) as error:
            raise as_ours(error) from error

    async def write(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Do some work in one transaction, from its beginning again where it met another one.

        Raises:
            ArchiveUnavailable: nothing was written; or all of it, if the connection broke at the very end.
        """
        for tries in range(1, TRIES + 1):
            try:
                async with self._writing.begin() as session:
                    return await work(session)
            except (DBAPIError, PoolTimeoutError, OSError) as error:
                if _code(error) not in CONFLICTS:
                    raise as_ours(error) from error
                await asyncio.sleep(0.05 * tries)
        raise ArchiveUnavailable(f"the transaction met others {TRIES} times")

    async def lock(self, session: AsyncSession, what: str) -> None:
        """Until the transaction ends, nobody else has this lock. SQLite has one writer at a time anyway."""
        if self.engine.dialect.name == "postgresql":
            await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))

    async def aclose(self) -> None:
        """Close the connections."""
        await self.engine.dispose()


_WRITES = "viva_writes"


def _engine(url: URL, for_migration: bool) -> AsyncEngine:
    # Parameters are what people said: they are kept out of every message.
    options: dict[str, Any] = {"pool_pre_ping": True, "pool_timeout": CONNECT_S, "hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        connect = {"timeout": MIGRATION_BUSY_S if for_migration else BUSY_S, "isolation_level": None}
        engine = create_async_engine(url, connect_args=connect, **options)
        folder, prepare = Path(url.database or "").parent, _write_ahead if for_migration else _mind_references
        event.listen(engine.sync_engine, "do_connect", lambda *_: folder.mkdir(parents=True, exist_ok=True))
        event.listen(engine.sync_engine, "connect", lambda connection, _: connection.run_async(prepare))
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    if mode := url.query.get("sslmode"):  # libpq's name for it; asyncpg's is ssl
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    times = {"timeout": CONNECT_S, "command_timeout": None if for_migration else STATEMENT_S}
    names = {"server_settings": {"application_name": "viva"}}
    return create_async_engine(url, connect_args=times | names, pool_recycle=1800, **options)


async def _mind_references(connection: aiosqlite.Connection) -> None:
    await connection.execute_fetchall("PRAGMA foreign_keys = ON")


async def _write_ahead(connection: aiosqlite.Connection) -> None:
    """For good: who reads and who writes do not wait for each other. SQLite does not wait to change it."""
    give_up = time.monotonic() + MIGRATION_BUSY_S
    while True:
        try:
            await connection.execute_fetchall("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            await asyncio.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """sqlite3 would begin before the first change only, as a reader, who cannot wait to become a writer."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def as_ours(error: Exception) -> Exception:
    """ArchiveUnavailable if the error says that the database is away; else the error itself, a defect."""
    message = str(error.orig if isinstance(error, DBAPIError) else error) or type(error).__name__
    if not isinstance(error, DBAPIError) or error.connection_invalidated:
        return ArchiveUnavailable(f"the database does not answer: {message}")
    if _code(error).startswith(AWAY) or any(what in message.lower() for what in SQLITE_AWAY):
        return ArchiveUnavailable(f"the database is of no use now: {message}")
    return error


def _code(error: Exception) -> str:
    """PostgreSQL's; empty for whatever is none of its errors."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""
