"""The schema's revision: bringing it to another one, and waiting until somebody has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from viva_shared.archive.database import Database
from viva_shared.archive.errors import ArchiveUnavailable, SchemaTooNew, UnknownRevision

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
LOCK = "viva schema"


@dataclass(frozen=True, slots=True)
class Schema:
    """Which revision the database has, and which this code needs; None: it has no schema yet."""

    current: str | None
    head: str

    @property
    def is_ready(self) -> bool:
        return self.current == self.head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


@cache
def _revisions() -> tuple[str, ...]:
    """All that this code knows, oldest first: they are a line."""
    scripts = ScriptDirectory.from_config(_config())
    return tuple(script.revision for script in scripts.walk_revisions())[::-1]


def _look(connection: Connection) -> Schema:
    schema = Schema(MigrationContext.configure(connection).get_current_revision(), _revisions()[-1])
    if schema.current not in (None, *_revisions()):
        raise SchemaTooNew(
            f"the schema is at revision {schema.current}, this Viva knows up to {schema.head}: upgrade Viva"
        )
    return schema


async def schema_of(database: Database) -> Schema:
    """Look. Raises SchemaTooNew or ArchiveUnavailable."""
    async with database.reading() as session:
        return await (await session.connection()).run_sync(_look)


async def until_migrated(database: Database) -> None:
    """Wait until the database answers and has the schema that this code needs; says so, once for each reason.

    Raises:
        SchemaTooNew: it will not come to this.
    """
    said = ""
    while True:
        try:
            schema = await schema_of(database)
        except ArchiveUnavailable as error:
            reason, event, details = "away", "archive.unavailable", {"error": str(error)}
        else:
            if schema.is_ready:
                if said:
                    log.info("archive.available", revision=schema.head)
                return
            reason, event = "old", "archive.not_migrated"
            details = {"current": schema.current or "none", "needed": schema.head, "do": "run `viva migrate`"}
        if reason != said:
            log.warning(event, **details)
            said = reason
        await asyncio.sleep(LOOK_EVERY_S)


async def migrate(url: str, revision: str = "head") -> Schema:
    """Bring the schema to a revision, up or down, in one transaction; who comes second waits for the first.

    Args:
        revision: ``head``, ``base`` for no schema at all, or a name as in ``migrations/versions``.

    Raises:
        SchemaTooNew: somebody newer has migrated it.
        UnknownRevision: there is no such revision.
        ArchiveUnavailable: nothing was changed.
    """
    database = Database(url, for_migration=True)

    async def work(session: AsyncSession) -> Schema:
        await database.lock(session, LOCK)
        return await (await session.connection()).run_sync(_migrate, revision)

    try:
        return await database.write(work)
    finally:
        await database.aclose()


def _migrate(connection: Connection, revision: str) -> Schema:
    line = ("base", *_revisions())
    wanted = line[-1] if revision == "head" else revision
    if wanted not in line:
        raise UnknownRevision(f"there is no revision {revision!r}: there are {', '.join(line)} and head")
    now, then = line.index(_look(connection).current or "base"), line.index(wanted)
    config = _config()
    config.attributes["connection"] = connection
    if then > now:
        command.upgrade(config, line[then])
    elif then < now:
        command.downgrade(config, line[then])
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        assert not broken, f"the migration to {revision} left rows that refer to nothing: {broken[:3]}"
    return _look(connection)
