"""What breaks in the middle of an interview, and that no answer is lost by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import pytest_asyncio
from fixtures.browser import Pages
from fixtures.web_stack import WebStack
from playwright.async_api import expect

from web.candidates import PATIENCE_MS, Candidate

pytestmark = [pytest.mark.slow_web, pytest.mark.timeout(240)]

AWAY = (r"net::ERR_", r"WebSocket connection to .* failed", r"/livekit-client", r"status of 50[023]")
"""What the browser and LiveKit's client log of a server that is away."""


@pytest.fixture
def livekit_comes_back(stack: WebStack) -> Iterator[None]:
    """Whatever the test did to it."""
    yield
    stack.mend_livekit()


@pytest_asyncio.fixture(loop_scope="session")
async def alice(pages: Pages, stack: WebStack) -> Candidate:
    """In an interview by voice, with its first question asked."""
    alice = Candidate(await pages.new(), stack, stack.invite("screening"))
    await alice.open()
    await alice.go_in()
    assert await alice.is_asked()
    return alice


@pytest.mark.usefixtures("livekit_comes_back")
async def test_livekit_is_killed_and_comes_back(alice: Candidate, pages: Pages, stack: WebStack) -> None:
    pages.allow(*AWAY)
    stack.cut_livekit()
    await expect(alice.page.get_by_text("Continue in text mode").first).to_be_visible(timeout=PATIENCE_MS)
    await pages.axe(alice.page, "voice-reconnecting")
    stack.mend_livekit()
    question = await alice.is_asked(again=True)
    await alice.say("My name is Alice Brown and I am a senior software engineer.")
    await alice.is_asked()
    assert "introduce yourself" in question
    assert "senior software engineer" in " ".join(alice.said())


@pytest.mark.usefixtures("livekit_comes_back")
async def test_livekit_is_killed_for_good(alice: Candidate, pages: Pages, stack: WebStack) -> None:
    pages.allow(*AWAY)
    await alice.say("My name is Alice Brown and I am a senior software engineer.")
    await alice.is_asked()
    before = alice.said()
    stack.cut_livekit()
    await alice.page.get_by_role("button", name="Continue in text mode").first.click(timeout=PATIENCE_MS)
    question = await alice.is_asked_in_writing()
    await pages.axe(alice.page, "writing-from-voice")
    await alice.write(alice.answer_to(question) or "I build payment systems.")
    await alice.is_asked_in_writing()
    assert alice.said() == [*before, alice.answers[-1]]


async def test_the_front_door_is_killed_while_an_answer_is_sent(pages: Pages, stack: WebStack) -> None:
    pages.allow(*AWAY)
    alice = Candidate(await pages.new(), stack, stack.invite("drill"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    question = await alice.is_asked_in_writing()
    stack.kill_tokens()
    try:
        await alice.write(alice.answer_to(question) or "")
        await expect(alice.page.get_by_text("your answer is kept")).to_be_visible(timeout=PATIENCE_MS)
        await pages.axe(alice.page, "writing-offline")
    finally:
        stack.start_tokens()
    await alice.is_asked_in_writing()
    assert alice.said() == alice.answers


async def test_a_reload_by_voice_comes_back_to_the_question(alice: Candidate) -> None:
    before = alice.stack.session(alice.invited.id)["progress"]["stage"]
    await alice.page.reload()
    await expect(alice.log).to_contain_text("introduce yourself", timeout=PATIENCE_MS)
    await alice.is_asked(again=True)
    assert alice.stack.session(alice.invited.id)["progress"]["stage"] == before
    await alice.page.get_by_role("region", name="Interviewer").click()
    await alice.say("My name is Alice Brown and I am a senior software engineer.")
    await alice.is_asked()
    assert "senior software engineer" in " ".join(alice.said())


async def test_a_reload_in_writing_comes_back_to_the_draft(pages: Pages, stack: WebStack) -> None:
    alice = Candidate(await pages.new(), stack, stack.invite("drill"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    question = await alice.is_asked_in_writing()
    await expect(alice.box).to_be_focused()
    await alice.page.keyboard.insert_text("I am proud of")
    await alice.page.reload()
    await expect(alice.box).to_have_value("I am proud of", timeout=PATIENCE_MS)
    await expect(alice.log).to_contain_text(question[-20:])
    await alice.page.keyboard.press("End")
    await alice.write(" my work.")
    await alice.is_asked_in_writing()
    assert alice.said() == ["I am proud of my work."]


async def test_by_voice_then_in_writing_then_by_voice(alice: Candidate, pages: Pages) -> None:
    page = alice.page
    await page.get_by_role("button", name="Text mode").click()
    question = await alice.is_asked_in_writing()
    assert "introduce yourself" in question
    await alice.write("My name is Alice Brown and I am a senior software engineer.")
    await alice.is_asked_in_writing()
    assert alice.said() == alice.answers
    await page.get_by_role("button", name="Speak instead").click()
    await alice.is_asked(again=True)
    await alice.say("My background is ten years of building payment systems.")
    await alice.is_asked()
    assert alice.said()[0] == alice.answers[0]
    assert "ten years" in " ".join(alice.said()[1:])


async def test_two_tabs_of_one_candidate(alice: Candidate, pages: Pages, stack: WebStack) -> None:
    second = Candidate(await pages.new(), stack, alice.invited)
    await second.page.goto(alice.invited.url)
    await pages.axe(second.page, "lobby-again")
    await second.page.get_by_role("button", name="Go on by voice").click()
    elsewhere = "The interview is open elsewhere"
    await expect(alice.page.get_by_role("heading", name=elsewhere)).to_be_visible(timeout=PATIENCE_MS)
    await pages.axe(alice.page, "voice-elsewhere")
    await second.is_asked(again=True)
    await alice.page.get_by_role("button", name="Go on here").click()
    await expect(second.page.get_by_role("heading", name=elsewhere)).to_be_visible(timeout=PATIENCE_MS)
    await alice.is_asked()
    await alice.say("My name is Alice Brown and I am a senior software engineer.")
    await alice.is_asked()
    assert "senior software engineer" in " ".join(alice.said())


async def test_a_refused_microphone_leads_to_writing(refused_pages: Pages, stack: WebStack) -> None:
    alice = Candidate(await refused_pages.new(), stack, stack.invite("drill"))
    await alice.open()
    await alice.page.get_by_role("button", name="Check microphone").click()
    way_out = alice.page.get_by_role("button", name="Continue in text mode")
    await expect(way_out).to_be_visible()
    await refused_pages.axe(alice.page, "lobby-refused")
    await alice.agree.check(force=True)
    await way_out.click()
    question = await alice.is_asked_in_writing()
    await alice.write(alice.answer_to(question) or "")
    await alice.is_asked_in_writing()
    assert alice.said() == alice.answers
