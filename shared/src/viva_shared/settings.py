"""Settings that more than one service reads; built in each ``main`` from the environment and ``.env``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from viva_shared.events import MAX_EVENT_BYTES

LOCAL_API_KEY = "viva-local"
LOCAL_API_SECRET = "viva-local-profile-only-not-a-secret"
PLACEHOLDER = re.compile(r"<.*>|x+|\.+|todo|secret|change[-_ ]?me|your[-_ ].*", re.IGNORECASE)
Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(ValueError):
    """A setting that stops the start; the message names the variable and what to do."""


class Settings(BaseSettings):
    """Base of every service's settings: a variable has one name for all of them (``.env.example``)."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    profile: Literal["local", "production"] = Field("local", alias="VIVA_PROFILE")
    redis_url: str = Field("redis://127.0.0.1:6379/0", alias="REDIS_URL", pattern=r"^rediss?://")
    key_prefix: str = Field("viva", alias="VIVA_KEY_PREFIX")
    max_event_bytes: int = Field(MAX_EVENT_BYTES, alias="VIVA_MAX_EVENT_BYTES", ge=16_384)
    """An event over this is not sent by its producer, and a dead letter to its reader."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="VIVA_LOG_LEVEL")
    log_format: Literal["json", "console"] = Field("json", alias="VIVA_LOG_FORMAT")

    @model_validator(mode="after")
    def _no_placeholder(self) -> Self:
        for name, info in type(self).model_fields.items():
            value = getattr(self, name)
            if isinstance(value, SecretStr) and PLACEHOLDER.fullmatch(value.get_secret_value().strip()):
                raise SettingsError(f"{info.alias} is still a placeholder: set its real value, or remove it")
        return self


class LiveKitSettings(Settings):
    """How to reach LiveKit. The local profile has a key pair of its own; any other must be given one."""

    livekit_url: str = Field("ws://127.0.0.1:7880", alias="LIVEKIT_URL", pattern=r"^(wss?|https?)://[^/]+")
    livekit_api_key: str = Field("", alias="LIVEKIT_API_KEY")
    livekit_api_secret: SecretStr = Field(SecretStr(""), alias="LIVEKIT_API_SECRET")
    agent_name: str = Field("viva-interviewer", alias="VIVA_AGENT_NAME")
    departure_timeout_s: int = Field(60, alias="VIVA_DEPARTURE_TIMEOUT_S", ge=0)
    """How long LiveKit keeps a room after the last person left it, if a token of ours opened it."""
    bot_lease_ttl_s: float = Field(3.0, gt=0, alias="VIVA_BOT_LEASE_TTL_S")
    """How long a dead bot's room waits before another one is sent."""

    @model_validator(mode="after")
    def _credentials(self) -> Self:
        if self.profile == "local":
            self.livekit_api_key = self.livekit_api_key or LOCAL_API_KEY
            if not self.livekit_api_secret.get_secret_value():
                self.livekit_api_secret = SecretStr(LOCAL_API_SECRET)
        elif self.livekit_api_secret.get_secret_value() == LOCAL_API_SECRET:
            raise SettingsError(
                "LIVEKIT_API_SECRET is the published one of the local profile: generate your own"
            )
        return self

    @property
    def missing_livekit(self) -> list[str]:
        """Names of the variables without which no token can be made."""
        pairs = {
            "LIVEKIT_API_KEY": self.livekit_api_key,
            "LIVEKIT_API_SECRET": self.livekit_api_secret.get_secret_value(),
        }
        return [name for name, value in pairs.items() if not value]


class HearingSettings(Settings):
    """Which vendor hears: Deepgram where its key is set, else local; explicit wins."""

    local_providers_url: str = Field("http://127.0.0.1:8790", alias="VIVA_LOCAL_PROVIDERS_URL")
    deepgram_api_key: SecretStr = Field(SecretStr(""), alias="DEEPGRAM_API_KEY")
    stt_provider: Literal["deepgram", "local"] | None = Field(None, alias="VIVA_STT_PROVIDER")
    stt_model: str = Field("nova-3", alias="VIVA_STT_MODEL")
    stt_language: str = Field("en-US", alias="VIVA_STT_LANGUAGE")
    """Of scenarios that name none."""

    @model_validator(mode="after")
    def _resolve_hearing(self) -> Self:
        key = self.deepgram_api_key.get_secret_value()
        self.stt_provider = self.stt_provider or ("deepgram" if key else "local")
        _must_have_key("VIVA_STT_PROVIDER", self.stt_provider, key, "DEEPGRAM_API_KEY")
        return self


