"""After an interview: what happens next, and the report where candidates may see it."""

from __future__ import annotations

import signal

import pytest
from fixtures.browser import PHONE, Pages, until
from fixtures.web_stack import Invited, WebStack
from playwright.async_api import Page, expect

pytestmark = pytest.mark.slow_web

ANSWERS = (
    "Last year our payment system stopped every Monday. I found two programs that waited for each other, and "
    "since I changed their order it has not stopped once.",
    "I rebuilt the billing of a shop, and its errors fell by half in three months.",
)


async def test_the_report_is_shown_with_its_evidence(pages: Pages, stack: WebStack) -> None:
    invited = stack.invite("drill")
    answer_in_writing(stack, invited, *ANSWERS)
    page = await pages.new(viewport=PHONE)
    await page.goto(invited.url)
    await expect(page.get_by_role("heading", name="Thank you")).to_be_focused()
    await expect(page.get_by_text("A person reads the report and decides")).to_be_visible()
    await expect(page.get_by_role("heading", name="Overall")).to_be_visible()
    scores = stack.details(invited.id)["scores"]
    assert len(scores) == len(ANSWERS)
    for score in scores:
        card = page.get_by_role("listitem").filter(has_text=score["question"])
        await expect(card.get_by_text(f"{score['score']} of 100")).to_be_visible()
        await expect(card.get_by_text(score["feedback"])).to_be_visible()
        for evidence in score["evidence"]:
            await expect(card.locator("blockquote", has_text=evidence["quote"])).to_be_visible()
    whole = page.get_by_role("list").filter(has_text="Interviewer")
    await expect(whole).to_be_hidden()
    await page.get_by_text("What was said", exact=True).click()
    await expect(whole.get_by_text(ANSWERS[1])).to_be_visible()
    await pages.axe(page, "report")


async def test_a_report_comes_when_it_is_written(page: Page, stack: WebStack) -> None:
    invited = stack.invite("drill")
    answer_in_writing(stack, invited, ANSWERS[0])
    jobs = stack.processes["brain-jobs"]
    jobs.signal(signal.SIGSTOP)
    try:
        stack.http.post(f"/interviews/{invited.id}/end").raise_for_status()
        await until(lambda: stack.session(invited.id)["status"] == "ended", "the interview ended")
        await page.goto(invited.url)
        await expect(page.get_by_text("Your report is being written")).to_be_visible()
    finally:
        jobs.signal(signal.SIGCONT)
    await expect(page.get_by_role("heading", name="Your report")).to_be_visible()


async def test_scores_stay_with_who_invited(pages: Pages, stack: WebStack) -> None:
    invited = stack.invite("screening")
    answer_in_writing(stack, invited, "My name is Ada, and I build payment systems.")
    stack.http.post("/interview/finish", json={"session_id": invited.id}).raise_for_status()
    page = await pages.new()
    await page.goto(invited.url)
    await expect(page.get_by_role("heading", name="Thank you")).to_be_focused()
    await expect(page.get_by_text("You will hear from the team by email")).to_be_visible()
    await expect(page.get_by_role("heading", name="Your report")).to_be_hidden()
    await pages.axe(page, "afterwards")


def answer_in_writing(stack: WebStack, invited: Invited, *answers: str) -> None:
    """By REST, in the candidate's place."""
    turn = {"session_id": invited.id}
    asked = stack.http.post("/interview/start", json=turn | {"consent": True})
    for answer in answers:
        asked.raise_for_status()
        body = turn | {"turn_id": asked.json()["turn_id"], "answer": answer}
        asked = stack.http.post("/interview/answer", json=body)
    asked.raise_for_status()
