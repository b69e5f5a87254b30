"""Who comes without a link: a form where the front door stands open, a kind word where it does not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fixtures.browser import PHONE, Pages
from fixtures.web_stack import WebStack
from playwright.async_api import Page, expect

pytestmark = pytest.mark.slow_web


async def test_an_interview_is_set_up(pages: Pages, stack: WebStack) -> None:
    page = await pages.new(viewport=PHONE)
    await page.goto(stack.url)
    await expect(page.get_by_role("heading", name="Set up an interview")).to_be_focused()
    await page.get_by_role("button", name="Interview", exact=False).first.click()
    await page.get_by_role("option", name="Interview questions").first.click()
    await page.get_by_role("textbox", name="Your name").fill("Ada Lovelace")
    await page.get_by_role("textbox", name="Job title").fill("Data engineer")
    await page.get_by_role("button", name="Number of questions").click()
    await page.get_by_role("option", name="2", exact=True).click()
    await pages.axe(page, "set-up")
    await page.get_by_role("button", name="Continue").click()

    await expect(page.get_by_role("heading", name="Interview questions")).to_be_focused()
    await expect(page.get_by_text("Data engineer")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Your name")).to_have_value("Ada Lovelace")
    newest = stack.http.get("/interviews", params={"limit": 1}).json()["items"][0]
    assert (newest["candidate_name"], newest["job_title"]) == ("Ada Lovelace", "Data engineer")


async def test_what_the_front_door_refuses_is_shown_by_its_field(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    await page.goto(stack.url)
    name = page.get_by_role("textbox", name="Your name")
    await name.evaluate("field => field.removeAttribute('maxlength')")
    await name.fill("x" * 65)
    pages.allow("status of 422")
    await page.get_by_role("button", name="Continue").click()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_text("64 characters")).to_be_visible()


async def test_a_room_is_joined_by_hand(page: Page, stack: WebStack) -> None:
    await page.goto(stack.url)
    await page.get_by_text("Join a LiveKit room by hand").click()
    await page.get_by_role("button", name="Join the room").click()
    await expect(page.get_by_text("begins with wss://")).to_be_visible()
    await page.get_by_role("textbox", name="LiveKit URL").fill(stack.livekit_url)
    await page.get_by_role("textbox", name="Token").fill(_token(stack, "by-hand"))
    await page.get_by_role("button", name="Join the room").click()
    await expect(page.get_by_role("button", name="Leave")).to_be_visible()


async def test_a_locked_door_asks_for_a_link(pages: Pages, stack: WebStack) -> None:
    with stack.locked_door() as (url, _):
        pages.allow(f"a stranger was asked: {re.escape(url)}", "status of 401")
        page = await pages.new()
        await page.goto(url)
        await expect(page.get_by_role("heading", name="Welcome to Viva")).to_be_focused()
        await expect(page.get_by_role("link", name="recruiters’ page")).to_be_visible()
        await pages.axe(page, "no-link")
        await page.goto(f"{url}/?invite=not.an.invite")
        await expect(page.get_by_role("heading", name="This link does not open")).to_be_focused()
        await expect(page.get_by_text("This invite is not valid")).to_be_visible()
        await pages.axe(page, "refused")


def _token(stack: WebStack, room: str) -> str:
    viva = Path(sys.executable).with_name("viva")
    command = [str(viva), "token", "--identity", "ada", "--room", room]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()
