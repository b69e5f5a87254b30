"""``viva migrate``: up, down and look, and how it refuses."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from viva import main
from viva_shared.archive import schema

pytestmark = pytest.mark.integration

VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"
REVISIONS = sorted(path.name.partition("_")[0] for path in VERSIONS.glob("*.py"))
HEAD = REVISIONS[-1]
Viva = Callable[..., tuple[int, str]]


@pytest.fixture
def viva(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    empty_database_url: str,
) -> Viva:
    """Runs the command on an empty database: its exit code, and what it said."""
    (tmp_path / "livekit.yaml").touch()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["viva", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main.run()
        said = capsys.readouterr()
        return int(exit_.value.code or 0), said.out + said.err

    return run


def test_up_down_and_look(viva: Viva) -> None:
    assert viva("migrate", "--check") == (1, f"the schema is at revision base, this Viva needs {HEAD}\n")
    assert viva("migrate") == (0, f"the schema is at revision {HEAD}, this Viva needs {HEAD}\n")
    assert viva("migrate", "--check")[0] == 0
    assert viva("migrate", "0001") == (0, f"the schema is at revision 0001, this Viva needs {HEAD}\n")
    assert viva("migrate", "--check")[0] == 1
    code, said = viva("migrate", "nonsense")
    assert code == 1
    assert f"there is no revision 'nonsense': there are base, {', '.join(REVISIONS)} and head" in said


def test_a_database_that_is_away(viva: Viva, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://viva:hush@127.0.0.1:1/viva")
    for arguments in (["migrate"], ["migrate", "--check"]):
        code, said = viva(*arguments)
        assert code == 1
        assert "look after DATABASE_URL" in said
        assert "hush" not in said


def test_doctor_tells_of_the_schema(viva: Viva, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    viva("migrate", "0001")
    assert "run `viva migrate`" in archive_line(viva("doctor")[1])
    viva("migrate")
    assert f"revision {HEAD}" in archive_line(viva("doctor")[1])
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    assert "none yet" in archive_line(viva("doctor")[1])
    assert not (tmp_path / "none.db").exists()


def archive_line(said: str) -> str:
    return next(line for line in said.splitlines() if line[4:].startswith("archive"))
