"""The processes of the local stack, from the settings."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import yaml
from dotenv import dotenv_values

from viva.settings import NO_PAGE, CliSettings
from viva.stack.child import Spec
from viva.stack.errors import StackError
from viva.stack.readiness import Both, Http, LogLine, Readiness, Started

STATE = Path(".viva")
"""Everything the local stack keeps: data, logs, tools. Git does not see it."""
SETUP_HINT = "Run scripts/setup: it installs what is missing. `make doctor` says what that is."


def find_program(name: str, *elsewhere: Path) -> str | None:
    """A program that scripts/setup installed, one on PATH, or one in a known place."""
    for place in (STATE / "bin" / name, *elsewhere):
        if place.exists():
            return str(place.resolve())
    return shutil.which(name)


def find_livekit() -> str | None:
    """LiveKit's server; ``go install`` calls it ``server``."""
    gopath = Path.home() / "go" / "bin"
    return find_program("livekit-server", gopath / "livekit-server", gopath / "server")


def stack(settings: CliSettings, *, with_page: bool = False) -> list[list[Spec]]:
    """What to start, in waves: each needs the ones before. Raises StackError if a program is missing."""
    infrastructure, services = [], []
    if settings.own_redis:
        infrastructure.append(_redis(settings))
    if settings.own_livekit:
        infrastructure.append(_livekit(settings))
    local_health = f"http://127.0.0.1:{settings.local_port}/health"
    bot_health = f"http://127.0.0.1:{settings.bot_port}/"
    if settings.own_local_providers:
        local = _service(
            settings, "local-providers", "local_providers", ready=Http(local_health), port=settings.local_port
        )
        services.append(local)
    # Before it is registered, LiveKit sends the bot nowhere.
    bot_ready = Both(_says(settings, "registered worker"), Http(bot_health))
    jobs_ready = _says(settings, "jobs.ready", "Starting worker")
    tokens_ready = Http(f"{settings.tokens_url}/health")
    tokens = _service(settings, "tokens", "tokens", ready=tokens_ready, port=settings.tokens_port)
    services += [
        _with_page(tokens, settings) if with_page and settings.serves_page else tokens,
        _service(settings, "brain-worker", "brain", "worker", ready=_says(settings, "worker.ready")),
        _service(settings, "brain-jobs", "brain", "jobs", ready=jobs_ready),
        _service(settings, "media-bot", "media_bot", ready=bot_ready, port=settings.bot_port),
    ]
    return [infrastructure, services]


def _says(settings: CliSettings, *texts: str) -> Readiness:
    """It has logged one of these; a process that was told to log less is believed."""
    return LogLine(texts) if settings.log_level in ("DEBUG", "INFO") else Started()


def _service(
    settings: CliSettings, name: str, *module: str, ready: Readiness, port: int | None = None
) -> Spec:
    return Spec(
        name,
        (sys.executable, "-m", *module),
        ready,
        environment(settings),
        "Is a setting named above? Mend it in .env. `make doctor` checks what is installed.",
        (port,) if port else (),
    )


def _with_page(tokens: Spec, settings: CliSettings) -> Spec:
    """The front door, serving the page, too."""
    elsewhere = os.environ.get("VIVA_PUBLIC_URL") or _in_file().get("VIVA_PUBLIC_URL")
    page = {
        "VIVA_WEB_DIR": str(settings.web_dir),
        "VIVA_WEB_PORT": str(settings.web_port),
        "VIVA_PUBLIC_URL": elsewhere or settings.page_url,
    }
    ports = dict.fromkeys((*tokens.ports, settings.web_port))
    return replace(tokens, env={**tokens.env, **page}, ports=tuple(ports))


def _in_file() -> dict[str, str]:
    """What ``.env`` sets."""
    return {name: value for name, value in dotenv_values(".env").items() if value}


def environment(settings: CliSettings) -> dict[str, str]:
    """What every service of the stack is told, so that all of them agree."""
    in_file = _in_file()
    chosen = {name: value for name, value in in_file.items() if name not in os.environ}
    # Who presses Ctrl-C does not want to wait until the rooms are empty.
    hurry = {} if "VIVA_BOT_DRAIN_S" in {*in_file, *os.environ} else {"VIVA_BOT_DRAIN_S": "2"}
    return {
        **chosen,
        **hurry,
        "REDIS_URL": settings.stack_redis_url,
        "LIVEKIT_URL": settings.livekit_url,
        "LIVEKIT_API_KEY": settings.livekit_api_key,
        "LIVEKIT_API_SECRET": settings.livekit_api_secret.get_secret_value(),
        "VIVA_LOCAL_PROVIDERS_URL": settings.stack_local_providers_url,
        "VIVA_LOCAL_PORT": str(settings.local_port),
        "VIVA_TOKENS_HOST": "127.0.0.1",
        "VIVA_TOKENS_PORT": str(settings.tokens_port),
        "VIVA_WEB_DIR": NO_PAGE,
        "VIVA_BOT_PORT": str(settings.bot_port),
        "PYTHONUNBUFFERED": "1",
    }


def _redis(settings: CliSettings) -> Spec:
    program = find_program("redis-server")
    if program is None:
        raise StackError(f"redis-server is not installed. {SETUP_HINT}")
    data = (STATE / "redis").resolve()
    data.mkdir(parents=True, exist_ok=True)
    return Spec(
        "redis",
        (
            *(program, "--port", str(settings.redis_port), "--bind", "127.0.0.1", "--dir", str(data)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        ),
        LogLine(("Ready to accept connections",)),
        hint=f"Its data is in {data}: if that is what is wrong and you need none of it, remove the folder.",
        ports=(settings.redis_port,),
    )


def _livekit(settings: CliSettings) -> Spec:
    program = find_livekit()
    if program is None:
        raise StackError(f"livekit-server is not installed. {SETUP_HINT}")
    config = yaml.safe_load(Path("livekit.yaml").read_text())
    config["port"] = settings.livekit_port
    config["rtc"]["enable_loopback_candidate"] = True
    # Or its media ports are open to everybody: UDP keeps to loopback, TCP for media cannot.
    config["rtc"] |= {"interfaces": {"includes": ["lo"]}, "tcp_port": 0}
    config["webhook"] = {
        "api_key": settings.livekit_api_key,
        "urls": [f"{settings.tokens_url}/livekit/webhook"],
    }
    path = (STATE / "livekit.yaml").resolve()
    path.write_text(yaml.safe_dump(config))
    keys = f"{settings.livekit_api_key}: {settings.livekit_api_secret.get_secret_value()}"
    return Spec(
        "livekit",
        (program, "--config", str(path), "--bind", "127.0.0.1", "--node-ip", "127.0.0.1"),
        Http(f"http://127.0.0.1:{settings.livekit_port}/"),
        {"LIVEKIT_KEYS": keys},
        "LIVEKIT_URL with a host that is not this machine makes Viva use that LiveKit instead.",
        (settings.livekit_port,),
        grace_s=2,  # it waits for its rooms to be empty
    )
