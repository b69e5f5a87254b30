"""A whole interview in writing, from the link to what comes afterwards, without a mouse."""

from __future__ import annotations

from fixtures.browser import Pages, announced
from fixtures.stack import QUESTIONS
from fixtures.web_stack import WebStack
from playwright.async_api import expect

from web.candidates import PATIENCE_MS, Candidate, tab_to


async def test_the_keyboard_alone_holds_an_interview(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    alice = Candidate(page, stack, stack.invite("drill"))
    await alice.open()
    await pages.axe(page, "lobby")
    await tab_to(page, alice.agree)
    await page.keyboard.press("Space")
    await tab_to(page, page.get_by_role("button", name="Answer in writing instead"))
    await page.keyboard.press("Enter")
    for number, _ in enumerate(QUESTIONS):
        question = await alice.is_asked_in_writing()
        await expect(alice.box).to_be_focused()
        if number == 0:
            await pages.axe(page, "writing")
        await alice.write(alice.answer_to(question) or "I agree.")
    over = page.get_by_role("button", name="Continue")
    await expect(over).to_be_focused(timeout=PATIENCE_MS)
    await expect(over).to_be_enabled(timeout=PATIENCE_MS)
    await page.keyboard.press("Enter")
    await expect(alice.log).to_be_hidden()
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await pages.axe(page, "afterwards")
    assert alice.said() == alice.answers
    read_out = await announced(page)
    assert len(read_out) < 40, "a line at a time, not a word at a time"
