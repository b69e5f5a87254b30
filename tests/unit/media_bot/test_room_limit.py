"""How many rooms a bot takes, and what it tells LiveKit of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from livekit.agents import AgentServer, JobRequest
from media_bot.main import RoomLimit

pytestmark = pytest.mark.unit


@dataclass
class Server:
    """As much of AgentServer as the limit looks at."""

    active_jobs: list[Any] = field(default_factory=list)


@dataclass
class Request:
    """A job request that keeps its answer."""

    answer: str = ""

    async def accept(self, *, name: str) -> None:
        self.answer = f"accepted as {name}"

    async def reject(self, *, terminate: bool) -> None:
        self.answer = f"rejected, terminate={terminate}"


@pytest.mark.parametrize(
    ("rooms", "load", "answer"),
    [
        (0, 0.0, "accepted as Viva"),
        (1, 0.5, "accepted as Viva"),
        (2, 1.0, "rejected, terminate=False"),
        (3, 1.0, "rejected, terminate=False"),
    ],
)
async def test_load_is_rooms_over_the_limit_and_a_full_bot_refuses(
    rooms: int, load: float, answer: str
) -> None:
    limit = RoomLimit(2, "Viva")
    limit.server = cast(AgentServer, Server([object()] * rooms))
    request = Request()
    assert limit.load() == load
    await limit.decide(cast(JobRequest, request))
    assert request.answer == answer
