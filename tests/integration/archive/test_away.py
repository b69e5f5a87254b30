"""A database that is away is one error that may pass, without a password or a candidate's words in it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fixtures.postgres import PostgresServer
from fixtures.processes import free_port
from fixtures.records import STARTED, an_interview, whole_record
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from viva_shared.archive import Archive, ArchiveUnavailable, Database, migrate
from viva_shared.archive import database as module

pytestmark = pytest.mark.integration


async def unavailable(database: Database) -> str:
    """What both a reader and a writer are told."""
    archive = Archive(database, lambda: STARTED)
    with pytest.raises(ArchiveUnavailable):
        await archive.get("i1")
    with pytest.raises(ArchiveUnavailable) as told:
        await archive.record(whole_record("i1", text="a secret"))
    assert told.value.retryable
    assert "secret" not in str(told.value)
    await database.aclose()
    return str(told.value)


async def test_nobody_listens() -> None:
    database = Database(f"postgresql+asyncpg://viva:secret@127.0.0.1:{free_port()}/viva")
    assert "does not answer" in await unavailable(database)


async def test_there_is_no_such_database(postgres: PostgresServer) -> None:
    assert 'database "nowhere" does not exist' in await unavailable(Database(postgres.url("nowhere")))


async def test_there_is_no_schema(empty_database_url: str) -> None:
    message = await unavailable(Database(empty_database_url))
    assert "no such table" in message or "does not exist" in message


async def test_there_is_no_room_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "file" in await unavailable(Database(f"sqlite+aiosqlite:///{tmp_path}/file/viva.db"))


async def test_somebody_else_writes_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_S", 0.1)
    url = f"sqlite+aiosqlite:///{tmp_path}/viva.db"
    await migrate(url)
    database = Database(url)
    archive = Archive(database, lambda: STARTED)
    await archive.record(whole_record("i1"))
    other = sqlite3.connect(tmp_path / "viva.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ArchiveUnavailable, match="database is locked"):
        await archive.record(whole_record("i2"))
    assert await archive.get("i1"), "who reads does not wait for who writes"
    other.execute("ROLLBACK")
    other.close()
    await archive.record(whole_record("i2"))
    await database.aclose()


async def kick_out(database: Database) -> None:
    """End every other connection to this database, as a restart does."""
    other = Database(database.engine.url.render_as_string(hide_password=False))
    async with other.engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await other.aclose()


@pytest.fixture
async def on_postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url)
    yield database
    await database.aclose()


async def test_a_restart_between_two_calls_is_not_noticed(on_postgres: Database) -> None:
    archive = Archive(on_postgres, lambda: STARTED)
    await archive.register(an_interview("i1"))
    await kick_out(on_postgres)
    assert await archive.get("i1")


async def test_a_restart_in_a_transaction_leaves_nothing_of_it(on_postgres: Database) -> None:
    archive = Archive(on_postgres, lambda: STARTED)

    async def work(session: AsyncSession) -> None:
        session.add(an_interview("i1"))
        await session.flush()
        await kick_out(on_postgres)
        session.add(an_interview("i2"))

    with pytest.raises(ArchiveUnavailable):
        await on_postgres.write(work)
    assert (await archive.interviews()).interviews == []


async def test_a_transaction_that_met_another_is_done_again(on_postgres: Database) -> None:
    """Two that take two locks in different orders: PostgreSQL ends one of them."""
    begun: list[str] = []
    each_has_one = asyncio.Barrier(2)

    async def both(first: str, second: str) -> None:
        async def work(session: AsyncSession) -> None:
            begun.append(first)
            await on_postgres.lock(session, first)
            if len(begun) <= 2:
                await each_has_one.wait()
            await on_postgres.lock(session, second)

        await on_postgres.write(work)

    await asyncio.gather(both("i1", "i2"), both("i2", "i1"))
    assert len(begun) == 3


async def test_the_name_that_libpq_has_for_encryption(postgres: PostgresServer) -> None:
    database = Database(f"{await postgres.create_database()}?sslmode=disable")
    async with database.reading() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.aclose()
    demanding = Database(f"{postgres.url('postgres')}?sslmode=require")
    assert "SSL" in await unavailable(demanding)
