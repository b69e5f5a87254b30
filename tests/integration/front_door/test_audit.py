"""What recruiters do beside ``/interviews`` leaves a line in the audit log, or in the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fixtures.front_door import as_candidate, bearer, front_door
from fixtures.writing import brain, start
from structlog.testing import capture_logs
from tokens.settings import TokensSettings
from viva_shared.archive import migrate
from viva_shared.broker import Mailboxes

pytestmark = pytest.mark.integration


@pytest.fixture
async def recruiter(closed: TokensSettings, api_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """A recruiter at a front door that asks for credentials."""
    async with front_door(closed) as http:
        http.headers.update(bearer(api_key))
        yield http


async def actions(recruiter: httpx.AsyncClient, interview_id: str) -> list[str]:
    """What is noted of an interview, oldest first."""
    lines = (await recruiter.get("/audit", params={"session_id": interview_id})).json()["items"]
    key_id = recruiter.headers["authorization"].split("_")[1]
    assert {line["actor"] for line in lines} <= {f"key:{key_id}"}
    assert [line["detail"] for line in lines] == [None] * len(lines)
    return [line["action"] for line in reversed(lines)]


async def test_whoever_begins_and_ends_an_interview_in_writing(
    recruiter: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    brief, key = {"num_questions": 2, "candidate_name": "Ada"}, {"Idempotency-Key": "k1"}
    async with brain(mailboxes):
        at_once = await asyncio.gather(
            *(recruiter.post("/interview/start", json=brief, headers=key) for _ in range(3))
        )
        [iid] = {begun.json()["session_id"] for begun in at_once}
        session = {"session_id": iid}
        assert (await recruiter.get(f"/interview/session/{iid}")).status_code == 200
        assert await actions(recruiter, iid) == ["interview.created"]
        for _ in range(2):
            assert (await recruiter.post("/interview/finish", json=session)).status_code == 200
    assert await actions(recruiter, iid) == ["interview.created", "interview.end_requested"]
    details = (await recruiter.get(f"/interviews/{iid}")).json()
    assert details["created_by"].startswith("key:")
    assert (details["candidate_name"], details["scenario"]) == ("Ada", "question_set")


async def test_what_candidates_do_is_not_noted(
    recruiter: httpx.AsyncClient, closed: TokensSettings, mailboxes: Mailboxes
) -> None:
    async with brain(mailboxes):
        created = (await recruiter.post("/interviews", json={"scenario": "question_set"})).json()
        iid = created["session_id"]
        candidate = as_candidate(closed, iid)
        begun = await recruiter.post("/interview/start", json={}, headers=candidate)
        assert begun.status_code == 201, begun.text
        done = await recruiter.post("/interview/finish", json={"session_id": iid}, headers=candidate)
        assert done.status_code == 200, done.text
    lines = (await recruiter.get("/audit", params={"session_id": iid})).json()["items"]
    assert [line["action"] for line in lines] == ["interview.created"]


async def test_whoever_lets_an_observer_in(recruiter: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    async with brain(mailboxes):
        iid = (await start(recruiter))["session_id"]
    asked = {"session_id": iid, "participant_name": "Rita", "role": "observer"}
    assert (await recruiter.post("/livekit/token", json=asked)).status_code == 200
    assert await actions(recruiter, iid) == ["interview.created", "room.observer_admitted"]


async def test_the_database_is_away(
    recruiter: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes
) -> None:
    assert (await recruiter.get("/audit")).status_code == 200, "the key is remembered from now on"
    await migrate(settings.database_url, "base")
    async with brain(mailboxes):
        with capture_logs() as logs:
            iid = (await start(recruiter))["session_id"]
            done = await recruiter.post("/interview/finish", json={"session_id": iid})
    assert done.status_code == 200, done.text
    lost = [line for line in logs if line["event"] == "audit.not_written"]
    assert [line["action"] for line in lost] == [
        "interview.created",
        "interview.registered",
        "interview.end_requested",
    ]
    assert {(line["interview_id"], line["log_level"]) for line in lost} == {(iid, "error")}
