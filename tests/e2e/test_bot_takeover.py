"""The bot in a room dies, is paused or is drained: another one goes on with the interview, within seconds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from candidate.session import CandidateSession, HiddenObserver
from fixtures.brains import eventually
from fixtures.processes import free_port, running, wait_for
from fixtures.stack import Stack
from redis.asyncio import Redis
from viva_shared.broker import Mailboxes
from viva_shared.events import BotJoined, Envelope, UtteranceHeard, decode
from viva_shared.scenario import load_scenario

log = structlog.get_logger(__name__)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

LONG = 60.0
BACK_S = 10.0
"""At most so long after the bot's death the candidate hears the next one."""
ANSWER = "My name is Alice Brown."
OURS = ("VIVA_", "REDIS_", "LIVEKIT_")


class Bots:
    """Bots beside the stack's own; those that were killed are replaced before the next test."""

    def __init__(self, stack: Stack, folder: Path, exits: ExitStack) -> None:
        self._stack = stack
        self._folder = folder
        self._exits = exits
        self._processes: list[subprocess.Popen[bytes]] = []

    def at_least(self, count: int) -> None:
        while sum(process.poll() is None for process in self._processes) < count:
            settings = self._stack.environment | {"VIVA_BOT_PORT": str(free_port())}
            variables = [f"{k}={v}" for k, v in settings.items() if k.startswith(OURS)]
            log = self._folder / f"bot-{len(self._processes)}.log"
            command = ["env", *variables, sys.executable, "-m", "media_bot"]
            self._processes.append(self._exits.enter_context(running(command, log)))
            wait_for(partial(says, log, "bot.ready"), "a bot's registration", 60)


def says(log: Path, text: str) -> bool:
    return text in log.read_text()


@pytest.fixture(scope="module")
def bots(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bots]:
    with ExitStack() as exits:
        yield Bots(stack, tmp_path_factory.mktemp("bots"), exits)


class Room:
    """An interview's room: a candidate who has just been asked something, and somebody who watches."""

    def __init__(self, stack: Stack, redis: Redis) -> None:
        self.id = f"takeover-{uuid4().hex[:8]}"
        self.mailboxes = Mailboxes(redis)
        self.words = load_scenario("screening", Path(stack.environment["VIVA_SCENARIOS_DIR"])).words
        self.candidate = CandidateSession(stack.livekit.url, stack.ticket(self.id, "Alice"))
        watching = stack.ticket(self.id, "Observer", role="observer")
        self.observer = HiddenObserver(stack.livekit.url, watching)
        self.question = ""

    async def reach_a_question(self) -> None:
        await self.observer.join()
        await self.candidate.join()
        await self.candidate.wait_for_turn(LONG)
        await self.candidate.say(ANSWER)
        self.question = await self.candidate.wait_for_turn(LONG)

    async def job(self) -> int:
        """The process that has the room."""
        holder = await self.mailboxes.redis.get(self.mailboxes.keys.bot(self.id))
        found = re.search(r":([0-9]+)/", holder.decode())
        assert found
        return int(found.group(1))

    async def inputs(self) -> list[Envelope]:
        return [decode(entry.raw) async for entry in self.mailboxes.every_input(self.id)]

    async def epochs(self) -> list[int]:
        return [e.data.bot_epoch for e in await self.inputs() if isinstance(e.data, BotJoined)]

    @property
    def agents(self) -> set[str]:
        return set(self.observer.hearing.agents)

    def tracks_of(self, identity: str) -> set[str]:
        return set(self.observer._room.room.remote_participants[identity].track_publications)

    def heard_on(self, tracks: set[str]) -> int:
        """How many samples have come on these tracks."""
        recordings = self.observer.hearing.recordings
        return sum(recordings[sid].samples().size for sid in tracks if sid in recordings)

    def read_of(self, identity: str) -> list[str]:
        """What a bot has said according to the transcript."""
        return [segment.text for segment in self.observer.heard_of(identity)]

    async def inputs_of_bot(self, epoch: int) -> list[str]:
        """Ids of its reports."""
        return [e.event_id for e in await self.inputs() if e.event_id.endswith(f":{epoch}")]

    async def first_word_after(self, moment: float) -> float:
        """Seconds until the candidate hears something again."""
        audio = self.candidate.agent_audio
        assert await self.candidate.wait(lambda: any(s.start > moment for s in audio.spans), BACK_S + 5)
        return next(s.start for s in audio.spans if s.start > moment) - moment

    async def goes_on_without(self, old: str, since: float) -> None:
        """Another bot speaks in time: it says what was last understood and puts the same question."""
        back_s = await self.first_word_after(since)
        log.info("bot.back", seconds=round(back_s, 2))
        assert back_s < BACK_S
        words = (await self.candidate.wait_for_turn(LONG)).removeprefix(self.question).strip()
        understood = [e.data.text for e in await self.inputs() if isinstance(e.data, UtteranceHeard)][-1]
        said = self.words.understood.format(said=understood.rstrip("."))
        assert words.startswith(f"{self.words.lost_connection} {said}")
        assert words.endswith(re.split(r"(?<=[.?!])\s+", self.question.strip())[-1])
        assert await self.epochs() == [1, 2]
        assert self.agents
        assert old not in self.agents, "the ghost was taken out of the room"


@pytest.fixture
async def room(stack: Stack, redis: Redis, bots: Bots) -> AsyncIterator[Room]:
    bots.at_least(2)
    room = Room(stack, redis)
    await room.reach_a_question()
    yield room
    await room.candidate.leave()
    await room.observer.leave()


async def test_its_process_is_killed(room: Room) -> None:
    (old,) = room.agents
    died = time.monotonic()
    os.kill(await room.job(), signal.SIGKILL)
    await room.goes_on_without(old, died)


async def test_the_whole_bot_is_killed(room: Room) -> None:
    (old,) = room.agents
    died = time.monotonic()
    os.killpg(os.getpgid(await room.job()), signal.SIGKILL)
    await room.goes_on_without(old, died)


async def test_it_is_drained(room: Room) -> None:
    (old,) = room.agents
    job = await room.job()
    told = time.monotonic()
    os.kill(os.getpgid(job), signal.SIGTERM)
    await room.goes_on_without(old, told)


async def test_it_is_paused_and_wakes(room: Room) -> None:
    (old,) = room.agents
    job, tracks = await room.job(), room.tracks_of(old)
    said = room.candidate.agent_audio.voiced_seconds
    await room.candidate.type("Could you tell me what you mean by that?")
    assert await room.candidate.wait(lambda: room.candidate.agent_audio.voiced_seconds > said, LONG)
    os.kill(job, signal.SIGSTOP)  # in the middle of a word
    paused = time.monotonic()
    try:
        assert await room.first_word_after(paused + 1.0) < BACK_S
        assert old not in room.agents
        heard, read, written = room.heard_on(tracks), room.read_of(old), await room.inputs_of_bot(1)
    finally:
        os.kill(job, signal.SIGCONT)
    await eventually(lambda: is_gone(job), bool, 20)
    await room.candidate.wait_for_turn(LONG)
    assert (room.heard_on(tracks), room.read_of(old), await room.inputs_of_bot(1)) == (heard, read, written)
    assert old not in room.agents
    assert await room.epochs() == [1, 2]


async def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
