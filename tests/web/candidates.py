"""Candidates who hold an interview on the page, by voice or by keyboard."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from candidate.adapters.personas import load_persona
from candidate.domain.answers import Memory, choose
from fixtures.browser import speak, until
from fixtures.web_stack import Invited, WebStack
from playwright.async_api import Locator, Page, expect

ALICE = load_persona("alice")
PATIENCE_S = 30.0
"""For the interviewer, who speaks no faster than people do."""
PATIENCE_MS = PATIENCE_S * 1000
LOOK_S = 0.2
RESUMED = re.compile("Welcome back|lost the connection")
TABS = 60


class Candidate:
    """Alice on a page, who answers what the interviewer has said."""

    def __init__(self, page: Page, stack: WebStack, invited: Invited) -> None:
        self.page = page
        self.stack = stack
        self.invited = invited
        self.answers: list[str] = []
        self._memory = Memory()
        self._answered = 0
        self._turn: str | None = None

    async def open(self) -> None:
        """Open the link: the lobby."""
        await self.page.goto(self.invited.url)
        await expect(self.agree).to_be_visible()

    @property
    def agree(self) -> Locator:
        """The consent."""
        return self.page.get_by_role("checkbox", name="I agree")

    @property
    def listening(self) -> Locator:
        """The interviewer, waiting for an answer."""
        return self.page.get_by_role("region", name="Interviewer").get_by_text("Listening", exact=True)

    @property
    def box(self) -> Locator:
        """Where an answer is written."""
        return self.page.get_by_role("textbox", name="Your answer")

    @property
    def log(self) -> Locator:
        """What was said, of both sides."""
        return self.page.get_by_role("log", name=re.compile("Conversation|What was said"))

    async def go_in(self, way: str = "Start the interview") -> None:
        """Agree, and enter the room, or begin in writing."""
        await self.agree.check(force=True)
        await self.page.get_by_role("button", name=way).click()

    async def is_asked(self, *, again: bool = False) -> str:
        """Wait until the interviewer has asked and listens.

        Args:
            again: wait until it has said that the interview goes on, too.

        Returns:
            All it said since the last answer; nothing, if the interview is over.
        """
        for _ in range(int(PATIENCE_S / LOOK_S)):
            session = self.stack.session(self.invited.id)
            if session["status"] == "ended":
                return ""
            turns: list[dict[str, Any]] = session["transcript"]
            mine = [n for n, turn in enumerate(turns) if turn["speaker"] == "candidate"]
            words = " ".join(turn["text"] for turn in (turns[mine[-1] + 1 :] if mine else turns))
            is_whole = bool(RESUMED.search(words)) if again else bool(words)
            if is_whole and len(mine) >= self._answered and await self.listening.is_visible():
                return words
            await asyncio.sleep(LOOK_S)
        raise TimeoutError(f"the interviewer did not ask within {PATIENCE_S} s")

    def answer_to(self, question: str) -> str | None:
        """What Alice says; None: nothing more."""
        self._memory, choice = choose(ALICE, self._memory, question)
        return choice.text if choice else None

    async def say(self, text: str) -> None:
        """Speak into the page's microphone."""
        self.answers.append(text)
        self._answered += 1
        await speak(self.page, text)

    async def answer_aloud(self) -> str:
        """Wait for a question and answer it by voice; the question, or nothing if the interview is over."""
        question = await self.is_asked()
        if question and (answer := self.answer_to(question)):
            await self.say(answer)
        return question

    async def is_asked_in_writing(self) -> str:
        """Wait until another turn can be answered; the question."""
        session: dict[str, Any] = {}

        def has_turn() -> bool:
            session.update(self.stack.session(self.invited.id))
            return bool(session["turn_id"] and session["turn_id"] != self._turn)

        await until(has_turn, "it was the candidate's turn", PATIENCE_S)
        self._turn = session["turn_id"]
        return str(session["question"])

    async def write(self, text: str) -> None:
        """Type an answer where the focus is, and send it by Enter."""
        await expect(self.box).to_be_focused(timeout=PATIENCE_MS)
        self.answers.append(text)
        self._answered += 1
        await self.page.keyboard.insert_text(text)
        # The page hears of a turn by its events, a moment after the front door.
        await expect(self.page.get_by_role("button", name="Send", exact=True)).to_be_enabled(
            timeout=PATIENCE_MS
        )
        await self.page.keyboard.press("Enter")

    def said(self) -> list[str]:
        """What was understood of the candidate."""
        turns = self.stack.session(self.invited.id)["transcript"]
        return [turn["text"] for turn in turns if turn["speaker"] == "candidate"]


async def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus. Raises AssertionError if it never has."""
    for _ in range(TABS):
        if await target.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached by keyboard")


async def hold_aloud(candidate: Candidate) -> None:
    """Answer everything by voice until the interview is over."""
    while await candidate.answer_aloud():
        pass
