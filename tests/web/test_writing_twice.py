"""One candidate who writes in two places, and an answer that is sent while there is no connection."""

from __future__ import annotations

import pytest
from fixtures.browser import Pages
from fixtures.web_stack import WebStack
from playwright.async_api import expect

from web.candidates import PATIENCE_MS, Candidate

pytestmark = pytest.mark.slow_web

CUT_OFF = r"net::ERR_INTERNET_DISCONNECTED"
REFUSED = r"status of 409"


async def test_two_places_show_one_conversation(pages: Pages, stack: WebStack) -> None:
    pages.allow(CUT_OFF, REFUSED)
    invited = stack.invite("drill", questions=["What are you proud of?", "What is hard?", "What is next?"])
    one, two = [Candidate(await pages.new(), stack, invited) for _ in range(2)]
    await one.open()
    await one.go_in("Answer in writing instead")
    await one.is_asked_in_writing()
    await two.page.goto(invited.url)
    await two.page.get_by_role("button", name="writing").click()
    await expect(two.box).to_be_focused(timeout=PATIENCE_MS)

    await one.page.context.set_offline(True)
    await one.write("I was slower.")
    await expect(one.page.get_by_text("your answer is kept and will be sent")).to_be_visible()
    await two.write("I was quicker.")
    await two.is_asked_in_writing()
    await one.page.context.set_offline(False)
    await expect(one.page.get_by_text("The interview has gone on meanwhile")).to_be_visible(
        timeout=PATIENCE_MS
    )
    await pages.axe(one.page, "writing-answered-elsewhere")
    await one.page.get_by_text("What you wrote here").click()
    await expect(one.page.get_by_text("I was slower.")).to_be_visible()
    await expect(one.log).to_contain_text("I was quicker.")

    await one.box.focus()
    await one.write("I have said this in one place.")
    await expect(two.log).to_contain_text("I have said this in one place.", timeout=PATIENCE_MS)
    await expect(two.log).to_contain_text("What is next?", timeout=PATIENCE_MS)
    assert one.said() == ["I was quicker.", "I have said this in one place."]


async def test_an_answer_on_its_way_survives_a_reload(pages: Pages, stack: WebStack) -> None:
    pages.allow(CUT_OFF)
    alice = Candidate(await pages.new(), stack, stack.invite("drill"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    await alice.is_asked_in_writing()
    await alice.page.context.set_offline(True)
    await alice.write("I rebuilt the billing of a shop.")
    await expect(alice.page.get_by_text("your answer is kept and will be sent")).to_be_visible()
    await alice.page.context.set_offline(False)
    await alice.page.reload()
    await alice.is_asked_in_writing()
    await expect(alice.box).to_be_focused(timeout=PATIENCE_MS)
    await expect(alice.box).to_have_value("")
    assert alice.said() == alice.answers
