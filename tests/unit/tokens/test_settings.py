"""Who gets in, as the environment says it: what each profile begins with, and what stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokens.settings import LOCAL_INVITE_SECRET, TokensSettings
from viva_shared.settings import SettingsError, load_settings

pytestmark = pytest.mark.unit

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither this machine's variables nor its .env."""
    monkeypatch.chdir(tmp_path)
    for info in TokensSettings.model_fields.values():
        monkeypatch.delenv(info.alias or "", raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> TokensSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings(TokensSettings)


def test_the_local_profile_stands_open(monkeypatch: pytest.MonkeyPatch) -> None:
    local = settings(monkeypatch)
    assert local.auth == "open"
    assert local.invite_secret.get_secret_value() == LOCAL_INVITE_SECRET
    assert settings(monkeypatch, VIVA_AUTH="required").auth == "required"


def test_any_other_is_closed_and_stricter(monkeypatch: pytest.MonkeyPatch) -> None:
    local = settings(monkeypatch)
    other = settings(monkeypatch, VIVA_PROFILE="production", VIVA_INVITE_SECRET=SECRET)
    assert other.auth == "required"
    assert (local.limit_tokens, other.limit_tokens) == ("100000/minute", "300/minute")


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"VIVA_AUTH": "open", "VIVA_INVITE_SECRET": SECRET}, "VIVA_AUTH=open is for the local profile only"),
        ({}, "VIVA_INVITE_SECRET is not set.*openssl rand"),
        ({"VIVA_INVITE_SECRET": LOCAL_INVITE_SECRET}, "VIVA_INVITE_SECRET is the published one"),
        ({"VIVA_INVITE_SECRET": SECRET[:-1]}, "VIVA_INVITE_SECRET has fewer than 32 characters"),
        ({"VIVA_INVITE_SECRET": "change-me"}, "VIVA_INVITE_SECRET is still a placeholder"),
        (
            {
                "VIVA_INVITE_SECRET": SECRET,
                "VIVA_OIDC_ISSUER": "http://i.test",
                "VIVA_OIDC_AUDIENCE": "viva",
            },
            "VIVA_OIDC_ISSUER must be https",
        ),
    ],
)
def test_what_stops_the_start_outside_the_local_profile(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        settings(monkeypatch, VIVA_PROFILE="production", **variables)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("VIVA_OIDC_ISSUER", "https://i.test", "VIVA_OIDC_ISSUER and VIVA_OIDC_AUDIENCE go together"),
        ("VIVA_OIDC_JWKS_URL", "https://i.test/keys", "VIVA_OIDC_JWKS_URL only with them"),
        ("VIVA_CORS_ORIGINS", "*", r"VIVA_CORS_ORIGINS=\* lets any page call"),
        ("VIVA_CORS_ORIGINS", "https://a.test,https://b.test/path", "https://b.test/path is no origin"),
        ("VIVA_TRUSTED_PROXIES", "*", r"VIVA_TRUSTED_PROXIES=\* lets callers choose their address"),
        ("VIVA_LIMIT_CALLS", "many", "VIVA_LIMIT_CALLS: .*'many' is not one limit"),
        ("VIVA_LIMIT_CALLS", "1/second;9/minute", "is not one limit"),
        ("VIVA_LIMIT_CALLS", "0/minute", "lets nobody in"),
        ("VIVA_PUBLIC_URL", "viva.test", "VIVA_PUBLIC_URL"),
        ("VIVA_OIDC_CLIENT_ID", "viva-page", "VIVA_OIDC_CLIENT_ID goes with VIVA_OIDC_ISSUER"),
        ("VIVA_OIDC_CLIENT_SECRET", "hush", "VIVA_OIDC_CLIENT_SECRET with both"),
        ("VIVA_WEB_DIR", "dist", "VIVA_WEB_DIR=dist has no index.html: .*`make web`"),
    ],
)
def test_what_stops_the_start_anywhere(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        settings(monkeypatch, **{variable: value})


def test_what_depends_on_a_wrong_variable_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as error:
        settings(monkeypatch, VIVA_PROFILE="produktion")
    assert str(error.value) == "VIVA_PROFILE: Input should be 'local' or 'production'"


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(
        monkeypatch,
        VIVA_CORS_ORIGINS="https://a.test, http://localhost:5173",
        VIVA_TRUSTED_PROXIES="10.0.0.0/8,192.0.2.7",
    )
    assert chosen.cors_origins == ("https://a.test", "http://localhost:5173")
    assert chosen.trusted_proxies == ("10.0.0.0/8", "192.0.2.7")


def test_the_page_may_call_unless_others_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, VIVA_PUBLIC_URL="https://viva.test/jobs").cors_origins == (
        "https://viva.test",
    )


def test_a_page_is_served_on_a_port_beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert settings(monkeypatch).ports == [8080]
    assert settings(monkeypatch, VIVA_WEB_DIR="none").ports == [8080]
    (tmp_path / "index.html").touch()
    assert settings(monkeypatch, VIVA_WEB_DIR=str(tmp_path)).ports == [8080, 3000]
    assert settings(monkeypatch, VIVA_WEB_PORT="8080").ports == [8080]
