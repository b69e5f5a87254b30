"""The front door as it runs: a process of its own, whose log and whose sockets are looked at."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import tokens.main
from fixtures.front_door import SCENARIOS, as_candidate, bearer, new_key
from fixtures.processes import free_port, listens, running, wait_for
from structlog.testing import capture_logs
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration

ASKED = '{"session_id": "s1", "participant_name": "Alice"}'
FAILURES = 20


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """Where it listens, what it logs, a client of it, and a key."""

    port: int
    log: Path
    http: httpx.Client
    settings: TokensSettings
    api_key: str

    def post(self, path: str, content: str, headers: dict[str, str]) -> httpx.Response:
        return self.http.post(path, content=content, headers={"Content-Type": "application/json", **headers})


@pytest.fixture(scope="module")
def door(
    redis_url: str, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FrontDoor]:
    """Asks for credentials, trusts proxies on this machine, and logs all that it can."""
    folder, port = tmp_path_factory.mktemp("door"), free_port()
    database = shutil.copy(migrated_file, folder / "viva.db")
    environment = {
        "VIVA_AUTH": "required",
        "VIVA_TOKENS_PORT": str(port),
        "VIVA_LOG_LEVEL": "DEBUG",
        "VIVA_TRUSTED_PROXIES": "127.0.0.0/8",
        "VIVA_LIMIT_FAILURES": f"{FAILURES}/minute",
        "VIVA_KEY_PREFIX": f"viva-test-{uuid4().hex[:12]}",
        "VIVA_SCENARIOS_DIR": str(SCENARIOS),
        "REDIS_URL": redis_url,
        "DATABASE_URL": f"sqlite:///{database}",
    }
    settings = TokensSettings(database_url=environment["DATABASE_URL"])
    variables = [f"{name}={value}" for name, value in environment.items()]
    command = ["/usr/bin/env", "-C", str(folder), *variables, sys.executable, "-m", "tokens"]
    with (
        running(command, folder / "log"),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        wait_for(lambda: listens(port), "the front door's start", 60)
        yield FrontDoor(port, folder / "log", http, settings, asyncio.run(new_key(settings)))


def test_no_secret_is_logged_whatever_comes_of_it(door: FrontDoor) -> None:
    invite = as_candidate(door.settings, "s1")["Authorization"].removeprefix("Bearer ")
    wrong = (f"{door.api_key[:-3]}xyz", f"{invite[:-5]}xxxxx", "garbage-that-is-as-long-as-a-secret")
    for secret in (door.api_key, invite, *wrong):
        for content in (ASKED, "{", '{"session_id": "a b"}'):
            door.post(f"/livekit/token?invite={secret}", content, bearer(secret))
        door.post("/interview/invite", f'{{"invite": "{secret}"}}', {})
    logged = door.log.read_text()
    assert "interview.created" in logged
    assert '"level": "debug"' in logged
    for secret in (door.api_key, invite, *wrong):
        assert secret[-20:] not in logged


def test_a_trusted_proxy_says_who_calls(door: FrontDoor) -> None:
    def call(forwarded: str) -> int:
        headers = {**bearer("garbage"), "X-Forwarded-For": forwarded}
        return door.post("/livekit/token", ASKED, headers).status_code

    assert [call(f"198.51.100.{n}") for n in range(FAILURES + 1)] == [401] * (FAILURES + 1)
    claimed = [call(f"192.0.2.{n}, 203.0.113.7") for n in range(FAILURES + 1)]
    assert claimed == [401] * FAILURES + [429], "what stands before the proxy's own word is the client's"


def test_a_body_that_is_too_large_is_not_waited_for(door: FrontDoor) -> None:
    request = b"POST /livekit/token HTTP/1.1\r\nHost: viva\r\nContent-Length: 1000000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"type":"body_too_large"' in answer


@pytest.mark.parametrize("auth", ["open", "required"])
def test_an_open_door_says_so_at_its_start(
    auth: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def not_run(serving: Coroutine[object, object, None]) -> None:
        serving.close()

    for name in [name for name in os.environ if name.startswith("VIVA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIVA_AUTH", auth)
    monkeypatch.setattr("uvloop.run", not_run)
    monkeypatch.setattr(tokens.main, "configure_logging", lambda *_: None)
    with capture_logs() as lines:
        assert tokens.main.main() == 0
    said = [line for line in lines if line["event"] == "auth.open"]
    assert len(said) == (auth == "open")
    assert all(line["log_level"] == "warning" and "everybody may" in line["hint"] for line in said)
