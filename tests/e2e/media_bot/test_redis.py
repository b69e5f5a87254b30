"""Redis away, paused or restarted, under a bot: the candidate is asked to wait once, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from e2e.media_bot.bots import Surroundings, running_bot
from e2e.media_bot.caller import Caller, speech
from e2e.media_bot.scripted_brain import ScriptedBrain
from e2e.media_bot.waiting import lines_of, until
from fixtures.livekit_server import LiveKitServer
from fixtures.processes import free_port, wait_for
from fixtures.redis_server import RedisServer, running_redis
from media_bot.settings import OwnWords
from viva_shared.broker import Keys, Mailboxes, connect
from viva_shared.events import CandidateJoined, ReplyHeard, UtteranceHeard

pytestmark = pytest.mark.e2e

Join = Callable[..., Awaitable[Caller]]
HOLD = OwnWords().hold
HOLD_AFTER_S = 2.5
PREFIX = f"viva-e2e-{uuid4().hex[:8]}"
AGENT = "viva-test-bot-of-an-unsteady-redis"


class UnsteadyRedis:
    """A Redis that can be paused, and stopped and started on the same port with the same data."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._running: AbstractContextManager[RedisServer] | None = None
        self._pid = 0

    def start(self) -> None:
        self._running = running_redis(self._directory, self._port)
        self._pid = self._running.__enter__().pid

    def stop(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = None

    def pause(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    @asynccontextmanager
    async def away(self, how: str, for_s: float) -> AsyncIterator[None]:
        """It is away from the block's beginning, and back so many seconds later."""
        began = time.monotonic()
        (self.pause if how == "paused" else self.stop)()
        try:
            yield
            await asyncio.sleep(began + for_s - time.monotonic())
        finally:
            (self.go_on if how == "paused" else self.start)()


@pytest.fixture(scope="module")
def unsteady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnsteadyRedis]:
    redis = UnsteadyRedis(tmp_path_factory.mktemp("unsteady"))
    yield redis
    redis.stop()


@pytest.fixture(scope="module")
def bot_log(
    unsteady: UnsteadyRedis,
    livekit_server: LiveKitServer,
    providers_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """A bot whose start Redis was not there for."""
    surroundings = Surroundings(livekit_server.url, unsteady.url, providers_url, PREFIX, AGENT)
    with running_bot(surroundings, tmp_path_factory.mktemp("bot"), VIVA_REPLY_WAIT_S="10") as log:
        wait_for(lambda: "redis.unavailable" in log.read_text(), "the bot's complaint", 30)
        time.sleep(1.0)
        assert "registered worker" not in log.read_text(), "it takes no rooms"
        unsteady.start()
        wait_for(lambda: "bot.ready" in log.read_text(), "the bot's registration", 60)
        yield log


@pytest.fixture
async def brain(unsteady: UnsteadyRedis, bot_log: Path) -> AsyncIterator[ScriptedBrain]:
    redis = connect(unsteady.url)
    brain = ScriptedBrain(Mailboxes(redis, Keys(PREFIX)), uuid4().hex[:10])
    yield brain
    await brain.aclose()
    await redis.aclose()


@pytest.fixture
async def caller(livekit_server: LiveKitServer, brain: ScriptedBrain) -> AsyncIterator[Caller]:
    """Somebody in the room of an interview, whom the bot has seen."""
    await brain.create("casey")
    caller = Caller(livekit_server, "casey", f"interview-{brain.interview_id}", AGENT)
    await caller.join()
    await brain.wait_for(CandidateJoined)
    yield caller
    await caller.leave()


def holds(caller: Caller) -> int:
    return caller.agent_words.count(HOLD)


@pytest.mark.parametrize("how", ["paused", "restarted"])
async def test_an_answer_that_is_outstanding_comes_after_the_candidate_was_asked_to_wait(
    unsteady: UnsteadyRedis, brain: ScriptedBrain, caller: Caller, how: str
) -> None:
    await caller.type("Hello?")
    first = await brain.wait_for(UtteranceHeard)
    began = time.monotonic()
    async with unsteady.away(how, 8.0):
        await until(lambda: bool(caller.loud_at), "the sentence, aloud", 5)
        assert caller.loud_at[0] - began > HOLD_AFTER_S
        await until(lambda: time.monotonic() - caller.loud_at[-1] > 1.0, "its end", 5)
        assert holds(caller) == 1
    answer = await brain.say("Yes, I am here.", in_reply_to=first.utterance_id)
    reply = await brain.heard_of(answer)
    assert (reply.text, reply.complete) == ("Yes, I am here.", True)
    assert holds(caller) == 1
    assert len(brain.of(ReplyHeard)) == 1, "the sentence is no reply"


@pytest.mark.parametrize("how", ["paused", "restarted"])
async def test_what_is_said_meanwhile_arrives_once_and_in_order(
    unsteady: UnsteadyRedis, brain: ScriptedBrain, caller: Caller, tmp_path: Path, how: str
) -> None:
    samples = await speech("I am an engineer and I work in Berlin.", tmp_path)
    async with unsteady.away(how, 10.0):
        await caller.speak(samples)
        await until(lambda: holds(caller) == 1, "the sentence", 8)
        await caller.type("Are you there?")
        await asyncio.sleep(1.0)
        await caller.type("Hello?")
    await brain.wait_for(UtteranceHeard, count=3, timeout_s=10)
    said = brain.of(UtteranceHeard)
    assert "engineer" in said[0].text
    assert [u.text for u in said[1:]] == ["Are you there?", "Hello?"]
    answer = await brain.say("Yes, I am here.", in_reply_to=said[-1].utterance_id)
    assert (await brain.heard_of(answer)).complete
    assert holds(caller) == 1
    assert len({e.event_id for e in brain.inputs}) == len(brain.inputs)


async def test_a_reply_that_stops_halfway_is_said_to_its_end_afterwards(
    unsteady: UnsteadyRedis, brain: ScriptedBrain, caller: Caller
) -> None:
    turn = await brain.say("This is the first half, ", finish=False)
    await until(lambda: bool(caller.loud_at), "the first half")
    async with unsteady.away("paused", 6.0):
        await until(lambda: holds(caller) == 1, "the sentence", 5)
    await brain.more(turn, 1, "and this is the second.")
    await brain.finish(turn, ["This is the first half, ", "and this is the second."])
    reply = await brain.heard_of(turn)
    assert (reply.text, reply.complete) == ("This is the first half, and this is the second.", True)
    assert holds(caller) == 1


async def test_of_a_short_outage_nobody_is_told(
    unsteady: UnsteadyRedis, brain: ScriptedBrain, caller: Caller, bot_log: Path
) -> None:
    async with unsteady.away("paused", 1.5):
        await caller.type("Are you there?")
    heard = await brain.wait_for(UtteranceHeard)
    answer = await brain.say("Yes, I am.", in_reply_to=heard.utterance_id)
    assert (await brain.heard_of(answer)).complete
    assert holds(caller) == 0
    assert f"interview_id={brain.interview_id}" not in lines_of(bot_log, "candidate.held")