class ProviderSettings(HearingSettings):
    """Which vendors speak, hear and think: a vendor where its key is set, else local; explicit wins."""

    google_api_key: SecretStr = Field(SecretStr(""), alias="GOOGLE_API_KEY")
    tts_provider: Literal["deepgram", "local"] | None = Field(None, alias="VIVA_TTS_PROVIDER")
    llm_provider: Literal["gemini", "local"] | None = Field(None, alias="VIVA_LLM_PROVIDER")

    @model_validator(mode="after")
    def _resolve(self) -> Self:
        deepgram, google = self.deepgram_api_key.get_secret_value(), self.google_api_key.get_secret_value()
        self.tts_provider = self.tts_provider or ("deepgram" if deepgram else "local")
        self.llm_provider = self.llm_provider or ("gemini" if google else "local")
        _must_have_key("VIVA_TTS_PROVIDER", self.tts_provider, deepgram, "DEEPGRAM_API_KEY")
        _must_have_key("VIVA_LLM_PROVIDER", self.llm_provider, google, "GOOGLE_API_KEY")
        return self

    @property
    def needs_local_providers(self) -> bool:
        """Whether anything is served by the local providers."""
        return "local" in (self.stt_provider, self.tts_provider, self.llm_provider)


def _must_have_key(name: str, provider: str, key: str, variable: str) -> None:
    if provider != "local" and not key:
        raise SettingsError(f"{name}={provider} needs {variable}: set it, or set {name}=local")


class ScenarioSettings(Settings):
    """Where scenarios are and which one an interview gets that names none."""

    scenarios_dir: Path = Field(Path("scenarios"), alias="VIVA_SCENARIOS_DIR")
    default_scenario: str = Field("screening", alias="VIVA_DEFAULT_SCENARIO")


class ArchiveSettings(Settings):
    """Where interviews are kept once they are over, and for how long."""

    database_url: str = Field("sqlite+aiosqlite:///.viva/viva.db", alias="DATABASE_URL")
    interviews_dir: Path = Field(Path("interviews"), alias="VIVA_INTERVIEWS_DIR")
    """Where a rehearsal leaves its files, in a folder named after the interview."""
    retention_days: int = Field(180, alias="VIVA_RETENTION_DAYS", ge=0)
    """After its end an interview is erased; 0: never."""
    archived_ttl_s: int = Field(3600, alias="VIVA_ARCHIVED_TTL_S", ge=1)
    """How long Redis keeps the streams of an interview that is in the database."""
    tombstone_ttl_s: int = Field(30 * 86_400, alias="VIVA_TOMBSTONE_TTL_S", ge=1)
    """How long Redis remembers that an interview was archived or deleted: nothing may bring it back."""

    @field_validator("database_url")
    @classmethod
    def _for_asyncio(cls, url: str) -> str:
        """With the driver that we use; the message does not repeat the URL, which may hold a password."""
        scheme, _, rest = url.partition("://")
        match scheme:
            case "postgres" | "postgresql" | "postgresql+asyncpg":
                return f"postgresql+asyncpg://{rest}"
            case "sqlite" | "sqlite+aiosqlite" if re.match(r"/[^?]", rest) and rest != "/:memory:":
                return f"sqlite+aiosqlite://{rest}"
        raise SettingsError(
            "DATABASE_URL must be postgresql://user:password@host/database, or sqlite:/// and a file's path"
        )


S = TypeVar("S", bound=Settings)


def load_settings(cls: type[S]) -> S:
    """Build settings in a ``main``. Raises SettingsError, on one line, for whatever is wrong with them."""
    try:
        return cls()
    except ValidationError as error:
        problems = []
        for problem in error.errors(include_url=False, include_input=False):
            if problem["type"] == "default_factory_not_called":
                continue  # it waits for a variable that is wrong, and named
            cause = problem.get("ctx", {}).get("error")
            where = ".".join(str(part) for part in problem["loc"])
            problems.append(str(cause) if isinstance(cause, SettingsError) else f"{where}: {problem['msg']}")
        raise SettingsError("; ".join(problems)) from error
