"""``viva deadletters``: what could not be read or applied, and what to do with it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import typer
from redis.exceptions import RedisError
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from viva_shared.broker import (
    UNAVAILABLE,
    BrokerError,
    DeadLetter,
    DeadLetters,
    Keys,
    Mailboxes,
    NotOpen,
    connect,
)
from viva_shared.settings import load_settings

from viva.console import fail
from viva.settings import CliSettings, enter_root

TYPE_CHARS = 40
WIDE = 1_000
"""Columns where there is no terminal: a line a letter, for grep."""

app = typer.Typer(
    help="Entries that could not be read or applied: look at them, try them again, drop them.",
    no_args_is_help=True,
)
Reference = Annotated[str, typer.Argument(metavar="REF", help="A reference, as `list` prints it.")]


@app.command("list")
def list_(interview: Annotated[str, typer.Option(help="Only this interview's.")] = "") -> None:
    """Print a table of all dead letters, oldest first. What a candidate said is not in it."""

    async def work(letters: DeadLetters) -> None:
        found = letters.of(interview) if interview else letters.every()
        rows = sorted([(_order(letter), _cells(letter)) async for letter in found])
        if not rows:
            print("no dead letters")
            return
        table = Table(box=box.SIMPLE_HEAD)
        table.add_column("reference", no_wrap=True, min_width=max(len(cells[0]) for _, cells in rows))
        for title in ("when (UTC)", "interview", "stream", "type", "reason"):
            table.add_column(title, overflow="fold")
        for _, cells in rows:
            table.add_row(*map(Text, cells))
        Console(width=None if sys.stdout.isatty() else WIDE).print(table)

    _run(work)


@app.command()
def show(reference: Reference) -> None:
    """Print one whole: where it came from, why it is here, and every byte that was kept."""

    async def work(letters: DeadLetters) -> None:
        letter = await _find(letters, reference)
        kept = len(letter.event)
        cut = f", the first {kept} were kept" if kept < letter.size else ""
        for title, value in (
            ("reference", letter.reference),
            ("when", f"{letter.buried_at:%Y-%m-%d %H:%M:%S} UTC"),
            ("interview", letter.interview_id or "none"),
            ("stream", letter.stream),
            ("entry", letter.entry_id or "none: its producer did not send it"),
            ("event id", letter.event_id or "could not be read"),
            ("reason", letter.reason),
            ("size", f"{letter.size} bytes{cut}"),
        ):
            print(f"{title:<10} {_printable(value)}")
        print()
        print("\n".join(_printable(line) for line in _readable(letter.event).splitlines()))

    _run(work)


@app.command()
def retry(reference: Reference) -> None:
    """Append an input as a new event, now that it can be read; then it is no dead letter any more."""

    async def work(letters: DeadLetters) -> None:
        event = await letters.retry(await _find(letters, reference), datetime.now(UTC))
        print(f"{event.type} is an input of {event.interview_id} again, as {event.event_id}")

    _run(work)


@app.command()
def drop(
    reference: Reference,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Forget one for good."""

    async def work(letters: DeadLetters) -> None:
        letter = await _find(letters, reference)
        if not yes:
            typer.confirm(f"drop {reference} for good ({_printable(letter.reason)})?", abort=True)
        await letters.drop(letter)
        print(f"{reference} is dropped")

    _run(work)


class _Unknown(LookupError):
    """There is no such letter."""


async def _find(letters: DeadLetters, reference: str) -> DeadLetter:
    if letter := await letters.find(reference):
        return letter
    raise _Unknown(f"there is no dead letter {reference!r}: `viva deadletters list` prints what there is")


def _run(work: Callable[[DeadLetters], Awaitable[None]]) -> None:
    """Do it; what an operator can mend is one line and exit code 1."""
    enter_root()
    settings = load_settings(CliSettings)

    async def connected() -> None:
        redis = connect(settings.stack_redis_url)
        try:
            await work(DeadLetters(Mailboxes(redis, Keys(settings.key_prefix), settings.max_event_bytes)))
        finally:
            await redis.aclose()

    try:
        asyncio.run(connected())
        return
    except UNAVAILABLE as error:
        fail(f"Redis does not answer ({error}): start it, or `make up`")
    except NotOpen as error:
        fail(f"{error}: nothing can be added to it; look at the letter, then drop it")
    except (BrokerError, RedisError, _Unknown) as error:
        fail(str(error))
    raise typer.Exit(1)


def _order(letter: DeadLetter) -> tuple[int, ...]:
    return tuple(map(int, letter.letter_id.split("-")))


def _cells(letter: DeadLetter) -> tuple[str, ...]:
    type_ = letter.type or "?"
    cells = (
        letter.reference,
        f"{letter.buried_at:%Y-%m-%d %H:%M:%S}",
        letter.interview_id or "none",
        letter.stream,
        type_ if len(type_) <= TYPE_CHARS else f"{type_[:TYPE_CHARS]}…",
        letter.reason,
    )
    return tuple(map(_printable, cells))


def _readable(event: bytes) -> str:
    try:
        return json.dumps(json.loads(event), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return repr(event)


def _printable(text: str) -> str:
    """Without what would move a terminal's cursor: the bytes are anybody's."""
    return "".join(character if character.isprintable() else "�" for character in text)
