"""What the page may load and reach, as browsers are told."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest
from tokens.adapters.http.page_headers import content_security_policy, page_headers

pytestmark = pytest.mark.unit


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in policy.split("; "))}


def test_the_policy_is_strict() -> None:
    assert directives(content_security_policy("wss://livekit.test", any_livekit=False)) == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'", "wss://livekit.test", "https://livekit.test"],
        "worker-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }


@pytest.mark.parametrize(
    ("livekit_url", "origins"),
    [
        ("wss://livekit.test", ["wss://livekit.test", "https://livekit.test"]),
        ("https://livekit.test:7443/path?a=b", ["wss://livekit.test:7443", "https://livekit.test:7443"]),
        ("ws://127.0.0.1:7880", ["ws://127.0.0.1:7880", "http://127.0.0.1:7880"]),
        ("http://user:secret@[::1]:7880", ["ws://[::1]:7880", "http://[::1]:7880"]),
    ],
)
def test_livekit_is_reached_both_ways_and_nobody_else(livekit_url: str, origins: list[str]) -> None:
    policy = directives(content_security_policy(livekit_url, any_livekit=False))
    assert policy["connect-src"] == ["'self'", *origins]


def test_where_people_name_a_server_of_their_own_connections_go_anywhere_and_nothing_else_does() -> None:
    local = directives(content_security_policy("ws://127.0.0.1:7880", any_livekit=True))
    other = directives(content_security_policy("ws://127.0.0.1:7880", any_livekit=False))
    assert set(local.pop("connect-src")) - set(other.pop("connect-src")) == {"ws:", "wss:", "http:", "https:"}
    assert local == other


def test_no_url_can_put_a_directive_into_the_policy() -> None:
    policy = content_security_policy("wss://a.test; script-src *", any_livekit=False)
    assert directives(policy)["script-src"] == ["'self'"]
    assert "*" not in policy


def test_the_page_may_use_camera_and_microphone_and_nothing_beside() -> None:
    permissions = page_headers("wss://livekit.test", any_livekit=False)["Permissions-Policy"].split(", ")
    allowed = {"autoplay", "camera", "display-capture", "fullscreen", "microphone"}
    assert {each.partition("=")[0] for each in permissions if each.endswith("=(self)")} == allowed
    assert all(each.endswith("=()") for each in permissions if each.partition("=")[0] not in allowed)
    assert "geolocation=()" in permissions


def test_they_are_printed_for_who_serves_the_page_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIVA_PROFILE", "production")
    monkeypatch.setenv("LIVEKIT_URL", "wss://livekit.test")
    monkeypatch.setattr(sys, "argv", ["tokens", "--page-headers"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("tokens", run_name="__main__")
    assert not ended.value.code
    printed = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert printed == page_headers("wss://livekit.test", any_livekit=False)
