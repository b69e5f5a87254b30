"""A recruiter's note to the interviewer, by HTTP: with a real worker, on a real Redis."""

from __future__ import annotations

import httpx
import pytest
from brain.application.replaying import replay
from fakes.world import GIVEN
from fixtures.brains import TextRoom
from fixtures.front_door import as_candidate, bearer, front_door
from fixtures.writing import ANSWERS, Examiner, answer, brain, inputs, refused, said, start
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes
from viva_shared.events import NudgeGiven

pytestmark = pytest.mark.integration

NOTE = "Ask what it cost."


async def nudge(
    http: httpx.AsyncClient, interview_id: str, note: str = NOTE, key: str = ""
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await http.post(f"/interviews/{interview_id}/nudge", json={"note": note}, headers=headers)


async def actions(http: httpx.AsyncClient, interview_id: str) -> list[tuple[str, object]]:
    lines = (await http.get("/audit", params={"session_id": interview_id})).json()["items"]
    return [(line["action"], line["detail"]) for line in lines]


async def test_the_interviewer_works_it_in_and_the_candidate_never_sees_it(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    model = Examiner()
    async with brain(mailboxes, model):
        begun = await start(http)
        iid = begun["session_id"]

        accepted = await nudge(http, iid, f"  {NOTE} ")
        assert (accepted.status_code, accepted.json()) == (202, {"session_id": iid})

        followed = await answer(http, begun, ANSWERS[0])
        assert followed["question"] == "I see.", "the next question of the set comes after it"
        assert followed["score"] is not None
        assert f"Recruiter's note: {NOTE}" in model.prompts[-1].system
        asked = await answer(http, followed, "A million")
        assert "Question 2 of 2" in asked["question"]
        assert asked["score"] is not None, "the answer, with what was said to the note"
        await answer(http, asked, ANSWERS[1])
        finished = (await http.post("/interview/finish", json={"session_id": iid})).json()

        read = (await http.get(f"/interviews/{iid}")).json()
        shown = (await http.get(f"/interview/session/{iid}")).text
        assert (await replay(mailboxes, iid)).same
    assert [(n["note"], n["at"] is not None) for n in read["nudges"]] == [(NOTE, True)]
    assert [n["note"] for n in finished["report"]["nudges"]] == [NOTE], "the door stands open: no candidate"
    assert NOTE not in shown
    assert all(NOTE not in turn["text"] for turn in read["turns"])
    assert ("interview.nudged", None) in await actions(http, iid)


async def test_a_candidates_report_holds_no_note(
    closed: TokensSettings, mailboxes: Mailboxes, api_key: str
) -> None:
    async with front_door(closed) as http, brain(mailboxes):
        http.headers.update(bearer(api_key))
        begun = await start(http, consent=True)
        iid = begun["session_id"]
        assert (await nudge(http, iid)).status_code == 202
        http.headers.update(as_candidate(closed, iid))
        finished = (await http.post("/interview/finish", json={"session_id": iid})).json()
    assert finished["report"]["nudges"] == []


async def test_the_same_call_is_one_note(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        iid = (await start(http))["session_id"]
        for _ in range(2):
            assert (await nudge(http, iid, key="k1")).status_code == 202
        refused(await nudge(http, iid, "Another.", key="k1"), 422, "idempotency_key_reused")
        assert (await nudge(http, iid)).status_code == 202
    given = [data for data in await inputs(mailboxes, iid) if isinstance(data, NudgeGiven)]
    assert [data.note for data in given] == [NOTE, NOTE]


async def test_nobody_is_nudged_who_does_not_interview(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    refused(await nudge(http, "nope"), 404, "unknown_interview")
    created = await http.post("/interviews", json={"scenario": "question_set"})
    iid = created.json()["session_id"]
    refused(await nudge(http, iid), 409, "not_started")
    async with brain(mailboxes):
        iid = (await start(http))["session_id"]
        await http.post("/interview/finish", json={"session_id": iid})
        refused(await nudge(http, iid), 409, "interview_ended")
    assert not [data for data in await inputs(mailboxes, iid) if isinstance(data, NudgeGiven)]


async def test_who_has_said_goodbye_takes_no_note(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    room = TextRoom(mailboxes, GIVEN.tailored(given=("Why?",)))
    async with brain(mailboxes):
        await room.open()
        await room.hear()
        assert (await nudge(http, room.interview_id)).status_code == 202
        await room.say("I had to.")
        assert await room.hear() == "I see.", "the last answer is followed up before the end"
        assert (await nudge(http, room.interview_id)).status_code == 202
        await room.say("That is all.")
        await said(mailboxes, room.interview_id, "reply.finished", times=3)
        refused(await nudge(http, room.interview_id), 409, "interview_ended")


@pytest.mark.parametrize("note", ["", " \n ", "x" * 501, None, 7])
async def test_a_note_has_words_and_not_too_many(http: httpx.AsyncClient, note: object) -> None:
    got = await http.post("/interviews/i1/nudge", json={"note": note})
    assert got.status_code == 422


async def test_a_candidate_nudges_nobody(closed: TokensSettings) -> None:
    async with front_door(closed) as http:
        http.headers.update(as_candidate(closed, "i1"))
        refused(await nudge(http, "i1"), 403, "forbidden")
