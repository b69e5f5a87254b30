"""A whole screening in writing, and what is shown on the way."""

from __future__ import annotations

import re

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


async def test_the_time_left_is_shown(pages: Pages, stack: WebStack) -> None:
    alice = Candidate(await pages.new(), stack, stack.invite("hurried"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    await alice.is_asked_in_writing()
    await expect(alice.page.get_by_text("About 1 min left", exact=True)).to_be_visible()
    await alice.page.get_by_role("button", name="Finish the interview").click()
    await alice.page.get_by_role("alertdialog").get_by_role("button", name="Finish").click()
    await expect(alice.page.get_by_role("heading", name="closed")).to_be_focused(timeout=PATIENCE_MS)


async def test_what_an_answer_is_worth_is_shown_under_it(pages: Pages, stack: WebStack) -> None:
    alice = Candidate(await pages.new(), stack, stack.invite("drill"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    await alice.is_asked_in_writing()
    await alice.write("I rebuilt the billing of a shop, and its errors fell by half in three months.")
    note = alice.log.get_by_text(re.compile(r"Question 1: \d+ of 100"))
    await expect(note).to_be_visible(timeout=PATIENCE_MS)
    score = stack.details(alice.invited.id)["scores"][0]
    await expect(note).to_have_text(f"Question 1: {score['score']} of 100")
    await alice.log.get_by_text("Feedback").click()
    await expect(alice.log.get_by_text(score["feedback"])).to_be_visible()
    await pages.axe(alice.page, "writing-score")
