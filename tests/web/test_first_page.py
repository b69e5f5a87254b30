"""What opens with the invite's link."""

from __future__ import annotations

from fixtures.browser import Pages, until
from fixtures.web_stack import WebStack
from playwright.async_api import Page, expect


async def test_a_link_opens_its_interview_and_leaves_the_address(page: Page, stack: WebStack) -> None:
    await page.goto(stack.invite("drill").url)
    await expect(page.get_by_role("heading", name="Interview questions")).to_be_visible()
    assert page.url == f"{stack.url}/"
    await page.reload()
    await expect(page.get_by_role("heading", name="Interview questions")).to_be_visible()


async def test_whatever_breaks_the_policy_is_noticed(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    await page.goto(stack.invite("drill").url)
    await page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.inlined = true';
          document.head.append(script);
          fetch('http://192.0.2.1/').catch(() => 0);
        }"""
    )
    await until(lambda: "script-src" in str(pages.faults), "the script was noticed")
    await until(lambda: "a stranger was asked: http://192.0.2.1/" in pages.faults, "the request was noticed")
    assert not await page.evaluate("Boolean(window.inlined)")
    pages.allow("script-src", r"192\.0\.2\.1")
