"""A Viva with its page, and browsers for it; one loop for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from fixtures.browser import GRANTED, REFUSED, SCREENSHOTS, Pages, chromium
from fixtures.web_stack import ROOT, WebStack, web_stack
from playwright.async_api import Browser, Page

HERE = Path(__file__).parent
FAILED = ROOT / ".viva" / "failed"
"""What pages showed when a test failed."""

_report: pytest.StashKey[bool] = pytest.StashKey()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The session's loop is the browser's, too."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.web)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fixtures may ask whether their test has failed."""
    report = yield
    if report.when == "call":
        item.stash[_report] = report.failed
    return report


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebStack]:
    """A Viva with its page, for all tests: each has interviews of its own."""
    with web_stack(tmp_path_factory.mktemp("web")) as stack:
        yield stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """It grants camera and microphone."""
    async with chromium(*GRANTED) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def refusing_browser() -> AsyncIterator[Browser]:
    """It refuses camera and microphone."""
    async with chromium(*REFUSED) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def pages(browser: Browser, stack: WebStack, request: pytest.FixtureRequest) -> AsyncIterator[Pages]:
    """Opens pages; what none of them may do fails the test."""
    async with _recorded(browser, stack, request) as pages:
        yield pages


@pytest_asyncio.fixture(loop_scope="session")
async def refused_pages(
    refusing_browser: Browser, stack: WebStack, request: pytest.FixtureRequest
) -> AsyncIterator[Pages]:
    """The same in a browser that refuses camera and microphone."""
    async with _recorded(refusing_browser, stack, request) as pages:
        yield pages


@pytest_asyncio.fixture(loop_scope="session")
async def page(pages: Pages) -> Page:
    """One of them: dark, on a desktop."""
    return await pages.new()


@asynccontextmanager
async def _recorded(
    browser: Browser, stack: WebStack, request: pytest.FixtureRequest
) -> AsyncIterator[Pages]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    pages = Pages(browser, stack.origins, SCREENSHOTS)
    yield pages
    if request.node.stash.get(_report, True):
        pictures = FAILED / request.node.name
        pictures.mkdir(parents=True, exist_ok=True)
        await pages.last_pictures(pictures)
    await pages.close()
    request.node.user_properties.append(("axe_violations", len(pages.axe_violations)))
    assert pages.axe_violations == []
    assert pages.faults == []
