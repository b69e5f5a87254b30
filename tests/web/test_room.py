"""What a candidate does in the room beside talking, and what may go wrong there."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import pytest_asyncio
from fixtures.browser import PHONE, Pages, until
from fixtures.web_stack import WebStack
from playwright.async_api import Page, expect

from web.candidates import PATIENCE_MS, Candidate

pytestmark = [pytest.mark.slow_web, pytest.mark.timeout(120)]

REFUSE = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
UNPLUG = """
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  const list = devices.enumerateDevices.bind(devices);
  const tracks = [];
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
  viva.unplug = async (label) => {
    const { deviceId } = (await list()).find((device) => device.label === label);
    devices.enumerateDevices = async () => (await list()).filter((device) => device.deviceId !== deviceId);
    devices.dispatchEvent(new Event('devicechange'));
    for (const track of tracks.filter((each) => each.getSettings().deviceId === deviceId)) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  };
"""
"""Chromium's fake devices are never unplugged."""


@pytest_asyncio.fixture(loop_scope="session")
async def alice(pages: Pages, stack: WebStack) -> Candidate:
    """In the room, with the interviewer in it."""
    return await in_room(await pages.new(), stack)


async def in_room(page: Page, stack: WebStack) -> Candidate:
    alice = Candidate(page, stack, stack.invite("screening"))
    await alice.open()
    await alice.go_in()
    await expect(page.get_by_role("region", name="Interviewer")).to_contain_text(
        "Speaking", timeout=PATIENCE_MS
    )
    return alice


@pytest.fixture
def bot_is_back(stack: WebStack) -> Iterator[None]:
    """Whatever the test did to it."""
    yield
    bot = stack.processes["media_bot"]
    bot.signal(signal.SIGCONT)
    if not bot.is_running():
        start_bot(stack)


def start_bot(stack: WebStack) -> None:
    """Another one, as a supervisor would send."""
    stack.processes["media_bot"].start()
    stack._wait_ready("media_bot")


async def test_keys_do_what_the_controls_do(alice: Candidate, pages: Pages) -> None:
    page = alice.page
    microphone = page.get_by_role("button", name="Microphone")
    await expect(microphone).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("m")
    await expect(microphone).to_have_attribute("aria-pressed", "false")
    await expect(page.get_by_role("region", name="You", exact=True)).to_contain_text("muted")
    await page.keyboard.press("v")
    await expect(page.locator("section[aria-label=You] video")).to_be_visible()
    await page.get_by_role("textbox", name="Write to the interviewer").press_sequentially("mvl?")
    await expect(microphone).to_have_attribute("aria-pressed", "false")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await microphone.focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await pages.axe(page, "voice-keys")
    await page.get_by_role("switch", name="Use these keys").press("Space")
    await page.keyboard.press("Escape")
    await page.keyboard.press("m")
    await expect(microphone).to_have_attribute("aria-pressed", "false")


async def test_leaving_asks_once_and_the_way_back_is_open(alice: Candidate, pages: Pages) -> None:
    page = alice.page
    await page.keyboard.press("l")
    dialog = page.get_by_role("alertdialog", name="Leave the interview?")
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    await pages.axe(page, "voice-leaving")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("toolbar", name="Controls")).to_be_visible()
    await page.get_by_role("button", name="Leave").click()
    await dialog.get_by_role("button", name="Leave").click()
    await page.get_by_role("button", name="Go on by voice").click()
    await expect(alice.log).to_contain_text("Welcome back", timeout=PATIENCE_MS)


async def test_a_microphone_refused_in_the_room(pages: Pages, stack: WebStack) -> None:
    page = await pages.new(microphone=False)
    alice = await in_room(page, stack)
    await page.context.add_init_script(REFUSE)
    await page.reload()
    await expect(page.get_by_text("This page may not use the microphone")).to_be_visible(timeout=PATIENCE_MS)
    await pages.axe(page, "voice-no-microphone")
    await page.get_by_role("button", name="Continue in text mode").click()
    assert "introduce yourself" in await alice.is_asked_in_writing()


