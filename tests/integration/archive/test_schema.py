"""The schema: up and down on data, several at once, and who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from fakes.clock import Clock
from fixtures.records import whole_record
from sqlalchemy import Connection, inspect, text
from structlog.testing import capture_logs
from viva_shared.archive import (
    Archive,
    Database,
    SchemaTooNew,
    UnknownRevision,
    migrate,
    schema,
    schema_of,
    until_migrated,
)
from viva_shared.archive.models import Base

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "LOOK_EVERY_S", 0.02)


async def tables(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.run_sync(lambda c: inspect(c).get_table_names())) - {"alembic_version"}


async def pretend(database: Database, revision: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


async def test_the_revisions_make_what_the_models_say(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.fixture
async def own(empty_database_url: str) -> AsyncIterator[Database]:
    """A migrated database whose schema the test may change."""
    await migrate(empty_database_url)
    opened = Database(empty_database_url)
    yield opened
    await opened.aclose()


async def test_up_and_down_on_data(empty_database_url: str, own: Database, clock: Clock) -> None:
    archive = Archive(own, clock)
    await archive.record(whole_record("i1"))
    await archive.audit("me", "looked", "i1")
    before = await archive.get("i1"), await archive.turns("i1"), await archive.events("i1")
    down = await migrate(empty_database_url, "0001")
    assert (down.current, down.is_ready) == ("0001", False)
    assert "audit_log" not in await tables(own)
    assert (await migrate(empty_database_url)).is_ready
    assert (await archive.get("i1"), await archive.turns("i1"), await archive.events("i1")) == before
    assert await archive.audit_log() == []
    assert (await migrate(empty_database_url, "base")).current is None
    assert await tables(own) == set()
    assert (await migrate(empty_database_url, "base")).current is None
    assert (await migrate(empty_database_url)).is_ready
    assert await archive.get("i1") is None


async def test_many_at_once(empty_database_url: str) -> None:
    done = await asyncio.gather(*(migrate(empty_database_url) for _ in range(5)))
    assert all(state.is_ready for state in done)


async def test_one_that_fails_changes_nothing(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(config: Config, revision: str) -> None:
        command_upgrade(config, revision)
        raise RuntimeError("after all of it")

    command_upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", fails)
    with pytest.raises(RuntimeError):
        await migrate(empty_database_url)
    database = Database(empty_database_url)
    assert await tables(database) == set()
    await database.aclose()


async def test_a_newer_schema_is_refused(empty_database_url: str, own: Database) -> None:
    await pretend(own, "9999")
    for refused in (migrate(empty_database_url), schema_of(own), until_migrated(own)):
        with pytest.raises(SchemaTooNew, match=r"revision 9999, this Viva knows up to .*: upgrade Viva"):
            await refused


async def test_an_unknown_revision_is_refused(empty_database_url: str) -> None:
    with pytest.raises(UnknownRevision, match=r"there are base, 0001, .* and head"):
        await migrate(empty_database_url, "nonsense")


async def test_who_needs_the_schema_waits_for_it(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with capture_logs() as logs:
        waiting = asyncio.create_task(until_migrated(database))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await migrate(empty_database_url, "0001")
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await migrate(empty_database_url)
        await asyncio.wait_for(waiting, 5)
    assert [line["event"] for line in logs] == ["archive.not_migrated", "archive.available"]
    assert "viva migrate" in logs[0]["do"]
    await database.aclose()
