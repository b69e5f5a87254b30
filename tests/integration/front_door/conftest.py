"""A front door for each test, with its keys in Redis, a database of its own and no LiveKit."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fixtures.front_door import SCENARIOS, FakeDispatches, front_door, new_key
from tokens.settings import TokensSettings
from viva_shared.archive import migrate
from viva_shared.broker import Mailboxes


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite with the schema and nothing in it, to be copied."""
    file = tmp_path_factory.mktemp("archive") / "viva.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    """A migrated database of the test's own."""
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'viva.db')}"


@pytest.fixture
def settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_url: str, mailboxes: Mailboxes, database_url: str
) -> TokensSettings:
    """The front door's, in the test's own keys."""
    monkeypatch.chdir(tmp_path)  # no .env of this machine
    return TokensSettings(
        scenarios_dir=SCENARIOS,
        livekit_url="ws://livekit.test",
        redis_url=redis_url,
        key_prefix=mailboxes.keys.prefix,
        database_url=database_url,
    )


@pytest.fixture
def closed(settings: TokensSettings) -> TokensSettings:
    """A front door that asks for credentials."""
    return settings.model_copy(update={"auth": "required"})


@pytest.fixture
async def api_key(settings: TokensSettings) -> str:
    """A recruiter's."""
    return await new_key(settings)


@pytest.fixture
def dispatches() -> FakeDispatches:
    """Takes the place of LiveKit's."""
    return FakeDispatches()


@pytest.fixture
async def http(settings: TokensSettings, dispatches: FakeDispatches) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the front door."""
    async with front_door(settings, dispatches=dispatches) as http:
        yield http