@pytest.mark.usefixtures("bot_is_back")
async def test_what_is_typed_while_the_interviewer_is_away_is_read(
    alice: Candidate, pages: Pages, stack: WebStack
) -> None:
    page = alice.page
    await expect(alice.listening).to_be_visible(timeout=PATIENCE_MS)
    bot = stack.processes["media_bot"]
    bot.signal(signal.SIGKILL)
    bot.wait(5)
    await page.get_by_role("textbox", name="Write to the interviewer").fill("I am Alice Brown.")
    await page.keyboard.press("Enter")
    await expect(alice.log).to_contain_text("I am Alice Brown.")
    start_bot(stack)
    await until(lambda: "I am Alice Brown." in alice.said(), "it was read", 60)
    assert alice.said().count("I am Alice Brown.") == 1


async def test_a_room_that_is_closed_over_the_candidate_opens_again(
    alice: Candidate, stack: WebStack
) -> None:
    page = alice.page
    await expect(alice.listening).to_be_visible(timeout=PATIENCE_MS)
    stack.http.delete(f"/rooms/interview-{alice.invited.id}").raise_for_status()
    await expect(page.get_by_text("The room was closed")).to_be_visible()
    await expect(alice.log).to_contain_text("Welcome back", timeout=PATIENCE_MS)


async def test_an_interview_ended_by_a_recruiter(alice: Candidate, stack: WebStack) -> None:
    stack.http.post(f"/interviews/{alice.invited.id}/end").raise_for_status()
    await expect(alice.page.get_by_role("toolbar", name="Controls")).to_be_hidden(timeout=PATIENCE_MS)
    await expect(alice.page.get_by_role("heading", level=1)).to_be_focused()


async def test_the_screen_is_shown_and_no_more(alice: Candidate, pages: Pages) -> None:
    page = alice.page
    share = page.get_by_role("button", name="Share screen")
    await share.click()
    screen = page.get_by_role("region", name="Your screen")
    await expect(screen.locator("video")).to_be_visible()
    await pages.axe(page, "voice-screen")
    await share.click()
    await expect(screen).to_be_hidden()


async def test_a_reader_who_goes_up_stays_there(pages: Pages, stack: WebStack) -> None:
    page = await pages.new(viewport=PHONE)
    alice = await in_room(page, stack)
    await page.get_by_role("button", name="Transcript").click()
    box = page.get_by_role("textbox", name="Write to the interviewer")
    for number in range(3):
        await box.fill(f"Line {number}. " + "I build payment systems. " * 20)
        await page.keyboard.press("Enter")
    await expect(alice.log.get_by_text("Line 2.")).to_be_in_viewport()
    await alice.log.evaluate("log => log.scrollTo({ top: 0 })")
    latest = page.get_by_role("button", name="Latest")
    await expect(latest).to_be_visible()
    await box.fill("One more line.")
    await page.keyboard.press("Enter")
    await expect(alice.log.get_by_text("One more line.")).not_to_be_in_viewport()
    await latest.click()
    await expect(latest).to_be_hidden()
    await expect(alice.log.get_by_text("One more line.")).to_be_in_viewport()


async def test_a_silent_microphone_is_noticed_and_another_one_chosen(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    await page.add_init_script(UNPLUG)
    alice = Candidate(page, stack, stack.invite("brisk"))
    await alice.open()
    await alice.go_in()
    silent = page.get_by_text("We hear nothing from your microphone")
    await expect(silent).to_be_visible(timeout=PATIENCE_MS)
    await pages.axe(page, "voice-silent")
    await page.get_by_role("status").get_by_role("button", name="Devices").click()
    dialog = page.get_by_role("dialog", name="Devices")
    microphone = dialog.get_by_role("button", name="Microphone")
    await microphone.click()
    await page.get_by_role("option", name="Fake Audio Input 2").click()
    await expect(microphone).to_contain_text("Fake Audio Input 2")
    await expect(dialog.get_by_role("button", name="Speaker")).to_be_visible()
    await pages.axe(page, "voice-devices")
    await dialog.get_by_role("button", name="Close").click()
    await alice.say("My name is Alice Brown.")
    await expect(alice.log).to_contain_text("alice", ignore_case=True, timeout=PATIENCE_MS)
    await expect(silent).to_be_hidden()

    await page.reload()
    await expect(alice.listening).to_be_visible(timeout=PATIENCE_MS)
    await page.keyboard.press("d")
    await expect(microphone).to_contain_text("Fake Audio Input 2")
    await page.keyboard.press("Escape")
    await page.evaluate("viva.unplug('Fake Audio Input 2')")
    await expect(page.get_by_text("Your microphone has changed: “Fake Default")).to_be_visible()
    await expect(page.get_by_role("button", name="Microphone")).to_have_attribute("aria-pressed", "true")
