"""``viva keys`` on a real database: what it prints once, what it never prints, and what a key opens."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from viva import main
from viva_shared.archive import ApiKeys, Database, migrate

pytestmark = pytest.mark.integration

Viva = Callable[..., tuple[int, str, str]]


@pytest.fixture
def database_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database without tables; nothing else is set."""
    for name in list(os.environ):
        if name.startswith(("VIVA_", "LIVEKIT_")) or name.endswith(("_API_KEY", "_URL")):
            monkeypatch.delenv(name)
    for name in ("livekit.yaml", "pyproject.toml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)  # no .env of this machine
    url = f"sqlite+aiosqlite:///{tmp_path / 'keys.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.fixture
def viva(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Viva:
    """Exit code, output and errors of ``viva keys``, on a database with tables."""
    asyncio.run(migrate(database_url))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["viva", "keys", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.run()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run


def opens(database_url: str, text: str) -> bool:
    async def verified() -> bool:
        database = Database(database_url)
        try:
            return bool(await ApiKeys(database, lambda: datetime.now(UTC)).verify(text))
        finally:
            await database.aclose()

    return asyncio.run(verified())


def test_a_key_is_printed_once_and_opens_until_it_is_revoked(viva: Viva, database_url: str) -> None:
    assert "no keys" in viva("list")[1]
    code, out, err = viva("create", "--name", "Our careers site")
    text = out.strip()
    prefix, key_id, secret = text.split("_", 2)
    assert (code, prefix) == (0, "viva")
    assert f"key {key_id}, for Our careers site; it cannot be shown again" in err
    assert secret not in err
    assert opens(database_url, text)

    code, out, _ = viva("list")
    assert code == 0
    [row] = [line for line in out.splitlines() if key_id in line]
    assert "Our careers site" in row
    assert secret not in out
    assert row.count(f"{datetime.now(UTC):%Y-%m}") == 2, "created and used, not revoked"

    assert viva("revoke", key_id) == (0, f"{key_id} is revoked\n", "")
    assert not opens(database_url, text)
    [row] = [line for line in viva("list")[1].splitlines() if key_id in line]
    assert row.count(f"{datetime.now(UTC):%Y-%m}") == 3
    assert viva("revoke", key_id)[0] == 0, "again"


def test_nothing_of_the_secret_is_kept(viva: Viva, tmp_path: Path) -> None:
    secret = viva("create", "--name", "x")[1].strip().split("_", 2)[2]
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("keys.db*"))
    assert b"SQLite" in kept
    assert secret.encode() not in kept


def test_what_an_operator_can_mend_is_one_line(
    viva: Viva, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, _, err = viva("revoke", "nope")
    assert (code, err) == (
        1,
        "viva: there is no key 'nope': `viva keys list` prints those there are\n",
    )
    assert viva("create", "--name", "two\nlines")[0] == 2
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    code, _, err = viva("list")
    assert code == 1
    assert "no such table: api_keys: look after DATABASE_URL; `viva migrate` makes its tables" in err
