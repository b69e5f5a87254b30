"""What is under test by voice: the same, and LiveKit, the front door, media bots, and local speech."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml
from fixtures.livekit_server import LiveKitServer, livekit
from fixtures.processes import free_port, listens, wait_for
from fixtures.toxiproxy import Proxy

from faults.process import Process
from faults.stack import PACE, START_S, Brain, Ground, Stack
from faults.voice import SCENARIO

WORKERS, JOBS, BOTS = 3, 2, 2
SPEECH = PACE | {"VIVA_LOCAL_RECOGNIZERS": "2"}
SCREENING = Path(__file__).parents[2] / "scenarios" / "screening.yaml"
ASKED = {"self_intro": ("name",), "past_experience": ("project", "impact")}
DEADLINES = {"self_intro": 30, "past_experience": 60}


class VoiceStack(Stack):
    """Brains, bots and all that they need."""

    def __init__(self, on: Ground, name: str, exits: ExitStack, rtc: LiveKitServer) -> None:
        super().__init__(on, name, exits)
        self._rtc = rtc
        self.tokens_url = f"http://127.0.0.1:{rtc.webhook_port}"
        self.bots: list[Brain] = []
        speech_port = int(str(on.model.base_url).rstrip("/").rpartition(":")[2])
        self.speech: Proxy = exits.enter_context(on.toxiproxy.proxy(speech_port))
        """The bots' way to speech."""
        self._scenarios = self.folder / "scenarios"
        self._scenarios.mkdir()
        (self._scenarios / f"{SCENARIO}.yaml").write_text(yaml.safe_dump(brisk()))

    def settings(self, way: Proxy) -> dict[str, str]:
        """What a process of ours gets in its environment."""
        return super().settings(way) | {
            "LIVEKIT_URL": self._rtc.url,
            "LIVEKIT_API_KEY": self._rtc.api_key,
            "LIVEKIT_API_SECRET": self._rtc.api_secret,
            "VIVA_SCENARIOS_DIR": str(self._scenarios),
            "VIVA_DEFAULT_SCENARIO": SCENARIO,
            "VIVA_STT_PROVIDER": "local",
            "VIVA_TTS_PROVIDER": "local",
            "VIVA_TOKENS_PORT": str(self._rtc.webhook_port),
        }

    def start(self) -> None:
        """Start everything, and wait until it is up."""
        self.start_brains(workers=WORKERS, jobs=JOBS)
        command = [sys.executable, "-m", "tokens"]
        tokens = Process("tokens", command, self.folder, **self.settings(self.candidates))
        self._exits.callback(tokens.stop)
        tokens.start()
        self.bots = [self._bot(number) for number in range(BOTS)]
        for bot in self.bots:
            bot.process.start()
        for bot in self.bots:
            bot.wait_ready()
        wait_for(lambda: listens(self._rtc.webhook_port), "the front door", START_S)

    def _bot(self, number: int) -> Brain:
        way = self._exits.enter_context(self.ground.toxiproxy.proxy(self.ground.redis.port))
        settings = self.settings(way) | {
            "VIVA_LOCAL_PROVIDERS_URL": f"http://127.0.0.1:{self.speech.port}",
            "VIVA_BOT_PORT": str(free_port()),
            "VIVA_BOT_DRAIN_S": "1",
            "VIVA_BOT_IDLE_PROCESSES": "2",
            "VIVA_AEC_WARMUP_S": "none",
        }
        process = Process(f"bot-{number}", [sys.executable, "-m", "media_bot"], self.folder, **settings)
        self._exits.callback(process.stop)
        return Brain(process, way, "bot.ready")

    def bot_of(self, job: int) -> Brain | None:
        """The bot that a job's process belongs to."""
        try:
            group = os.getpgid(job)
        except ProcessLookupError:
            return None
        return next((bot for bot in self.bots if bot.process.pid == group), None)

    def mend(self) -> None:
        """Undo all that was done, but for processes that have ended."""
        super().mend()
        for way in (self.speech, *(bot.proxy for bot in self.bots)):
            way.mend()


def brisk() -> dict[str, object]:
    """``screening``, with fewer questions, and less patience."""
    scenario: dict[str, object] = yaml.safe_load(SCREENING.read_text()) | {"name": SCENARIO}
    stages = yaml.safe_load(SCREENING.read_text())["stages"]
    for stage in stages:
        if stage["name"] in ASKED:
            asked = stage["tool"]["arguments"]
            stage["tool"]["arguments"] = {name: asked[name] for name in ASKED[stage["name"]]}
            stage["deadline_s"] = DEADLINES[stage["name"]]
    return scenario | {"stages": stages}


@contextmanager
def voice_stack(on: Ground, name: str) -> Iterator[VoiceStack]:
    """A stack on its ground; ``name`` is its folder and its key prefix. Start it by ``start``."""
    with ExitStack() as exits:
        rtc = exits.enter_context(livekit(on.folder))
        yield VoiceStack(on, name, exits, rtc)
