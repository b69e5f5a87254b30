"""Interviews by voice: a real room, a real interviewer, and a microphone into which Alice speaks."""

from __future__ import annotations

import pytest
from fixtures.browser import PHONE, Pages, announced
from fixtures.web_stack import WebStack
from playwright.async_api import expect

from web.candidates import PATIENCE_MS, Candidate, hold_aloud

pytestmark = pytest.mark.timeout(240)


async def test_a_candidate_is_greeted_and_understood(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    alice = Candidate(page, stack, stack.invite("brisk"))
    await alice.open()
    await alice.go_in()
    question = await alice.is_asked()
    await expect(alice.log).to_contain_text("please introduce yourself", ignore_case=True)
    await pages.axe(page, "voice")
    await alice.say(alice.answer_to(question) or "")
    await expect(alice.log).to_contain_text("senior software engineer", timeout=PATIENCE_MS)
    await alice.is_asked()
    lines = [line for line in await announced(page) if "introduce yourself" in line]
    assert len(lines) == 1, "whole lines are read out, once"


@pytest.mark.slow_web
async def test_a_screening_from_the_link_to_the_report(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    alice = Candidate(page, stack, stack.invite("screening"))
    await alice.open()
    await alice.go_in()
    await hold_aloud(alice)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you", timeout=PATIENCE_MS)
    details = stack.details(alice.invited.id)
    assert details["end_reason"] == "goodbye"
    assert details["facts"]["name"] == "Alice Brown"
    assert len(alice.said()) >= len(alice.answers) - 1


@pytest.mark.slow_web
async def test_on_a_phone(pages: Pages, stack: WebStack) -> None:
    page = await pages.new(viewport=PHONE)
    alice = Candidate(page, stack, stack.invite("brisk"))
    await alice.open()
    await pages.axe(page, "lobby")
    await alice.go_in()
    await alice.is_asked()
    await pages.axe(page, "voice")
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "nothing has to be scrolled sideways"
    await page.get_by_role("button", name="Transcript").click()
    await expect(alice.log).to_be_visible()
    await pages.axe(page, "voice-transcript")
