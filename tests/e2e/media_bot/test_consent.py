"""Nothing that a candidate says is listened to before the brain allows it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from e2e.media_bot.bots import Surroundings, running_bot
from e2e.media_bot.caller import Caller, speech
from e2e.media_bot.recording import WireTap, tapped
from e2e.media_bot.scripted_brain import ScriptedBrain
from e2e.media_bot.waiting import until
from fixtures.livekit_server import LiveKitServer
from fixtures.processes import free_port, wait_for
from redis.asyncio import Redis
from viva_shared.broker import Keys, Mailboxes
from viva_shared.events import CandidateJoined, CandidateLeft, UtteranceHeard

pytestmark = pytest.mark.e2e

Join = Callable[..., Awaitable[Caller]]
PREFIX = f"viva-e2e-{uuid4().hex[:8]}"
AGENT = "viva-test-bot-on-a-tapped-wire"
NOTICE = "A machine listens. Is that all right?"
SCENARIO = json.dumps({"consent": {"notice": NOTICE, "agreed": ["yes"]}})


@pytest.fixture(scope="module")
def agent() -> str:
    return AGENT


@pytest.fixture(scope="module")
def tap_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def bot_log(
    livekit_server: LiveKitServer,
    redis_url: str,
    tap_port: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """A bot that reaches the providers through the wire tap."""
    surroundings = Surroundings(livekit_server.url, redis_url, f"http://127.0.0.1:{tap_port}", PREFIX, AGENT)
    with running_bot(surroundings, tmp_path_factory.mktemp("bot"), VIVA_BOT_IDLE_PROCESSES="1") as log:
        wait_for(lambda: "bot.ready" in log.read_text(), "the bot's registration", 60)
        yield log


@pytest.fixture
async def tap(providers_url: str, tap_port: int) -> AsyncIterator[WireTap]:
    async with tapped(providers_url, tap_port) as tap:
        yield tap


@pytest.fixture
async def brain(redis: Redis, bot_log: Path) -> AsyncIterator[ScriptedBrain]:
    brain = ScriptedBrain(Mailboxes(redis, Keys(PREFIX)), uuid4().hex[:10])
    yield brain
    await brain.aclose()


async def test_no_sound_is_listened_to_before_the_candidate_has_consented(
    tap: WireTap, brain: ScriptedBrain, call: Join, tmp_path: Path
) -> None:
    samples = await speech("I am an engineer and I work in Berlin.", tmp_path)
    await brain.create("casey", SCENARIO, consent_required=True)
    caller = await call()
    await brain.wait_for(CandidateJoined)
    request = await brain.say("Please read the notice and write: yes.")
    await asyncio.gather(caller.speak(samples), brain.heard_of(request))
    assert (await brain.heard_of(request)).complete, "nobody barged in"
    await caller.type("Yes")
    agreed = await brain.wait_for(UtteranceHeard)
    assert (agreed.text, agreed.via) == ("Yes", "text")
    assert brain.types.count("candidate.speaking") == 1, "by typing"
    assert (tap.streams, tap.sound) == (0, [])

    allowed_at = time.monotonic()
    await brain.allow_listening("casey")
    await until(lambda: bool(tap.sound), "sound")
    assert tap.sound[0][0] - allowed_at < 1.0, "at once: 0.07 s on a machine with nothing else to do"
    await caller.speak(samples)
    assert "engineer" in (await brain.wait_for(UtteranceHeard, count=2)).text
    assert caller.chat == [NOTICE]

    await caller.leave()
    await brain.wait_for(CandidateLeft)
    again = await call()
    await brain.heard_of(await brain.say("Hello."))
    assert again.chat == [], "they have consented"

    await brain.replace_candidate("robin")
    robin = await call("robin")
    await brain.wait_for(CandidateJoined, count=3)
    await until(lambda: robin.chat == [NOTICE], "the notice, for who has not")
    heard = len(tap.sound)
    await robin.speak(samples)
    assert len(tap.sound) == heard, "nor are they listened to"
    await brain.allow_listening("robin")
    await until(lambda: len(tap.sound) > heard, "sound")
