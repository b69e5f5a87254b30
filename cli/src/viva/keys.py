"""``viva keys``: the API keys with which recruiters' systems call the front door."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from viva_shared.archive import ApiKeys, ArchiveUnavailable, Database
from viva_shared.settings import load_settings

from viva.console import fail
from viva.settings import CliSettings, enter_root

WIDE = 1_000
"""Columns where there is no terminal: a line a key, for grep."""

app = typer.Typer(help="API keys for the front door: make, list, revoke them.", no_args_is_help=True)


@app.command()
def create(name: Annotated[str, typer.Option(help="Whose it is, for the list.")]) -> None:
    """Make a key, and print it: this once, as only a hash of it is kept."""
    if not name.strip() or not name.isprintable():
        raise typer.BadParameter("--name must be printable characters on one line")

    async def work(keys: ApiKeys) -> None:
        key, text = await keys.create(name.strip())
        print(f"key {key.id}, for {key.name}; it cannot be shown again:", file=sys.stderr)
        print(text)

    _run(work)


@app.command("list")
def list_() -> None:
    """Print a table of all keys, oldest first; no secret is in it."""

    async def work(keys: ApiKeys) -> None:
        found = await keys.every()
        if not found:
            print("no keys; `viva keys create --name NAME` makes one")
            return
        table = Table(box=box.SIMPLE_HEAD)
        for title in ("id", "name", "created (UTC)", "last used (UTC)", "revoked (UTC)"):
            table.add_column(title, overflow="fold")
        for key in found:
            times = (key.created_at, key.last_used_at, key.revoked_at)
            table.add_row(*map(Text, (key.id, key.name, *map(_shown, times))))
        Console(width=None if sys.stdout.isatty() else WIDE).print(table)

    _run(work)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` prints it.")]) -> None:
    """End a key for good: within half a minute it opens nothing any more."""

    async def work(keys: ApiKeys) -> None:
        if not await keys.revoke(key_id):
            raise _Unknown(f"there is no key {key_id!r}: `viva keys list` prints those there are")
        print(f"{key_id} is revoked")

    _run(work)


class _Unknown(LookupError):
    """There is no such key."""


def _shown(time: datetime | None) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}" if time else ""


def _run(work: Callable[[ApiKeys], Awaitable[None]]) -> None:
    """Do it; what an operator can mend is one line and exit code 1."""
    enter_root()
    settings = load_settings(CliSettings)

    async def connected() -> None:
        database = Database(settings.database_url)
        try:
            await work(ApiKeys(database, lambda: datetime.now(UTC)))
        finally:
            await database.aclose()

    try:
        asyncio.run(connected())
        return
    except ArchiveUnavailable as error:
        fail(f"{error}: look after DATABASE_URL; `viva migrate` makes its tables")
    except _Unknown as error:
        fail(str(error))
    raise typer.Exit(1)
