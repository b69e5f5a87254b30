"""Interviews by voice: a real room, a real interviewer, and a microphone into which Alice speaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from candidate.adapters.flite import Flite, write_wav
from candidate.domain.hearing import SAMPLE_RATE
from fixtures.browser import GRANTED, PHONE, Pages, announced, chromium, speech_file, until
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
    assert details["facts"]["name"] in " ".join(alice.said())
    assert len(alice.said()) >= len(alice.answers) - 1


@pytest.mark.slow_web
async def test_the_browsers_own_microphone_is_heard(stack: WebStack, tmp_path: Path) -> None:
    spoken = await Flite().speech("My name is Alice Brown and I am a senior software engineer.")
    wav = tmp_path / "alice.wav"
    write_wav(
        wav, np.concatenate([np.zeros(SAMPLE_RATE, np.int16), spoken, np.zeros(9 * SAMPLE_RATE, np.int16)])
    )
    async with chromium(*speech_file(GRANTED, wav)) as browser:
        pages = Pages(browser, stack.origins)
        alice = Candidate(await pages.new(microphone=False), stack, stack.invite("brisk"))
        await alice.open()
        await alice.go_in()
        await until(lambda: "software engineer" in " ".join(alice.said()), "Alice was heard", 45)
        await pages.close()
        assert pages.faults == []


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
