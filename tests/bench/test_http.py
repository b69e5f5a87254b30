"""Small versions of the measurements of the front door; its rate depends on what else the machine does."""

from __future__ import annotations

import pytest

from bench.http.front import front
from bench.http.limits import issued
from bench.http.text import hold, served

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]


async def test_a_limit_is_exact_across_replicas() -> None:
    with front(VIVA_LIMIT_TOKENS="100/hour") as made:
        made.replica()
        made.replica()
        found = await issued(made, made.key(), calls=600, allowed=100)
    assert (found.issued, found.over) == (100, 0)


async def test_interviews_in_writing_at_a_time_lose_nothing() -> None:
    with front() as made, served(made) as url:
        held = await hold(url, made.key(), interviews=10)
    assert held.lost == []
    assert held.turns == 30
