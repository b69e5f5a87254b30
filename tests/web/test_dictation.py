"""Answers that are spoken in an interview in writing: read, and corrected, before they are sent."""

from __future__ import annotations

import asyncio

import pytest
from fixtures.browser import Pages, announced, speak
from fixtures.web_stack import WebStack
from playwright.async_api import expect

from web.candidates import PATIENCE_MS, Candidate

pytestmark = pytest.mark.slow_web


async def test_dictated_words_are_read_before_they_are_sent(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    alice = Candidate(page, stack, stack.invite("drill"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    await alice.is_asked_in_writing()
    await alice.box.fill("Well,")
    await page.get_by_role("button", name="Dictate").press("Enter")
    stop = page.get_by_role("button", name="Stop")
    await expect(stop).to_be_focused()
    await pages.axe(page, "dictating")
    await speak(page, "I am a senior software engineer.")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Please read what was understood")).to_be_visible(timeout=PATIENCE_MS)
    await expect(alice.box).to_be_focused()
    words = await alice.box.input_value()
    assert words.startswith("Well, ")
    assert {"senior", "software", "engineer"} & set(words.strip(".").split())
    assert alice.said() == []
    await page.keyboard.insert_text(" I am sure.")
    await page.get_by_role("button", name="Send").press("Enter")
    await alice.is_asked_in_writing()
    assert alice.said() == [f"{words} I am sure."]
    read_out = " ".join(await announced(page))
    assert "Recording." in read_out
    assert "Your words are in the answer." in read_out


async def test_escape_throws_a_dictation_away(pages: Pages, stack: WebStack) -> None:
    page = await pages.new()
    alice = Candidate(page, stack, stack.invite("drill"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    await alice.is_asked_in_writing()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.get_by_role("button", name="Dictate").click()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    saying = asyncio.create_task(speak(page, "This is not what I mean."))
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Dictate")).to_be_visible()
    await saying
    await expect(alice.box).to_have_value("")
    assert not [url for url in asked if url.endswith("/dictation")]


async def test_without_a_microphone_an_answer_is_typed(refused_pages: Pages, stack: WebStack) -> None:
    page = await refused_pages.new(microphone=False)
    alice = Candidate(page, stack, stack.invite("drill"))
    await alice.open()
    await alice.go_in("Answer in writing instead")
    await alice.is_asked_in_writing()
    await page.get_by_role("button", name="Dictate").click()
    refusal = page.get_by_text("Your browser does not let this page use the microphone.")
    await expect(refusal).to_be_visible()
    await refused_pages.axe(page, "dictation-refused")
    await alice.box.focus()
    await page.keyboard.insert_text("I would rather ")
    await expect(refusal).to_be_hidden()
    await alice.write("type.")
    await alice.is_asked_in_writing()
    assert alice.said() == ["I would rather type."]
