"""A front door for each test, with its keys in Redis and no LiveKit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fixtures.front_door import SCENARIOS, FakeDispatches, front_door
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes


@pytest.fixture
def settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, redis_url: str, mailboxes: Mailboxes
) -> TokensSettings:
    """The front door's, in the test's own keys."""
    monkeypatch.chdir(tmp_path)  # no .env of this machine
    return TokensSettings(
        scenarios_dir=SCENARIOS,
        livekit_url="ws://livekit.test",
        redis_url=redis_url,
        key_prefix=mailboxes.keys.prefix,
    )


@pytest.fixture
def dispatches() -> FakeDispatches:
    """Takes the place of LiveKit's."""
    return FakeDispatches()


@pytest.fixture
async def http(settings: TokensSettings, dispatches: FakeDispatches) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the front door."""
    async with front_door(settings, dispatches=dispatches) as http:
        yield http
