"""A real server on a free port, and ways to talk to it."""

import os
import socket
import subprocess
import sys
import time
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import httpx
import pytest
from contract.local_providers.dialogue import Faults


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Starts `python -m local_providers` once for all tests."""
    port = _free_port()
    log = tmp_path_factory.mktemp("local_providers") / "server.log"
    env = {**os.environ, "VIVA_LOCAL_PORT": str(port), "VIVA_LOCAL_SPEAK_IDLE_S": "0.4"}
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "local_providers"], env=env, stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"local_providers did not start:\n{log.read_text()}")


@pytest.fixture
def faults(base_url: str) -> Iterator[Faults]:
    """Orders faults; whatever is left is cleared after the test."""

    def order(target: str, **fault: object) -> None:
        httpx.post(f"{base_url}/admin/faults", json={"target": target, **fault}).raise_for_status()

    yield order
    httpx.delete(f"{base_url}/admin/faults").raise_for_status()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """An aiohttp session, as the plugins use it."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
def speak(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """Speaks with flite itself: 16 kHz mono PCM, a second of silence at the end."""
    folder = tmp_path_factory.mktemp("speech")

    def spoken(text: str, voice: str = "slt") -> bytes:
        path = folder / f"{abs(hash((text, voice)))}.wav"
        if not path.exists():
            subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as file:
            return bytes(file.readframes(file.getnframes())) + bytes(32_000)

    return spoken
