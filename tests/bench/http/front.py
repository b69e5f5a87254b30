"""The front door for a measurement: Redis, a database, API keys, and as many replicas as wanted."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.processes import free_port, listens, running, server, wait_for

SECRET = "a secret of the benchmark, long enough for any of them"


@dataclass
class Front:
    """What runs."""

    exits: ExitStack
    folder: Path
    environment: dict[str, str]
    ports: list[int] = field(default_factory=list)

    def start(self, module: str, *arguments: str, **environment: str) -> None:
        """A process of ours, until the measurement is over."""
        log = self.folder / f"{module}-{len(list(self.folder.iterdir()))}.log"
        command = [sys.executable, "-m", module, *arguments]
        env = "env", *(f"{name}={value}" for name, value in (self.environment | environment).items())
        self.exits.enter_context(running([*env, *command], log))

    def replica(self) -> int:
        """One more front door; its port."""
        port = free_port()
        self.start("tokens", VIVA_TOKENS_PORT=str(port))
        wait_for(lambda: listens(port), "tokens", 60)
        self.ports.append(port)
        return port

    def key(self) -> str:
        """A new API key."""
        return self.viva("keys", "create", "--name", "bench").split()[-1]

    def viva(self, *arguments: str) -> str:
        """What a command of ours prints."""
        done = subprocess.run(
            [Path(sys.executable).with_name("viva"), *arguments],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"viva {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout


@contextmanager
def front(**settings: str) -> Iterator[Front]:
    """Redis and a migrated database; whoever calls needs a key, and limits are on."""
    with ExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="viva-bench-")))
        port = free_port()
        redis = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        exits.enter_context(server([*redis, "--appendonly", "yes", "--save", ""], port, folder / "redis.log"))
        made = Front(
            exits,
            folder,
            {
                "REDIS_URL": f"redis://127.0.0.1:{port}/0",
                "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/viva.db",
                "LIVEKIT_API_KEY": "bench",
                "LIVEKIT_API_SECRET": SECRET,
                "VIVA_AUTH": "required",
                "VIVA_LLM_PROVIDER": "local",
                "VIVA_SCENARIOS_DIR": str(Path("scenarios").resolve()),
                **settings,
            },
        )
        made.viva("migrate")
        yield made
