"""``viva doctor``: what is installed, running and configured; each line that is not well says what to do."""

from __future__ import annotations

import asyncio
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import SecretStr
from redis.exceptions import RedisError
from rich.console import Console
from viva_shared.archive import ArchiveError, Database, schema_of
from viva_shared.broker import UNAVAILABLE, connect
from viva_shared.scenario import ScenarioError, load_scenario, scenario_names
from viva_shared.settings import SettingsError, load_settings

from viva.settings import CliSettings
from viva.stack.errors import StackError
from viva.stack.lock import stack_pid
from viva.stack.ports import owner, taken
from viva.stack.running import LOCK, attached, logs_of
from viva.stack.services import find_livekit, find_program

SETUP = "run scripts/setup"
PAGE = "page"
PACKAGES = ("livekit-agents", "livekit", "livekit-api", "google-genai", "redis", "arq", "fastapi")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line.

    Attributes:
        ok: None for what is neither good nor bad.
        advice: what to do, if it is not ok.
    """

    what: str
    value: str
    ok: bool | None = True
    advice: str = ""


async def doctor() -> int:
    """Print everything. Returns the exit code: 1 if something that is needed is missing."""
    console = Console(highlight=False)
    findings: list[Finding] = []
    try:
        settings = load_settings(CliSettings)
    except SettingsError as error:
        settings = None
        problem = Finding("settings", str(error), ok=False, advice="see .env.example, then mend .env")
    sections = {"Installed": list(await asyncio.to_thread(installed))}
    if settings is None:
        sections["Configured"] = [problem]
    else:
        sections["Configured"] = list(configured(settings))
        answers = await redis_answers(settings), await archive_answers(settings)
        sections["Running"] = [*running(settings), *answers]
    for title, lines in sections.items():
        console.print(f"[bold]{title}[/]")
        for line in lines:
            mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[dim]·[/]"}[line.ok]
            console.print(f"  {mark} {line.what:<18}", end="")
            console.print(
                line.value + (f" → {line.advice}" if line.advice else ""), markup=False, soft_wrap=True
            )
        findings += lines
    wrong = sum(finding.ok is False for finding in findings)
    console.print(f"\n{wrong} to mend" if wrong else "\nall is well", soft_wrap=True)
    return 1 if wrong else 0


def installed() -> Iterator[Finding]:
    """Programs and packages."""
    fits = (3, 11) <= sys.version_info < (3, 14)
    yield Finding("python", platform.python_version(), fits, "" if fits else "Viva needs 3.11 to 3.13")
    for name, arguments in (
        ("uv", ("--version",)),
        ("redis-server", ("--version",)),
        ("flite", ("--version",)),
    ):
        yield _program(name, find_program(name), arguments)
    yield _program("livekit-server", find_livekit(), ("--version",))
    for package in PACKAGES:
        try:
            yield Finding(package, version(package))
        except PackageNotFoundError:
            yield Finding(package, "not installed", ok=False, advice=SETUP)


def _program(name: str, path: str | None, arguments: tuple[str, ...]) -> Finding:
    if path is None:
        return Finding(name, "not installed", ok=False, advice=SETUP)
    try:
        answer = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(name, f"{path} cannot be run: {error}", ok=False, advice=SETUP)
    said = (answer.stdout or answer.stderr).strip().splitlines()
    return Finding(name, f"{said[0][:60].strip() if said else 'there'} ({path})")


def configured(settings: CliSettings) -> Iterator[Finding]:
    """What was chosen, and why. Never a secret."""
    env_file = "there" if Path(".env").exists() else "none; the defaults need no key"
    yield Finding("profile", settings.profile)
    yield Finding(".env", env_file, ok=None)
    for title, chosen, key, variable, explicit in (
        (
            "speech to text",
            settings.stt_provider,
            settings.deepgram_api_key,
            "DEEPGRAM_API_KEY",
            "VIVA_STT_PROVIDER",
        ),
        (
            "text to speech",
            settings.tts_provider,
            settings.deepgram_api_key,
            "DEEPGRAM_API_KEY",
            "VIVA_TTS_PROVIDER",
        ),
        ("model", settings.llm_provider, settings.google_api_key, "GOOGLE_API_KEY", "VIVA_LLM_PROVIDER"),
    ):
        yield Finding(title, f"{chosen} ({_why(chosen, key, variable, explicit)})")
    if settings.serves_page:
        is_built = (settings.web_dir / "index.html").is_file()
        advice = "" if is_built else "`make web` builds it, or mend VIVA_WEB_DIR"
        yield Finding("page", f"{'built' if is_built else 'none'} in {settings.web_dir}", is_built, advice)
    else:
        yield Finding("page", "not served; `make web` builds it", ok=None)
    missing = settings.missing_livekit
    yield Finding(
        "LiveKit keys",
        f"missing: {', '.join(missing)}" if missing else f"key {settings.livekit_api_key}",
        ok=not missing,
        advice=f"set {' and '.join(missing)}" if missing else "",
    )
    for name in scenario_names(settings.scenarios_dir):
        try:
            load_scenario(name, settings.scenarios_dir)
        except ScenarioError as error:
            yield Finding("scenario", str(error), ok=False, advice="mend the file")
        else:
            default = " (the default)" if name == settings.default_scenario else ""
            yield Finding("scenario", f"{name}{default}")
    if settings.default_scenario not in scenario_names(settings.scenarios_dir):
        advice = f"VIVA_DEFAULT_SCENARIO={settings.default_scenario} is not there"
        yield Finding("scenario", f"in {settings.scenarios_dir}", ok=False, advice=advice)


def _why(chosen: str | None, key: SecretStr, variable: str, explicit: str) -> str:
    has_key = bool(key.get_secret_value())
    if (chosen != "local") != has_key:
        return f"{explicit} says so"
    return f"{variable} is set" if has_key else f"{variable} is not set"


def running(settings: CliSettings) -> Iterator[Finding]:
    """Who has the ports. A stack need not be up; a port that somebody else has will keep it from starting."""
    pid = stack_pid(LOCK)
    yield Finding(
        "stack", f"up (pid {pid})" if pid is not None else "not running; `make up` starts it", ok=None
    )
    ports = [("tokens", settings.tokens_port), ("media bot", settings.bot_port)]
    if settings.own_redis:
        ports.append(("redis", settings.redis_port))
    if settings.own_livekit:
        ports.append(("livekit", settings.livekit_port))
    if settings.own_local_providers:
        ports.append(("local providers", settings.local_port))
    if settings.serves_page and (pid is None or _page_is_up()):
        ports.append((PAGE, settings.web_port))
    for name, port in ports:
        busy = taken(port)
        value = f"port {port} " + (f"is taken by {owner(port) or 'somebody'}" if busy else "is free")
        if pid is not None:
            log = logs_of("tokens" if name == PAGE else name.replace(" ", "-"))
            yield Finding(name, value, ok=busy, advice="" if busy else f"read {log}")
        else:
            yield Finding(name, value, ok=not busy, advice="stop it, or choose another port" if busy else "")


def _page_is_up() -> bool:
    """A rehearsal's stack has none."""
    try:
        return "page_url" in attached()
    except StackError:  # it is only starting
        return False


async def redis_answers(settings: CliSettings) -> Finding:
    """Whether a Redis that was given answers; the stack's own is started with it."""
    if settings.own_redis and stack_pid(LOCK) is None:
        return Finding("redis answers", "not running", ok=None)
    redis = connect(settings.stack_redis_url)
    try:
        info = await redis.info("server")
    except (*UNAVAILABLE, RedisError) as error:
        return Finding("redis answers", str(error), ok=False, advice="start it, or mend REDIS_URL")
    finally:
        await redis.aclose()
    return Finding("redis answers", f"version {info['redis_version']}")


async def archive_answers(settings: CliSettings) -> Finding:
    """Whether the database answers, with the schema that is needed; `viva up` migrates it."""
    database = Database(settings.database_url)
    path = database.sqlite_path
    if path and not path.exists():
        return Finding("archive", f"none yet in {path}; `viva up` and `viva migrate` make it", ok=None)
    try:
        schema = await schema_of(database)
    except ArchiveError as error:
        return Finding("archive", str(error), ok=False, advice="mend it, or DATABASE_URL")
    finally:
        await database.aclose()
    revision = f"revision {schema.current or 'base'}"
    return Finding("archive", revision, schema.is_ready, "" if schema.is_ready else "run `viva migrate`")
