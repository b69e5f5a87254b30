"""Before an interview: consent, and whether microphone, speaker and camera work."""

from __future__ import annotations

import re

import pytest
from fixtures.browser import PHONE, Pages, speak
from fixtures.web_stack import WebStack
from playwright.async_api import Page, expect

slow = pytest.mark.slow_web

REMEMBER_TRACKS = """
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  window.tracks = [];
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
"""
FAIL_WITH = """
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  window.failure = %r;
  devices.getUserMedia = (constraints) =>
    window.failure ? Promise.reject(new DOMException('', window.failure)) : open(constraints);
"""


async def test_nothing_begins_without_consent(page: Page, pages: Pages, stack: WebStack) -> None:
    invited = stack.invite("drill")
    await page.goto(invited.url)
    agree = page.get_by_role("checkbox", name="I agree")
    for way in ("Start the interview", "Answer in writing instead"):
        await page.get_by_role("button", name=way).click()
        await expect(page.get_by_text("Please agree first")).to_be_visible()
        await expect(agree).to_be_focused()
    await pages.axe(page, "lobby-without-consent")
    assert stack.session(invited.id)["consent"]["given_at"] is None

    await page.keyboard.press("Space")
    await expect(page.get_by_text("Please agree first")).to_be_hidden()
    await page.get_by_role("button", name="Answer in writing instead").click()
    await expect(page.get_by_role("textbox", name="Your answer")).to_be_visible()
    assert stack.session(invited.id)["consent"]["given_at"] is not None


@slow
async def test_devices_are_tried_out_and_given_back(pages: Pages, stack: WebStack) -> None:
    page = await pages.new(viewport=PHONE)
    await page.add_init_script(REMEMBER_TRACKS)
    await page.goto(stack.invite("drill").url)
    await page.get_by_role("button", name="Check microphone").click()
    await expect(page.get_by_text("Say a few words")).to_be_visible()
    await speak(page, "Can you hear me? I am speaking to you now.")
    await expect(page.get_by_text("We can hear you.")).to_be_visible()
    await page.get_by_role("button", name="Play a sound").click()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("you will hear the interviewer")).to_be_visible()
    await page.get_by_text("Use my camera").click()
    await expect(page.get_by_label("Your own picture")).to_have_js_property("videoWidth", 640)
    await pages.axe(page, "lobby-devices")

    await page.get_by_role("checkbox", name="I agree").check(force=True)
    await page.get_by_role("button", name="Answer in writing instead").click()
    await expect(page.get_by_role("textbox", name="Your answer")).to_be_visible()
    assert await page.evaluate("tracks.map((track) => track.readyState)") == ["ended", "ended"]


@slow
async def test_a_silent_microphone_is_told(page: Page, stack: WebStack) -> None:
    await page.goto(stack.invite("drill").url)
    await page.get_by_role("button", name="Check microphone").click()
    await expect(page.get_by_text("We hear nothing")).to_be_visible(timeout=15_000)


@slow
async def test_a_refused_microphone_is_explained(refused_pages: Pages, stack: WebStack) -> None:
    page = await refused_pages.new()
    await page.goto(stack.invite("drill").url)
    await page.get_by_role("checkbox", name="I agree").check(force=True)
    await page.get_by_role("button", name="Start the interview").click()
    told = page.get_by_role("group", name="Microphone check")
    await expect(told).to_be_focused()
    await expect(told.get_by_text("does not let this page use the microphone")).to_be_visible()
    await expect(told.get_by_role("listitem")).to_have_count(3)  # for this browser
    await told.get_by_role("button", name="Continue in text mode").click()
    await expect(page.get_by_role("textbox", name="Your answer")).to_be_visible()


@slow
@pytest.mark.parametrize(
    ("failure", "words"),
    [("NotFoundError", "We found no microphone"), ("NotReadableError", "Another program is using")],
)
async def test_each_failure_has_its_own_words(page: Page, stack: WebStack, failure: str, words: str) -> None:
    await page.add_init_script(FAIL_WITH % failure)
    await page.goto(stack.invite("drill").url)
    await page.get_by_role("button", name="Check microphone").click()
    await expect(page.get_by_text(words)).to_be_visible()
    await page.evaluate("window.failure = ''")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("button", name=re.compile("Microphone$"))).to_be_visible()


@slow
async def test_a_microphone_that_is_plugged_in_is_used(page: Page, stack: WebStack) -> None:
    await page.add_init_script(FAIL_WITH % "NotFoundError")
    await page.goto(stack.invite("drill").url)
    await page.get_by_role("button", name="Check microphone").click()
    await expect(page.get_by_text("We found no microphone")).to_be_visible()
    await page.evaluate(
        "window.failure = ''; navigator.mediaDevices.dispatchEvent(new Event('devicechange'))"
    )
    await expect(page.get_by_text("Say a few words")).to_be_visible()


@slow
async def test_without_https_there_is_writing(page: Page, stack: WebStack) -> None:
    await page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'mediaDevices', { get: () => undefined })"
    )
    await page.goto(stack.invite("drill").url)
    await page.get_by_role("button", name="Check microphone").click()
    await expect(page.get_by_text("its address begins with https")).to_be_visible()
    await expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    await expect(page.get_by_role("button", name="Continue in text mode")).to_be_visible()


@slow
async def test_who_comes_back_sees_where_they_were(pages: Pages, stack: WebStack) -> None:
    invited = stack.invite("drill")
    begun = stack.http.post("/interview/start", json={"session_id": invited.id, "consent": True}).json()
    page = await pages.new()
    await page.goto(invited.url)
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_focused()
    await expect(page.get_by_text("Question 1 of 2").first).to_be_visible()
    await expect(page.get_by_text(begun["question"])).to_be_visible()
    await pages.axe(page, "welcome-back")
    await page.get_by_role("button", name="Go on in writing").click()
    await expect(page.get_by_role("textbox", name="Your answer")).to_be_visible()


@slow
async def test_a_page_without_its_server_says_so_and_goes_on(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    pages.allow("net::ERR_FAILED")
    await page.route("**/interview/invite", lambda route: route.abort())
    await page.goto(stack.invite("drill").url)
    await expect(page.get_by_text("We keep trying")).to_be_visible()
    await pages.axe(page, "opening")
    await page.unroute("**/interview/invite")
    await expect(page.get_by_role("button", name="Start the interview")).to_be_visible()


@slow
async def test_an_interview_that_ends_meanwhile_is_over(pages: Pages, stack: WebStack) -> None:
    invited = stack.invite("drill")
    page = await pages.new()
    await page.goto(invited.url)
    await page.get_by_role("checkbox", name="I agree").check(force=True)
    stack.http.post("/interview/finish", json={"session_id": invited.id}).raise_for_status()
    pages.allow("status of 409")
    await page.get_by_role("button", name="Answer in writing instead").click()
    await expect(page.get_by_role("heading", name="This interview is closed")).to_be_focused()
    await pages.axe(page, "closed")
