"""What a browser makes of the page's policy and of a recruiter's session, which only a browser shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fixtures.browser import chromium
from fixtures.front_door import listening
from fixtures.issuer import AUDIENCE, CLIENT_ID, LocalIssuer, local_issuer
from fixtures.processes import free_port
from playwright.async_api import Error, Page, expect
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration

INDEX = """\
<!doctype html><title>Viva</title>
<script>document.title = "inline"</script>
<script src="/assets/app.js"></script>
<body onload="document.title = 'inline'"><p></p></body>
"""
SCRIPT = """\
addEventListener("DOMContentLoaded", async () => {
  const answer = await fetch("/auth/session");
  document.querySelector("p").textContent = await answer.text();
});
"""
CALL = "url => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' })"


@dataclass(frozen=True, slots=True)
class Site:
    """The page at its public URL, and an issuer, which is another site's."""

    page: str
    issuer: LocalIssuer


@pytest.fixture
def issuer() -> Iterator[LocalIssuer]:
    with local_issuer() as issuer:
        issuer.new_key("k1")
        yield issuer


@pytest.fixture
async def site(closed: TokensSettings, issuer: LocalIssuer, tmp_path: Path) -> AsyncIterator[Site]:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app.js").write_text(SCRIPT)
    (tmp_path / "index.html").write_text(INDEX)
    port = free_port()
    page = f"http://localhost:{port}"
    issuer.redirect_uri = f"{page}/auth/oidc/callback"
    oidc = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE, "oidc_client_id": CLIENT_ID}
    elsewhere = {"web_dir": tmp_path, "public_url": page, "profile": "production", **oidc}
    async with listening(closed.model_copy(update=elsewhere), port):
        yield Site(page, issuer)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with chromium() as browser:
        yield await browser.new_page()


async def call(page: Page, url: str) -> int:
    """Post from this page, with the browser's cookies, where it sends them; the answer's status."""
    async with page.expect_response(url) as answered:
        await page.evaluate(CALL, url)
    return (await answered.value).status


async def test_a_recruiter_signs_in_and_no_other_page_uses_that(site: Site, page: Page) -> None:
    stopped: list[str] = []
    page.on("console", lambda message: stopped.append(message.text))
    await page.goto(f"{site.page}/auth/oidc?return_to=/recruiter/new")
    assert page.url == f"{site.page}/recruiter/new"
    await expect(page.locator("p")).to_contain_text('"actor":"oidc:rita"')
    assert await page.title() == "Viva", "nothing inline is run"
    assert len([text for text in stopped if "Content Security Policy" in text]) == 2
    assert await page.evaluate("document.cookie") == "", "no script can read it"

    asked = len(site.issuer.asked)
    with pytest.raises(Error, match="Failed to fetch"):
        await page.evaluate("url => fetch(url)", f"{site.issuer.url}/keys")
    assert len(site.issuer.asked) == asked, "it reaches nobody but the front door, and LiveKit"

    end = f"{site.page}/interviews/nobodys/end"
    assert await call(page, end) == 404
    await page.goto(f"{site.issuer.url}/keys")
    assert await call(page, end) == 401, "another site's page: it goes without the cookie"
    await page.goto(f"{site.issuer.url.replace('127.0.0.1', 'localhost')}/keys")
    assert await call(page, end) == 403, "of the same site, and another origin: it goes with it"
