"""A whole screening in writing."""

from __future__ import annotations

import pytest
from fixtures.browser import Pages, announced
from fixtures.web_stack import WebStack
from playwright.async_api import expect

from web.candidates import PATIENCE_MS, Candidate

pytestmark = [pytest.mark.slow_web, pytest.mark.timeout(180)]


async def test_a_screening_from_the_link_to_the_end(pages: Pages, stack: WebStack) -> None:
    alice = Candidate(await pages.new(), stack, stack.invite("screening"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    while True:
        answer = alice.answer_to(await alice.is_asked_in_writing())
        assert answer
        await alice.write(answer)
        if "goodbye" in answer.lower():
            break
    over = alice.page.get_by_role("button", name="Continue")
    await expect(over).to_be_enabled(timeout=PATIENCE_MS)
    await pages.axe(alice.page, "writing-over")
    await over.click()
    await expect(alice.page.get_by_role("heading", name="Thank you")).to_be_focused()
    assert alice.said() == alice.answers
    said = [line for line in await announced(alice.page) if "introduce yourself" in line]
    assert len(said) <= 1, "a whole line, once"
    details = stack.details(alice.invited.id)
    assert details["end_reason"] == "goodbye"
    assert details["facts"]["name"] == "Alice Brown"
