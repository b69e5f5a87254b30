"""Interviews that Redis has left to the archive, as those who held them may still read them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from brain.application.archiving import Archiving
from fixtures.brains import now
from fixtures.front_door import SCENARIOS, as_candidate, bearer, front_door
from fixtures.processes import free_port
from fixtures.writing import ANSWERS, BODIES, answer, brain, refused, start
from tokens.settings import TokensSettings
from viva_shared.archive import Archive, Database
from viva_shared.broker import Closing, Mailboxes

pytestmark = pytest.mark.integration

Leave = Callable[[str], Awaitable[None]]


@pytest.fixture
async def archive(settings: TokensSettings) -> AsyncIterator[Archive]:
    """The front door's."""
    database = Database(settings.database_url)
    yield Archive(database, now)
    await database.aclose()


@pytest.fixture
def leave_redis(mailboxes: Mailboxes, archive: Archive, tmp_path: Path) -> Leave:
    """Archives an interview, and lets the time pass for which its streams are kept."""
    archiving = Archiving(
        mailboxes,
        archive,
        Closing(mailboxes, 1_000),
        model="scripted",
        ttl_s=100,
        retention=timedelta(),
        interviews_dir=tmp_path / "interviews",
        now=now,
    )

    async def leave(interview_id: str) -> None:
        k = mailboxes.keys
        await mailboxes.redis.zadd(k.settled, {interview_id: 1})
        await archiving.archive(interview_id)
        found = await archive.get(interview_id)
        assert found is not None
        assert found.archived_at
        state, *others = k.every(interview_id)
        await mailboxes.redis.delete(*others)
        assert await mailboxes.redis.exists(state), "its tombstone"

    return leave


async def told(http: httpx.AsyncClient, interview_id: str, headers: dict[str, str] | None = None) -> Any:
    """What a session and a finish answer."""
    session = await http.get(f"/interview/session/{interview_id}", headers=headers)
    finished = await http.post("/interview/finish", json={"session_id": interview_id}, headers=headers)
    assert (session.status_code, finished.status_code) == (200, 200), session.text + finished.text
    return session.json(), finished.json()


async def held(http: httpx.AsyncClient, mailboxes: Mailboxes, **body: Any) -> str:
    """An interview of two questions, answered, and its report."""
    async with brain(mailboxes):
        begun = await start(http, **body)
        await answer(http, await answer(http, begun, ANSWERS[0]), ANSWERS[1])
        done = await http.post("/interview/finish", json={"session_id": begun["session_id"]})
        assert done.status_code == 200, done.text
    return str(begun["session_id"])


async def test_it_reads_as_before(http: httpx.AsyncClient, mailboxes: Mailboxes, leave_redis: Leave) -> None:
    iid = await held(http, mailboxes)
    before = await told(http, iid)
    await leave_redis(iid)
    session, finished = await told(http, iid)
    assert (session, finished) == before
    assert (session["status"], session["end_reason"], session["turn_id"]) == ("ended", "completed", None)
    assert ANSWERS[0] in [turn["text"] for turn in session["transcript"]]
    assert [score["score"] for score in finished["report"]["scores"]] == [len(ANSWERS[0]), len(ANSWERS[1])]

    detail = refused(await http.post("/interview/start", json={"session_id": iid}), 409, "interview_ended")
    assert "POST /interview/finish" in detail
    for path in ("/interview/answer", "/interview/consent"):
        refused(await http.post(path, json={"session_id": iid, **BODIES[path]}), 409, "interview_ended")
    refused(await http.get(f"/interview/session/{iid}/events"), 409, "interview_ended")

    await mailboxes.redis.delete(mailboxes.keys.state(iid))
    assert await told(http, iid) == before, "when the tombstone is gone, too"
    refused(await http.get("/interview/session/nobody"), 404, "unknown_interview")


async def test_a_candidate_sees_of_it_what_the_scenario_let_them_see(
    closed: TokensSettings, mailboxes: Mailboxes, leave_redis: Leave, api_key: str, tmp_path: Path
) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    shown = yaml.safe_load((SCENARIOS / "question_set.yaml").read_text())
    (folder / "question_set.yaml").write_text(yaml.safe_dump(shown | {"shows_scores": False}))
    async with front_door(closed.model_copy(update={"scenarios_dir": folder})) as http:
        http.headers.update(bearer(api_key))
        iid = await held(http, mailboxes, consent=True)
        await leave_redis(iid)
        (folder / "question_set.yaml").write_text(yaml.safe_dump(shown))
        session, finished = await told(http, iid, as_candidate(closed, iid))
        assert ANSWERS[0] in [turn["text"] for turn in session["transcript"]]
        assert (session["scores"], finished["report"]) == (None, None)
        session, finished = await told(http, iid)
        assert len(session["scores"]) == len(finished["report"]["scores"]) == 2
        other = as_candidate(closed, "another")
        refused(await http.get(f"/interview/session/{iid}", headers=other), 403, "forbidden")
        of_another = await http.post("/interview/finish", json={"session_id": iid}, headers=other)
        refused(of_another, 403, "forbidden")


async def test_the_database_is_away(
    http: httpx.AsyncClient, settings: TokensSettings, mailboxes: Mailboxes, leave_redis: Leave
) -> None:
    iid = await held(http, mailboxes)
    await leave_redis(iid)
    nowhere = f"postgresql+asyncpg://viva@127.0.0.1:{free_port()}/viva"
    async with front_door(settings.model_copy(update={"database_url": nowhere})) as cut_off:
        refused(await cut_off.get(f"/interview/session/{iid}"), 503, "unavailable")
        refused(await cut_off.post("/interview/finish", json={"session_id": iid}), 503, "unavailable")


async def test_nothing_is_told_of_what_was_deleted(
    http: httpx.AsyncClient, mailboxes: Mailboxes, leave_redis: Leave
) -> None:
    iid = await held(http, mailboxes)
    await leave_redis(iid)
    assert (await http.delete(f"/interviews/{iid}")).status_code == 204
    for _ in range(2):
        refused(await http.get(f"/interview/session/{iid}"), 404, "unknown_interview")
        refused(await http.post("/interview/finish", json={"session_id": iid}), 404, "unknown_interview")
        await mailboxes.redis.delete(mailboxes.keys.state(iid))
