"""Having answers scored again, by HTTP: asked of the front door, done by the archive's job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from brain.application.finding import Finder, Patience
from brain.application.ports import Prompt
from brain.application.recording import build_record
from brain.application.rescoring import Rescoring
from fixtures.brains import eventually, now
from fixtures.front_door import as_candidate, front_door
from fixtures.records import whole_record
from fixtures.writing import ANSWERS, Examiner, answer, brain, refused, start
from pydantic import JsonValue
from tokens.settings import TokensSettings
from viva_shared.archive import Archive, Database, Rescorings
from viva_shared.broker import Mailboxes

pytestmark = pytest.mark.integration


class Stricter(Examiner):
    """Scores by half the length."""

    async def structured(self, prompt: Prompt, schema: dict[str, Any]) -> dict[str, JsonValue]:
        found = await super().structured(prompt, schema)
        return {**found, "score": len(prompt.conversation[-1].text) // 2}


@pytest.fixture
async def database(settings: TokensSettings) -> AsyncIterator[Database]:
    """The front door's."""
    database = Database(settings.database_url)
    yield database
    await database.aclose()


def job(mailboxes: Mailboxes, database: Database) -> Rescoring:
    finder = Finder(Stricter(), Patience(5.0, 5.0))
    return Rescoring(
        mailboxes, Archive(database, now), Rescorings(database, now), finder, model="a stricter model"
    )


async def record(mailboxes: Mailboxes, database: Database, interview_id: str) -> None:
    """As the archive's job does."""
    snapshot = await mailboxes.snapshot(interview_id)
    assert snapshot
    recorded, _ = await build_record(mailboxes, interview_id, snapshot, "scripted")
    await Archive(database, now).record(recorded)


async def read(http: httpx.AsyncClient, interview_id: str) -> dict[str, Any]:
    details: dict[str, Any] = (await http.get(f"/interviews/{interview_id}")).json()
    return details


async def test_a_question_set_is_scored_again(
    http: httpx.AsyncClient, mailboxes: Mailboxes, database: Database
) -> None:
    before = datetime.now(UTC)
    async with brain(mailboxes):
        begun = await start(http)
        iid = begun["session_id"]
        refused(await http.post(f"/interviews/{iid}/rescore"), 409, "conflict")
        await answer(http, await answer(http, begun, ANSWERS[0]), ANSWERS[1])
        await eventually(lambda: mailboxes.report(iid), bool)
    await record(mailboxes, database, iid)
    old = await read(http, iid)
    assert (old["rescoring"], old["scored_by"], old["scorings"]) == (False, "scripted", [])
    assert datetime.fromisoformat(old["scored_at"]) > before

    for _ in range(2):
        accepted = await http.post(f"/interviews/{iid}/rescore")
        assert (accepted.status_code, accepted.json()) == (202, {"session_id": iid})
    assert (await read(http, iid))["rescoring"]
    await job(mailboxes, database).rescore(iid)

    new = await read(http, iid)
    assert [score["score"] for score in new["scores"]] == [len(text) // 2 for text in ANSWERS[:2]]
    assert (new["rescoring"], new["scored_by"]) == (False, "a stricter model")
    assert new["scored_at"] > old["scored_at"]
    [earlier] = new["scorings"]
    assert (earlier["scored_by"], earlier["scored_at"]) == ("scripted", old["scored_at"])
    assert [score["score"] for score in earlier["scores"]] == [len(text) for text in ANSWERS[:2]]
    assert earlier["overall_score"] == old["overall_score"]
    assert new["overall_score"] < old["overall_score"]
    [item] = (await http.get("/interviews")).json()["items"]
    assert item["overall_score"] == new["overall_score"]
    finished = (await http.post("/interview/finish", json={"session_id": iid})).json()
    assert finished["report"]["overall_score"] == new["overall_score"]
    lines = (await http.get("/audit", params={"session_id": iid})).json()["items"]
    assert [line["action"] for line in lines].count("interview.rescore_requested") == 2


async def test_what_has_no_scores_is_not_scored_again(
    closed: TokensSettings, http: httpx.AsyncClient, database: Database
) -> None:
    refused(await http.post("/interviews/nope/rescore"), 404, "unknown_interview")
    await Archive(database, now).record(whole_record("i1"))
    assert "scenario" in refused(await http.post("/interviews/i1/rescore"), 409, "conflict")
    created = (await http.post("/interviews", json={"scenario": "question_set"})).json()["session_id"]
    assert "not over" in refused(await http.post(f"/interviews/{created}/rescore"), 409, "conflict")
    async with front_door(closed) as candidate:
        candidate.headers.update(as_candidate(closed, "i1"))
        refused(await candidate.post("/interviews/i1/rescore"), 403, "forbidden")
