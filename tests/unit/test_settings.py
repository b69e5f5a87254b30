"""Settings: which provider serves what, and what stops a start."""

from __future__ import annotations

from pathlib import Path

import pytest
from viva_shared.settings import (
    LOCAL_API_SECRET,
    ArchiveSettings,
    LiveKitSettings,
    ProviderSettings,
    SettingsError,
    load_settings,
)

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither this machine's variables nor its .env."""
    monkeypatch.chdir(tmp_path)
    for settings in (LiveKitSettings, ProviderSettings, ArchiveSettings):
        for info in settings.model_fields.values():
            monkeypatch.delenv(info.alias or "", raising=False)


def providers() -> tuple[str | None, ...]:
    settings = load_settings(ProviderSettings)
    return settings.stt_provider, settings.tts_provider, settings.llm_provider


def test_without_keys_all_is_local() -> None:
    assert providers() == ("local", "local", "local")
    assert load_settings(ProviderSettings).needs_local_providers


def test_a_key_chooses_its_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPGRAM_API_KEY", "k")
    assert providers() == ("deepgram", "deepgram", "local")
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    assert providers() == ("deepgram", "deepgram", "gemini")
    assert not load_settings(ProviderSettings).needs_local_providers


def test_an_explicit_choice_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPGRAM_API_KEY", "k")
    monkeypatch.setenv("VIVA_TTS_PROVIDER", "local")
    assert providers() == ("deepgram", "local", "local")


@pytest.mark.parametrize(
    ("provider", "vendor", "key"),
    [
        ("VIVA_STT_PROVIDER", "deepgram", "DEEPGRAM_API_KEY"),
        ("VIVA_TTS_PROVIDER", "deepgram", "DEEPGRAM_API_KEY"),
        ("VIVA_LLM_PROVIDER", "gemini", "GOOGLE_API_KEY"),
    ],
)
def test_a_vendor_without_its_key_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, provider: str, vendor: str, key: str
) -> None:
    monkeypatch.setenv(provider, vendor)
    with pytest.raises(SettingsError, match=f"{provider}={vendor} needs {key}"):
        load_settings(ProviderSettings)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_STT_PROVIDER", "")
    monkeypatch.setenv("DEEPGRAM_API_KEY", "")
    assert providers() == ("local", "local", "local")


def test_a_placeholder_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "your-key")
    with pytest.raises(SettingsError, match="GOOGLE_API_KEY is still a placeholder"):
        load_settings(ProviderSettings)


def test_only_the_local_profile_has_keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(LiveKitSettings).missing_livekit == []
    monkeypatch.setenv("VIVA_PROFILE", "production")
    assert load_settings(LiveKitSettings).missing_livekit == ["LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"]
    monkeypatch.setenv("LIVEKIT_API_SECRET", LOCAL_API_SECRET)
    with pytest.raises(SettingsError, match="LIVEKIT_API_SECRET is the published one"):
        load_settings(LiveKitSettings)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("", "sqlite+aiosqlite:///.viva/viva.db"),
        ("sqlite:///some/file.db", "sqlite+aiosqlite:///some/file.db"),
        ("sqlite:////some/file.db", "sqlite+aiosqlite:////some/file.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h:1/d?sslmode=require", "postgresql+asyncpg://u:p@h:1/d?sslmode=require"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
    ],
)
def test_a_database_gets_the_driver_that_we_use(
    monkeypatch: pytest.MonkeyPatch, given: str, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert load_settings(ArchiveSettings).database_url == url


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hush@h/d",
        "postgresql+psycopg2://u:hush@h/d",
        "u:hush@h/d",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_another_database_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(
        SettingsError, match=r"^DATABASE_URL must be postgresql://\S+, or sqlite:///"
    ) as refused:
        load_settings(ArchiveSettings)
    assert "hush" not in str(refused.value)
