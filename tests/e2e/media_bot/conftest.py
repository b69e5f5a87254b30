"""A real bot between a real LiveKit server, a real Redis and the local speech providers."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from e2e.media_bot.bots import Surroundings, running_bot
from e2e.media_bot.caller import Caller
from e2e.media_bot.scripted_brain import ScriptedBrain
from fixtures.livekit_server import LiveKitServer
from fixtures.processes import free_port, server, wait_for
from redis.asyncio import Redis
from viva_shared.broker import Keys, Mailboxes

PREFIX = f"viva-e2e-{uuid4().hex[:8]}"
AGENT = "viva-test-bot"
Order = Callable[..., Awaitable[None]]


@pytest.fixture(scope="session")
def providers_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The local speech providers."""
    port, directory = free_port(), tmp_path_factory.mktemp("providers")
    command = ["env", f"VIVA_LOCAL_PORT={port}", sys.executable, "-m", "local_providers"]
    with server(command, port, directory / "log"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def bot_log(
    tmp_path_factory: pytest.TempPathFactory,
    livekit_server: LiveKitServer,
    redis_url: str,
    providers_url: str,
) -> Iterator[Path]:
    """A running media bot, and where its log is."""
    surroundings = Surroundings(livekit_server.url, redis_url, providers_url, PREFIX, AGENT)
    with running_bot(surroundings, tmp_path_factory.mktemp("bot")) as log:
        # its port is open long before LiveKit knows it, and a room that opens before that gets nobody
        wait_for(lambda: "bot.ready" in log.read_text(), "the bot's registration", timeout_s=60.0)
        yield log


@pytest.fixture
async def brain(redis: Redis, bot_log: Path) -> AsyncIterator[ScriptedBrain]:
    """A brain for an interview that the test creates."""
    brain = ScriptedBrain(Mailboxes(redis, Keys(PREFIX)), uuid4().hex[:10])
    yield brain
    await brain.aclose()


@pytest.fixture(scope="session")
def agent() -> str:
    """The name by which the bot is dispatched."""
    return AGENT


@pytest.fixture
async def call(
    livekit_server: LiveKitServer, brain: ScriptedBrain, agent: str
) -> AsyncIterator[Callable[..., Awaitable[Caller]]]:
    """Let somebody join the interview's room; all leave at the end."""
    callers: list[Caller] = []

    async def join(
        identity: str = "casey", *, role: str | None = "candidate", room: str | None = None
    ) -> Caller:
        name = room or f"interview-{brain.interview_id}"
        caller = Caller(livekit_server, identity, name, agent, role)
        callers.append(caller)
        return await caller.join()

    yield join
    for caller in callers:
        await caller.leave()


@pytest.fixture
async def order(providers_url: str) -> AsyncIterator[Order]:
    """Tell the local providers to misbehave; without a target, to behave."""
    async with httpx.AsyncClient(base_url=providers_url) as http:

        async def place(**what: object) -> None:
            if what:
                (await http.post("/admin/faults", json=what)).raise_for_status()
            else:
                (await http.delete("/admin/faults")).raise_for_status()

        yield place
        await place()
