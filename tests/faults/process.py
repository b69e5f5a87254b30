"""One process under test."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1]


class Process:
    """A process and its log. Started again under the same name, it writes on in the same log."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, **settings: str) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = list(command)
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._said_before = 0

    @property
    def pid(self) -> int:
        """Of the process that runs now, or ran last; 0 before the first."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it; returns at once."""
        with self.log.open("ab") as out:
            self._said_before = out.tell()
            self._process = subprocess.Popen(
                self._command,
                stdout=out,
                stderr=out,
                env=_environment(self._settings),
                start_new_session=True,
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if the process has ended."""
        if self.is_running() and self._process:
            self._process.send_signal(number)

    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def wait(self, timeout_s: float) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.wait(timeout_s)

    def says(self, text: str) -> bool:
        """Whether it has logged this since it was last started."""
        with self.log.open("rb") as log:
            log.seek(self._said_before)
            return text.encode() in log.read()

    def stop(self) -> None:
        """End it, whatever state it is in."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            if self._process:
                self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)


def _environment(settings: dict[str, str]) -> dict[str, str]:
    ours = ("VIVA_", "REDIS_", "JOBS_", "LIVEKIT_", "DEEPGRAM_", "GOOGLE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(TESTS))))
    return kept | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"} | settings
