"""An archive on each of the two databases, with a clock of its own."""

from __future__ import annotations

import pytest
from fakes.clock import Clock
from viva_shared.archive import ApiKeys, Archive, Database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def archive(database: Database, clock: Clock) -> Archive:
    return Archive(database, clock)


@pytest.fixture
def api_keys(database: Database, clock: Clock) -> ApiKeys:
    return ApiKeys(database, clock)
