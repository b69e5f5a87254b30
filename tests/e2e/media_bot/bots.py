"""Starting media bots, with less patience than is usual."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fixtures.processes import free_port, running


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a bot must reach, and the name by which it is dispatched."""

    livekit_url: str
    redis_url: str
    providers_url: str
    key_prefix: str
    agent: str

    def variables(self, port: int) -> dict[str, str]:
        """A bot's environment."""
        return {
            "VIVA_PROFILE": "local",
            "VIVA_AGENT_NAME": self.agent,
            "LIVEKIT_URL": self.livekit_url,
            "REDIS_URL": self.redis_url,
            "VIVA_KEY_PREFIX": self.key_prefix,
            "VIVA_LOCAL_PROVIDERS_URL": self.providers_url,
            "VIVA_STT_PROVIDER": "local",
            "VIVA_TTS_PROVIDER": "local",
            "VIVA_BOT_PORT": str(port),
            "VIVA_BOT_IDLE_PROCESSES": "2",
            "VIVA_BOT_MAX_ROOMS": "40",  # rooms linger for 20 s after their last candidate
            "VIVA_BOT_DRAIN_S": "1",
            "VIVA_AEC_WARMUP_S": "none",
            "VIVA_ENDPOINTING_MIN_S": "0.5",
            "VIVA_ENDPOINTING_MAX_S": "2.0",
            "VIVA_UNTRANSCRIBED_S": "1.5",
            "VIVA_REPLY_WAIT_S": "2.0",
            "VIVA_REPLY_STALL_S": "1.0",
            "VIVA_BOT_INTERVIEW_WAIT_S": "3.0",
            "VIVA_LOG_LEVEL": os.environ.get("VIVA_TEST_BOT_LOG", "INFO"),
            "VIVA_LOG_FORMAT": "console",
        }


@contextmanager
def running_bot(surroundings: Surroundings, directory: Path, **more: str) -> Iterator[Path]:
    """Run a bot until the block ends; yields where its log is, which may be before anything is in it."""
    variables = surroundings.variables(free_port()) | more
    command = ["env", "-C", str(directory), *(f"{k}={v}" for k, v in variables.items())]
    log = directory / "log"
    with running([*command, sys.executable, "-m", "media_bot"], log):
        yield log
