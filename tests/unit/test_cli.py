"""The viva command without any process: what it starts, what it prints, how it refuses."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import jwt
import pytest
import yaml
from viva import main
from viva.doctor import configured
from viva.settings import CliSettings
from viva.stack.child import Spec
from viva.stack.services import environment, stack
from viva.up import urls
from viva_shared.settings import LOCAL_API_SECRET, load_settings

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder with nothing set, in which every program is installed."""
    for name in list(os.environ):
        if name.startswith(("VIVA_", "LIVEKIT_")) or name.endswith(("_API_KEY", "REDIS_URL")):
            monkeypatch.delenv(name)
    (tmp_path / "livekit.yaml").write_text((ROOT / "livekit.yaml").read_text())
    (tmp_path / "pyproject.toml").touch()
    programs = tmp_path / ".viva" / "bin"
    programs.mkdir(parents=True)
    for program in ("redis-server", "livekit-server"):
        (programs / program).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def started(settings: CliSettings) -> dict[str, Mapping[str, str]]:
    return {spec.name: spec.env for wave in stack(settings) for spec in wave}


def test_without_settings_everything_is_started_here() -> None:
    settings = load_settings(CliSettings)
    specs = started(settings)
    services = {"local-providers", "tokens", "brain-worker", "brain-jobs", "media-bot"}
    assert set(specs) == {"redis", "livekit"} | services
    assert {specs[name]["REDIS_URL"] for name in services} == {"redis://127.0.0.1:6390/0"}
    assert specs["livekit"]["LIVEKIT_KEYS"] == f"viva-local: {LOCAL_API_SECRET}"


def test_what_is_somewhere_else_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://redis.test:6379/1")
    monkeypatch.setenv("LIVEKIT_URL", "wss://livekit.test")
    monkeypatch.setenv("DEEPGRAM_API_KEY", "d")
    monkeypatch.setenv("GOOGLE_API_KEY", "g")
    specs = started(load_settings(CliSettings))
    assert set(specs) == {"tokens", "brain-worker", "brain-jobs", "media-bot"}
    assert specs["tokens"]["REDIS_URL"] == "redis://redis.test:6379/1"
    assert specs["tokens"]["LIVEKIT_URL"] == "wss://livekit.test"


def test_livekit_follows_the_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEKIT_URL", "ws://localhost:7990")
    monkeypatch.setenv("LIVEKIT_API_KEY", "mine")
    monkeypatch.setenv("VIVA_TOKENS_PORT", "8099")
    stack(load_settings(CliSettings))
    config = yaml.safe_load((folder / ".viva" / "livekit.yaml").read_text())
    assert config["port"] == 7990
    assert config["webhook"] == {"api_key": "mine", "urls": ["http://127.0.0.1:8099/livekit/webhook"]}
    assert (config["rtc"]["port_range_start"], config["rtc"]["port_range_end"]) == (50000, 60000)


def test_services_that_do_not_read_the_file_are_told_what_is_in_it(folder: Path) -> None:
    (folder / ".env").write_text("VIVA_LOCAL_SEED=7\nVIVA_LOCAL_FLITE=\nVIVA_BOT_DRAIN_S=30\n")
    env = environment(load_settings(CliSettings))
    assert env["VIVA_LOCAL_SEED"] == "7"
    assert "VIVA_LOCAL_FLITE" not in env
    assert env["VIVA_BOT_DRAIN_S"] == "30"


def viva(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["viva", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_token(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code = viva(monkeypatch, "token", "--identity", "me", "--room", "try", "--ttl", "60")
    assert code == 0
    claims = jwt.decode(capsys.readouterr().out.strip(), LOCAL_API_SECRET, algorithms=["HS256"])
    assert (claims["sub"], claims["exp"] - claims["nbf"]) == ("me", 60)
    video = claims["video"]
    assert (video["room"], video["roomJoin"]) == ("try", True)
    assert (video["canPublish"], video["canSubscribe"], video["canPublishData"]) == (True, True, True)
    assert claims["roomConfig"]["agents"] == [{"agentName": "viva-interviewer"}]


def test_settings_that_cannot_be_are_one_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIVA_STT_PROVIDER", "deepgram")
    assert viva(monkeypatch, "up") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "VIVA_STT_PROVIDER=deepgram needs DEEPGRAM_API_KEY" in said


def test_attaching_to_nothing_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert viva(monkeypatch, "rehearse", "--attach") == 1
    assert "start one with `make up`" in capsys.readouterr().err


def built_page(folder: Path) -> None:
    (folder / "services/web/dist").mkdir(parents=True)
    (folder / "services/web/dist/index.html").touch()


def front_door(*, with_page: bool) -> Spec:
    return next(
        spec
        for wave in stack(load_settings(CliSettings), with_page=with_page)
        for spec in wave
        if spec.name == "tokens"
    )


def test_the_page_is_served_where_it_is_built(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert front_door(with_page=True).env["VIVA_WEB_DIR"] == "none"
    built_page(folder)
    tokens = front_door(with_page=True)
    assert tokens.env["VIVA_WEB_DIR"] == "services/web/dist"
    assert tokens.env["VIVA_PUBLIC_URL"] == "http://localhost:3000"
    assert tokens.ports == (8080, 3000)
    assert urls(load_settings(CliSettings))[2].split() == ["page", "http://localhost:3000"]

    monkeypatch.setenv("VIVA_WEB_PORT", "3100")
    tokens = front_door(with_page=True)
    assert (tokens.env["VIVA_PUBLIC_URL"], tokens.ports) == ("http://localhost:3100", (8080, 3100))
    (folder / ".env").write_text("VIVA_PUBLIC_URL=https://viva.test\n")
    assert front_door(with_page=True).env["VIVA_PUBLIC_URL"] == "https://viva.test"
    monkeypatch.setenv("VIVA_WEB_DIR", "none")
    assert front_door(with_page=True).ports == (8080,)


def test_a_rehearsal_needs_no_page(folder: Path) -> None:
    built_page(folder)
    (folder / ".env").write_text("VIVA_WEB_DIR=services/web/elsewhere\n")
    tokens = front_door(with_page=False)
    assert (tokens.env["VIVA_WEB_DIR"], tokens.ports) == ("none", (8080,))


def test_a_page_that_was_asked_for_and_is_not_built_is_missed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVA_WEB_DIR", "elsewhere")
    assert front_door(with_page=True).env["VIVA_WEB_DIR"] == "elsewhere", "which stops the front door's start"
    [missed] = [finding for finding in configured(load_settings(CliSettings)) if finding.what == "page"]
    assert (missed.ok, missed.value) == (False, "none in elsewhere")
    assert "make web" in missed.advice
