"""What recruiters do on their pages: sign in, invite, read, watch, erase."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fixtures.browser import PHONE, Pages, announced
from fixtures.issuer import AUDIENCE, CLIENT_ID, local_issuer
from fixtures.stack import QUESTIONS
from fixtures.web_stack import WebStack
from playwright.async_api import Page, expect

from web.candidates import PATIENCE_MS, Candidate

pytestmark = pytest.mark.timeout(240)

ANSWERS = (
    "In my second year I rebuilt the billing of a shop, and its errors fell by half in three months.",
    "I found the leak by halving the program until it was gone, which took two days.",
)


def hold_in_writing(stack: WebStack, session_id: str, answers: tuple[str, ...] = ANSWERS) -> None:
    """Answer the questions by REST."""
    said = stack.http.post("/interview/start", json={"session_id": session_id, "consent": True}).json()
    for text in answers:
        body = {"session_id": session_id, "turn_id": said["turn_id"], "answer": text}
        said = stack.http.post("/interview/answer", json=body).raise_for_status().json()


async def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.slow_web
async def test_from_a_new_interview_to_its_report(pages: Pages, stack: WebStack, tmp_path: Path) -> None:
    page = await pages.new(permissions=["clipboard-read", "clipboard-write"])
    await page.goto(f"{stack.url}/recruiter/new")
    await page.get_by_role("button", name="Scenario").click()
    await page.get_by_role("option", name="Interview questions").first.click()
    await page.get_by_label("Candidate’s name").fill("Ada Lovelace")
    await page.get_by_text("Ask my own questions").click()
    await page.get_by_role("button", name="Create the interview").click()
    await expect(page.get_by_text("Write at least one question")).to_be_visible()
    await page.get_by_label("Questions", exact=True).fill("\n".join(QUESTIONS))
    await pages.axe(page, "recruiter-new")
    await page.get_by_role("button", name="Create the interview").click()
    await expect(page.get_by_role("heading", name="The interview is ready")).to_be_focused()
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = await page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{stack.url}/?invite=")
    await pages.axe(page, "recruiter-invited")

    await page.get_by_role("link", name="Go to the interview").click()
    await expect(page.get_by_text("Nobody has begun this interview yet")).to_be_visible()
    session_id = page.url.rpartition("/")[2]
    hold_in_writing(stack, session_id)
    await expect(page.get_by_text("A person reads this and decides")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_role("table", name="Scores by question").get_by_role("row")).to_have_count(3)
    await pages.axe(page, "recruiter-report")

    evidence = page.get_by_role("list", name="Evidence").get_by_role("link").first
    quote = (await evidence.locator("q").inner_text()).strip('“”" ')
    await evidence.focus()
    await page.keyboard.press("Enter")
    turn = page.locator(":focus")
    await expect(turn).to_contain_text(quote)
    await expect(turn).to_be_in_viewport()
    await expect(turn.locator("mark")).not_to_have_count(0)

    for kind, beginning in (("PDF", b"%PDF"), ("Markdown", b"# "), ("JSON", b"{")):
        await page.get_by_role("button", name="Export").click()
        async with page.expect_download() as download:
            await page.get_by_role("menuitem", name=kind).click()
        file = tmp_path / (await download.value).suggested_filename
        await (await download.value).save_as(file)
        assert file.read_bytes().startswith(beginning), kind

    await page.get_by_role("button", name="Score again").click()
    await page.get_by_text("Earlier scores").click(timeout=PATIENCE_MS)
    await expect(page.get_by_role("table").last.get_by_role("row")).to_have_count(2)


@pytest.mark.slow_web
async def test_the_list_is_searched_and_what_is_deleted_is_gone(pages: Pages, stack: WebStack) -> None:
    kept, doomed = (stack.invite("drill", candidate_name=f"Grace {name}") for name in ("Kept", "Doomed"))
    page = await pages.new(viewport=PHONE)
    await page.goto(f"{stack.url}/recruiter")
    await page.get_by_label("Search").fill("grace")
    await expect(page).to_have_url(re.compile("search=grace"))
    found = page.get_by_role("table").get_by_role("link", name="Grace")
    await expect(found).to_have_count(2)
    await page.reload()
    await expect(found).to_have_count(2)
    assert await fits(page)
    await pages.axe(page, "recruiter-list")

    await found.filter(has_text="Doomed").click()
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert await fits(page)
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Delete").click()
    await pages.axe(page, "recruiter-delete")
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="Interviews", exact=True)).to_be_visible()
    await page.get_by_label("Search").fill("grace")
    await expect(found).to_have_text(["Grace Kept"])
    assert stack.http.get(f"/interviews/{doomed.id}").status_code == 404
    assert stack.http.get(f"/interviews/{kept.id}").status_code == 200

    await page.get_by_label("Search").fill("nobody is called that")
    await page.get_by_role("button", name="Show all interviews").click()
    await expect(found.first).to_be_visible()


async def test_a_recruiter_watches_nudges_and_ends(pages: Pages, stack: WebStack) -> None:
    invited = stack.invite("drill")
    page = await pages.new()
    await page.goto(f"{stack.url}/recruiter/interviews/{invited.id}/live")
    await expect(page.get_by_text("Nobody has begun this interview yet")).to_be_visible()
    hold_in_writing(stack, invited.id, ANSWERS[:1])
    log = page.get_by_role("log")
    await expect(log).to_contain_text(ANSWERS[0])
    await expect(log).to_contain_text(QUESTIONS[1])
    await expect(page.get_by_text("Question 2 of 2", exact=True)).to_be_visible()
    read_out = [line for line in await announced(page) if QUESTIONS[1] in line]
    assert len(read_out) == 1, "whole turns are read out, once"

    await page.get_by_label("Note", exact=True).fill("Ask about working in a team.")
    await page.get_by_role("button", name="Send the note").click()
    sent = page.get_by_role("list", name="Notes that were sent")
    await expect(sent).to_contain_text("Ask about working in a team.")
    await pages.axe(page, "recruiter-live")
    await page.get_by_role("button", name="End the interview").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="End the interview").click()
    await page.get_by_role("link", name="Read the report").click(timeout=PATIENCE_MS)
    await expect(page.get_by_text("Somebody asked for the end")).to_be_visible()
    await expect(page.get_by_text("“Ask about working in a team.”")).to_be_visible()


@pytest.mark.slow_web
async def test_a_recruiter_listens_in_unseen(pages: Pages, stack: WebStack) -> None:
    alice = Candidate(await pages.new(), stack, stack.invite("brisk"))
    await alice.open()
    await alice.go_in()
    page = await pages.new(microphone=False)
    await page.goto(f"{stack.url}/recruiter/interviews/{alice.invited.id}/live")
    await page.get_by_role("button", name="Listen in").click(timeout=PATIENCE_MS)
    await expect(page.get_by_text("You are listening.")).to_be_visible(timeout=PATIENCE_MS)
    question = await alice.is_asked()
    await alice.say(alice.answer_to(question) or "")
    await expect(page.get_by_role("log")).to_contain_text("senior software engineer", timeout=PATIENCE_MS)
    playing = "[...document.querySelectorAll('audio')].filter(each => each.currentTime > 1).length"
    assert await page.evaluate(playing) == 2, "both sides are heard"
    there = stack.http.get(f"/rooms/interview-{alice.invited.id}/participants").json()
    roles = {each["role"]: each for each in there}
    assert roles["observer"]["tracks"] == [], "who listens sends nothing"
    await page.get_by_role("button", name="Stop listening").click()
    await expect(page.get_by_role("button", name="Listen in")).to_be_visible()
    assert await page.evaluate("document.querySelectorAll('audio').length") == 0


@pytest.mark.slow_web
async def test_who_signs_in_comes_to_where_they_were_going(pages: Pages, stack: WebStack) -> None:
    with stack.locked_door() as (url, key):
        pages.trust(url)
        pages.allow("status of 401")
        page = await pages.new()
        await page.goto(f"{url}/recruiter?sign_in_error=expired")
        await expect(page.get_by_text("The sign-in took too long")).to_be_visible()
        await page.goto(f"{url}/recruiter/new")
        await expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
        await pages.axe(page, "recruiter-sign-in")
        await page.get_by_label("API key").fill("viva_wrong_key")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("This key does not open Viva")).to_be_visible()
        await page.get_by_label("API key").fill(key)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="New interview")).to_be_visible()
        kept = await page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
        )
        assert key.rpartition("_")[2] not in kept
        await page.reload()
        await expect(page.get_by_role("heading", name="New interview")).to_be_visible()

        await page.context.clear_cookies()  # as if the session had run out
        await page.get_by_role("button", name="Create the interview").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
        await page.get_by_label("API key").fill(key)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="New interview")).to_be_visible()
        await page.route("**/auth/session", lambda route: route.abort())
        pages.allow("ERR_FAILED")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_text("You are still signed in.")).to_be_visible()
        await page.unroute("**/auth/session")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.slow_web
async def test_an_organisations_account_opens_the_page_asked_for(pages: Pages, stack: WebStack) -> None:
    invited = stack.invite("drill", candidate_name="Grace Hopper")
    with local_issuer() as issuer:
        issuer.new_key("k1")
        oidc = {
            "VIVA_OIDC_ISSUER": issuer.url,
            "VIVA_OIDC_AUDIENCE": AUDIENCE,
            "VIVA_OIDC_CLIENT_ID": CLIENT_ID,
        }
        with stack.locked_door(**oidc) as (url, _):
            issuer.redirect_uri = f"{url}/auth/oidc/callback"
            pages.trust(url, issuer.url)
            pages.allow("status of 401")
            page = await pages.new()
            theirs = f"{url}/recruiter/interviews/{invited.id}"
            issuer.refuses = True
            await page.goto(theirs)
            await page.get_by_role("button", name="Continue to sign-in").click()
            await expect(page.get_by_text("The sign-in was not completed")).to_be_visible()
            await pages.axe(page, "recruiter-sign-in-refused")
            assert (await page.context.cookies(url)) == [], "nobody is signed in"

            issuer.refuses = False
            await page.goto(theirs)
            await page.get_by_role("button", name="Continue to sign-in").click()
            await expect(page.get_by_role("heading", name="Grace Hopper")).to_be_visible()
            await expect(page).to_have_url(theirs)
            assert await page.evaluate("document.cookie") == "", "no script reads the session"
            await page.get_by_role("button", name="Sign out").click()
            await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
            await page.goto(theirs)
            await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
