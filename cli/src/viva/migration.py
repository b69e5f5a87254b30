"""``viva migrate``: the schema of the archive's database."""

from __future__ import annotations

import asyncio

from viva_shared.archive import ArchiveError, ArchiveUnavailable, Database, Schema, migrate, schema_of
from viva_shared.settings import load_settings

from viva.console import fail
from viva.settings import CliSettings, enter_root


def run_migrate(revision: str, *, check: bool) -> int:
    """Migrate, or only look; the exit code: 1 where the schema is not as it should be."""
    enter_root()
    url = load_settings(CliSettings).database_url
    try:
        schema = asyncio.run(_look(url) if check else migrate(url, revision))
    except ArchiveUnavailable as error:
        fail(f"{error}: look after DATABASE_URL")
        return 1
    except ArchiveError as error:
        fail(str(error))
        return 1
    print(f"the schema is at revision {schema.current or 'base'}, this Viva needs {schema.head}")
    return 0 if schema.is_ready or not check else 1


async def _look(url: str) -> Schema:
    database = Database(url)
    try:
        return await schema_of(database)
    finally:
        await database.aclose()
