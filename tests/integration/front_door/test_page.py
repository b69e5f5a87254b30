"""The page as the front door serves it: its files, what goes with them, and what it asks first."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fixtures.front_door import SCENARIOS, front_door
from fixtures.processes import free_port, listens, running, wait_for
from structlog.testing import capture_logs
from tokens.adapters.http.page_headers import page_headers
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration

INDEX, SCRIPT = b"<!doctype html><title>Viva</title>", b"console.log('viva');" * 50


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A built page."""
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (assets / "app-1a2b.js").write_bytes(SCRIPT)
    (assets / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "app-1a2b.js.br").write_bytes(b"as if by brotli")
    (assets / "font-3c4d.woff2").write_bytes(b"wOF2")
    (assets / "plain-5e6f.css").write_text("body {}")
    (assets / "plain-5e6f.css.gz").write_bytes(gzip.compress(b"body {}"))
    (tmp_path / "dist" / "index.html").write_bytes(INDEX)
    (tmp_path / "dist" / "favicon.svg").write_text("<svg/>")
    return tmp_path / "dist"


@pytest.fixture
async def http(settings: TokensSettings, dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a front door that serves the page."""
    async with front_door(settings.model_copy(update={"web_dir": dist})) as http:
        yield http


@pytest.mark.parametrize("path", ["/", "/?invite=e", "/recruiter", "/recruiter/", "/recruiter/interviews/i1"])
async def test_the_pages_own_paths_are_the_page(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.content) == (200, INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


async def test_assets_are_kept_for_ever(http: httpx.AsyncClient) -> None:
    for path, media_type in {
        "/assets/app-1a2b.js": "text/javascript; charset=utf-8",
        "/assets/font-3c4d.woff2": "font/woff2",
    }.items():
        answer = await http.get(path, headers={"Accept-Encoding": "identity"})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == media_type
    assert (await http.get("/favicon.svg")).headers["cache-control"] == "no-cache"


async def test_every_file_has_the_headers_of_the_page(
    http: httpx.AsyncClient, settings: TokensSettings
) -> None:
    expected = page_headers(settings.livekit_url, any_livekit=True)
    for path in ("/", "/assets/app-1a2b.js", "/favicon.svg"):
        answer = await http.get(path)
        for name, value in expected.items():
            assert answer.headers.get_list(name) == [value], (path, name)
    assert "content-security-policy" not in (await http.get("/page")).headers


async def test_elsewhere_connections_go_to_livekit_only(settings: TokensSettings, dist: Path) -> None:
    elsewhere = settings.model_copy(update={"web_dir": dist, "profile": "production"})
    async with front_door(elsewhere) as http:
        policy = (await http.get("/")).headers["content-security-policy"]
    assert "connect-src 'self' ws://livekit.test http://livekit.test;" in policy


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("gzip", "gzip"),
        ("br;q=0.0, gzip;q=0.000", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_compressed_files_are_for_who_takes_them(
    http: httpx.AsyncClient, dist: Path, accepts: str, encoding: str | None
) -> None:
    file = {"br": "app-1a2b.js.br", "gzip": "app-1a2b.js.gz", None: "app-1a2b.js"}[encoding]
    request = http.stream("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": accepts})
    async with request as answer:
        sent = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["content-length"] == str(len(sent))
        assert "Accept-Encoding" in answer.headers["vary"]
        assert sent == (dist / "assets" / file).read_bytes()


async def test_what_is_there_in_one_way_is_sent_in_that(http: httpx.AsyncClient) -> None:
    answer = await http.get("/assets/plain-5e6f.css", headers={"Accept-Encoding": "br, gzip"})
    assert (answer.headers["content-encoding"], answer.text) == ("gzip", "body {}")
    answer = await http.get("/assets/font-3c4d.woff2", headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in answer.headers


async def test_heads_and_what_has_not_changed(http: httpx.AsyncClient) -> None:
    for path in ("/", "/recruiter/audit", "/assets/app-1a2b.js"):
        whole = await http.get(path)
        head = await http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == whole.headers["content-length"]
        again = await http.get(path, headers={"If-None-Match": whole.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/nothing",
            "/assets",
            "/assets/",
            "/assets/other.js",
            "/recruiters",
            "/index.htm",
            "/%2e%2e/secret.txt",
        ),
        *(
            "/assets/..%2f..%2fsecret.txt",
            "/..%5csecret.txt",
            "//etc/passwd",
            "/a%00b",
            "/interview",
            "/" + "a" * 300,
        ),
    ],
)
async def test_anything_else_is_not_there(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


async def test_the_interface_comes_first(http: httpx.AsyncClient, dist: Path) -> None:
    (dist / "health").write_text("not this")
    assert (await http.get("/health")).json() == {"status": "ok"}
    for method in ("POST", "DELETE"):
        assert (await http.request(method, "/")).status_code == 404
    wrong = await http.put("/interviews")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")


async def test_a_page_that_is_built_again_is_there_at_once(http: httpx.AsyncClient, dist: Path) -> None:
    (dist / "assets" / "app-9f9f.js").write_bytes(b"new")
    assert (await http.get("/assets/app-9f9f.js")).content == b"new"


async def test_without_a_folder_no_page_is_served(settings: TokensSettings) -> None:
    async with front_door(settings) as http:
        assert (await http.get("/")).status_code == 404


async def test_what_the_page_must_know(settings: TokensSettings, closed: TokensSettings) -> None:
    both = {"api_key": True, "oidc": False}
    async with front_door(settings) as http:
        local = (await http.get("/page")).json()
        assert local == {"open": True, "local": True, "sign_in": both, "require_consent": False}
    issuer = {"oidc_issuer": "https://issuer.test", "oidc_audience": "viva", "oidc_client_id": "viva-page"}
    elsewhere = closed.model_copy(update={"profile": "production", "require_consent": True, **issuer})
    async with front_door(elsewhere) as http:
        page = (await http.get("/page")).json()
        assert page == {
            "open": False,
            "local": False,
            "sign_in": {**both, "oidc": True},
            "require_consent": True,
        }


async def test_scenarios_for_a_form(settings: TokensSettings, tmp_path: Path) -> None:
    folder = shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    (folder / "broken.yaml").write_text("name: broken")
    (folder / "screening.fr.yaml").write_text("not: right")
    async with front_door(settings.model_copy(update={"scenarios_dir": folder})) as http:
        with capture_logs() as lines:
            answer = await http.get("/scenarios")
    assert answer.status_code == 200, answer.text
    question_set, screening = answer.json()
    assert screening == {
        "name": "screening",
        "title": "Screening interview",
        "language": "en",
        "languages": ["en"],
        "kind": "stages",
        "num_questions": None,
        "stages": ["Introduction", "Past experience", "Closing"],
        "shows_scores": False,
    }
    assert (question_set["kind"], question_set["num_questions"]) == ("question_set", 5)
    assert question_set["languages"] == ["en", "de"]
    left_out = [line for line in lines if line["event"] == "scenario.not_usable"]
    assert {(line["scenario"], line["language"]) for line in left_out} == {
        ("broken", None),
        ("screening", "fr"),
    }


def test_it_has_a_port_of_its_own_beside_the_interfaces(dist: Path, tmp_path: Path, redis_url: str) -> None:
    port, web_port = free_port(), free_port()
    environment = {
        "VIVA_TOKENS_PORT": str(port),
        "VIVA_WEB_PORT": str(web_port),
        "VIVA_WEB_DIR": str(dist),
        "VIVA_KEY_PREFIX": f"viva-test-{uuid4().hex[:12]}",
        "VIVA_SCENARIOS_DIR": str(SCENARIOS),
        "REDIS_URL": redis_url,
        "DATABASE_URL": f"sqlite:///{tmp_path}/viva.db",
    }
    variables = [f"{name}={value}" for name, value in environment.items()]
    command = ["/usr/bin/env", "-C", str(tmp_path), *variables, sys.executable, "-m", "tokens"]
    with running(command, tmp_path / "log") as process:
        wait_for(lambda: listens(port) and listens(web_port), "both ports", 60)
        for each in (port, web_port):
            assert httpx.get(f"http://127.0.0.1:{each}/").content == INDEX
            assert httpx.get(f"http://127.0.0.1:{each}/page").json()["open"]
        os.kill(process.pid, 15)
        process.wait(10)
        assert not listens(port)
        assert not listens(web_port)
