"""Recruiters' interviews: on a real Redis and a real database, with a real worker where there is talk."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import tokens.main
from fixtures.brains import eventually
from fixtures.front_door import as_candidate, bearer, front_door
from fixtures.postgres import PostgresServer
from fixtures.processes import free_port, listens, running, wait_for
from fixtures.records import whole_record
from fixtures.writing import ANSWERS, QUESTIONS, answer, brain, events, start
from tokens.application.interviews import Interviews
from tokens.domain.errors import Unavailable
from tokens.settings import TokensSettings
from viva_shared.archive import Archive, Database, migrate
from viva_shared.broker import Mailboxes
from viva_shared.events import CandidateJoined, EndRequested, InterviewCreated, StageChanged, new_event

pytestmark = pytest.mark.integration

JOB = {"scenario": "question_set", "job_title": "Nurse", "seniority": "senior", "num_questions": 2}


class FakeRooms:
    """LiveKit's rooms, of which only closing is wanted here."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.away = False

    async def close(self, room: str) -> bool:
        if self.away:
            raise Unavailable("LiveKit")
        self.closed.append(room)
        return True


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> FakeRooms:
    fake = FakeRooms()
    monkeypatch.setattr(tokens.main, "LiveKitRooms", lambda api: fake)
    return fake


@pytest.fixture
async def archive(settings: TokensSettings) -> AsyncIterator[Archive]:
    """The front door's."""
    database = Database(settings.database_url)
    yield Archive(database, lambda: datetime.now(UTC))
    await database.aclose()


async def create(http: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await http.post("/interviews", json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def get(http: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(http: httpx.AsyncClient, **query: Any) -> list[str]:
    return [item["session_id"] for item in (await get(http, "/interviews", **query))["items"]]


def refused(answer: httpx.Response, status: int, kind: str) -> str:
    """Assert that a call was refused so; says why."""
    assert (answer.status_code, answer.json()["type"]) == (status, kind), answer.text
    return str(answer.json()["detail"])


async def created_event(mailboxes: Mailboxes, interview_id: str) -> InterviewCreated:
    [event] = [
        event.data
        for event in (await events(mailboxes, interview_id))[0]
        if isinstance(event.data, InterviewCreated)
    ]
    return event


# -- creating --


async def test_an_interview_waits_for_its_invited_candidate(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    created = await create(http, **JOB, candidate_name=" Ada ", invite_ttl_s=3600)

    iid, expires_at = created["session_id"], datetime.fromisoformat(created["expires_at"])
    assert timedelta(minutes=59) < expires_at - datetime.now(UTC) <= timedelta(hours=1)
    assert parse_qs(urlsplit(created["invite_url"]).query) == {"invite": [created["invite"]]}
    event = await created_event(mailboxes, iid)
    assert (event.scenario, event.candidate_name, event.expires_at) == ("question_set", "Ada", expires_at)
    exchanged = await http.post("/interview/invite", json={"invite": created["invite"]})
    assert exchanged.json()["session_id"] == iid
    [item] = (await get(http, "/interviews"))["items"]
    assert item.pop("created_at") < datetime.now(UTC).isoformat()
    assert item == {
        "session_id": iid,
        "status": "created",
        "scenario": "question_set",
        "scenario_title": "Interview questions",
        "language": "en",
        "job_title": "Nurse",
        "seniority": "senior",
        "candidate_name": "Ada",
        "started_at": None,
        "ended_at": None,
        "end_reason": None,
        "overall_score": None,
        "questions_scored": 0,
        "num_questions": 0,
    }


async def test_the_same_call_finds_the_same_interview(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    key = {"Idempotency-Key": "k1"}
    answers = [await http.post("/interviews", json=JOB, headers=key) for _ in range(3)]
    assert len({answer.json()["session_id"] for answer in answers}) == 1
    assert len(await listed(http)) == 1
    assert len({answer.json()["invite"] for answer in answers}) == 3
    other = await http.post("/interviews", json=JOB | {"seniority": "junior"}, headers=key)
    refused(other, 422, "idempotency_key_reused")
    await create(http, **JOB)
    assert len(await listed(http)) == 2


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"scenario": "nope"}, 404, "unknown_scenario"),
        ({"scenario": "screening", "num_questions": 3}, 409, "unsuitable_scenario"),
        ({"num_questions": 21}, 422, "invalid_request"),
        ({"candidate_email": "ada@example.com"}, 422, "invalid_request"),
        ({"session_id": "-x"}, 422, "invalid_request"),
        ({"invite_ttl_s": 59}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_created(
    http: httpx.AsyncClient, mailboxes: Mailboxes, body: dict[str, Any], status: int, kind: str
) -> None:
    refused(await http.post("/interviews", json=body), status, kind)
    assert await listed(http) == []
    assert await mailboxes.open_interviews() == []


async def test_an_id_is_used_once(http: httpx.AsyncClient, archive: Archive, rooms: FakeRooms) -> None:
    await create(http, session_id="s1", scenario="screening", candidate_name="Ada")
    other = {"session_id": "s1", "scenario": "screening", "candidate_name": "Bob"}
    refused(await http.post("/interviews", json=other), 409, "conflict")
    await archive.record(whole_record("archived"))
    await archive.mark_archived("archived")
    refused(await http.post("/interviews", json={"session_id": "archived"}), 409, "conflict")
    await archive.record(whole_record("deleted"))
    await archive.delete("deleted", "test")
    refused(await http.post("/interviews", json={"session_id": "deleted"}), 409, "conflict")


async def test_an_id_that_is_archived_in_that_moment(
    http: httpx.AsyncClient, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Interviews.create

    async def late(*args: Any, **options: Any) -> bool:
        await archive.record(whole_record("s1"))
        await archive.mark_archived("s1")
        return await make(*args, **options)

    monkeypatch.setattr(Interviews, "create", late)
    refused(await http.post("/interviews", json={"session_id": "s1"}), 409, "conflict")


async def test_another_invite(http: httpx.AsyncClient, mailboxes: Mailboxes, archive: Archive) -> None:
    created = await create(http, invite_ttl_s=3600)
    iid = created["session_id"]

    async def invite(**body: Any) -> tuple[str, timedelta]:
        answer = await http.post(f"/interviews/{iid}/invite", json=body)
        assert answer.status_code == 200, answer.text
        expires_at = datetime.fromisoformat(answer.json()["expires_at"])
        return answer.json()["invite"], expires_at - datetime.now(UTC)

    another, ttl = await invite(invite_ttl_s=120)
    assert timedelta(seconds=110) < ttl <= timedelta(seconds=120)
    assert another != created["invite"]
    _, ttl = await invite()
    assert timedelta(minutes=59) < ttl <= timedelta(hours=1)  # then nobody can begin it any more
    joined = CandidateJoined(identity="a", via="text")
    await mailboxes.append(new_event(iid, joined, datetime.now(UTC)))
    _, ttl = await invite()
    assert ttl > timedelta(days=6)
    refused(await http.post("/interviews/nope/invite", json={}), 404, "unknown_interview")
    await archive.record(whole_record("over"))
    refused(await http.post("/interviews/over/invite", json={}), 409, "interview_ended")


# -- listing --


async def test_a_list_is_searched_filtered_and_paged(http: httpx.AsyncClient, archive: Archive) -> None:
    for n in range(5):
        await archive.record(whole_record(f"i{n}", text="Ünal" if n == 3 else "Ada"))
    assert await listed(http, search="üNAL") == ["i3"]
    assert await listed(http, search="%") == []
    assert await listed(http, scenario="question_set") == []
    assert await listed(http, status="created") == []
    assert len(await listed(http, status="ended", scenario="screening", search="ADA")) == 4
    [one] = (await get(http, "/interviews", search="i3"))["items"]
    assert (one["overall_score"], one["questions_scored"], one["num_questions"]) == (62.5, 1, 2)
    seen, cursor = [], None
    for _ in range(3):
        page = await get(http, "/interviews", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["session_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert (sorted(seen), len(seen), cursor) == ([f"i{n}" for n in range(5)], 5, None)
    for at in ("", "soon", "2026-01-01T00:00:00 i1", "0001-01-01T00:00:00+14:00 i1", "\udc80"):
        cursor = base64.urlsafe_b64encode(at.encode("utf-8", "surrogateescape")).decode()
        refused(await http.get("/interviews", params={"cursor": cursor}), 404, "unknown_page")
    for query in ({"limit": 101}, {"limit": 0}, {"status": "lost"}, {"search": "x" * 201}):
        refused(await http.get("/interviews", params=query), 422, "invalid_request")


async def test_the_list_knows_what_the_database_does_not_know_yet(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    iid = (await create(http, **JOB))["session_id"]
    stage = StageChanged(stage="questions", title="Questions", index=0, of=1, reason="opened")
    await mailboxes.redis.xadd(
        mailboxes.keys.outputs(iid), {"event": new_event(iid, stage, datetime.now(UTC)).encode()}
    )
    broken = (await create(http, **JOB))["session_id"]
    await mailboxes.redis.set(mailboxes.keys.outputs(broken), "no stream")
    other, item = (await get(http, "/interviews"))["items"]
    assert item["status"] == "running"
    assert item["started_at"] is not None
    assert other["status"] == "created"


# -- reading --


async def test_an_interview_is_read_as_far_as_it_is(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    """From its creation over a question that is answered to the report."""
    created = await create(http, **JOB, candidate_name="Ada")
    iid = created["session_id"]
    waiting = await get(http, f"/interviews/{iid}")
    assert (waiting["status"], waiting["turns"], waiting["created_by"]) == ("created", [], "anyone")
    assert (waiting["via"], waiting["progress"]["label"], waiting["last_event_id"]) == (None, "", "0-0")
    assert waiting["scenario_hash"] == (await created_event(mailboxes, iid)).scenario_hash
    http.headers.update(bearer(created["invite"]))
    async with brain(mailboxes):
        begun = await start(http, num_questions=None, session_id=iid, consent=True)
        first = await answer(http, begun, ANSWERS[0])
        del http.headers["Authorization"]
        now = await get(http, f"/interviews/{iid}")
        assert (now["status"], now["is_final"], now["ended_at"]) == ("running", False, None)
        assert (now["via"], now["progress"]["label"]) == ("text", "Question 2 of 2")
        assert (now["progress"]["stage_number"], now["progress"]["num_stages"]) == (1, 1)
        assert now["last_event_id"] == (await get(http, f"/interview/session/{iid}"))["last_event_id"]
        assert [turn["speaker"] for turn in now["turns"]] == ["interviewer", "candidate", "interviewer"]
        assert [stage["name"] for stage in now["stages"]] == ["questions"]
        assert [(s["question"], s["score"], s["evidence"]) for s in now["scores"]] == [
            (QUESTIONS[0], len(ANSWERS[0]), [{"quote": ANSWERS[0], "turn": 1}]),
            (QUESTIONS[1], None, []),
        ]
        assert (now["overall_score"], now["questions_scored"]) == (len(ANSWERS[0]), 1)
        http.headers.update(bearer(created["invite"]))
        await answer(http, first, ANSWERS[1])
        del http.headers["Authorization"]
        await eventually(lambda: mailboxes.report(iid), bool)
    over = await get(http, f"/interviews/{iid}")
    assert (over["status"], over["is_final"], over["end_reason"]) == ("ended", True, "completed")
    assert over["scores"][1]["evidence"] == [{"quote": ANSWERS[1], "turn": 3}]
    assert over["consent"]["via"] == "api"
    assert over["model"] == "scripted"
    [item] = (await get(http, "/interviews"))["items"]
    assert (item["status"], item["end_reason"]) == ("ended", "completed")


async def test_an_archived_interview_is_read_from_the_archive(
    http: httpx.AsyncClient, archive: Archive
) -> None:
    await archive.record(whole_record("i1"))
    read = await get(http, "/interviews/i1")
    assert (read["status"], read["is_final"], read["model"]) == ("ended", True, "a model")
    assert [turn["speaker"] for turn in read["turns"]] == ["candidate"]


async def test_what_redis_lost_is_still_known(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    iid = (await create(http, **JOB))["session_id"]
    await mailboxes.redis.delete(*mailboxes.keys.every(iid))
    read = await get(http, f"/interviews/{iid}")
    assert (read["job_title"], read["turns"], read["is_final"]) == ("Nurse", [], False)


async def test_what_redis_has_closed_without_a_report_is_still_known(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    """For a while its streams are there, and its scenario is not."""
    iid = (await create(http, **JOB))["session_id"]
    state = mailboxes.keys.state(iid)
    await mailboxes.redis.delete(state)
    await mailboxes.redis.hset(state, "status", "archived")  # type: ignore[misc]
    read = await get(http, f"/interviews/{iid}")
    assert (read["job_title"], read["turns"], read["is_final"]) == ("Nurse", [], False)


async def test_there_is_no_such_interview(http: httpx.AsyncClient) -> None:
    for method, path in (
        ("GET", "/interviews/nope"),
        ("GET", "/interviews/nope/export"),
        ("DELETE", "/interviews/nope"),
        ("POST", "/interviews/nope/end"),
    ):
        assert "'nope'" in refused(await http.request(method, path), 404, "unknown_interview")
    assert (await get(http, "/audit"))["items"] == []


# -- ending and deleting --


async def test_a_recruiter_ends_an_interview(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    iid = (await create(http, **JOB))["session_id"]
    async with brain(mailboxes):
        for _ in range(2):
            accepted = await http.post(f"/interviews/{iid}/end")
            assert accepted.status_code in (202, 409)
        await eventually(lambda: get(http, f"/interviews/{iid}"), lambda read: read["status"] == "ended")
    inputs, _ = await events(mailboxes, iid)
    assert [e.data for e in inputs if isinstance(e.data, EndRequested)] == [EndRequested(by="recruiter")]
    refused(await http.post(f"/interviews/{iid}/end"), 409, "interview_ended")


async def test_nothing_is_left_of_a_deleted_interview(
    settings: TokensSettings, rooms: FakeRooms, mailboxes: Mailboxes, archive: Archive
) -> None:
    async with front_door(settings) as http, brain(mailboxes):
        begun = await start(http, candidate_name="Ada")
        iid = begun["session_id"]
        await answer(http, begun, ANSWERS[0])
        folder = settings.interviews_dir / iid
        folder.mkdir(parents=True)
        (folder / "transcript.md").write_text("Ada said")

        assert (await http.delete(f"/interviews/{iid}")).status_code == 204

        refused(await http.delete(f"/interviews/{iid}"), 404, "unknown_interview")
        refused(await http.get(f"/interviews/{iid}"), 404, "unknown_interview")
        refused(
            await http.post("/interview/answer", json={"session_id": iid, "answer": "x"}),
            404,
            "unknown_interview",
        )
        assert await listed(http) == []
        lines = (await get(http, "/audit", session_id=iid))["items"]
    assert [(line["action"], line["detail"]) for line in lines] == [("interview.deleted", None)]
    assert rooms.closed == [f"interview-{iid}"]
    assert not folder.exists()
    left = [key async for key in mailboxes.redis.scan_iter(f"*{iid}*")]
    assert left == [mailboxes.keys.state(iid).encode()]
    assert await archive.was_deleted(iid)


async def test_a_room_that_cannot_be_closed_keeps_nothing_from_being_deleted(
    settings: TokensSettings, rooms: FakeRooms, archive: Archive
) -> None:
    rooms.away = True
    await archive.record(whole_record("i1"))
    async with front_door(settings) as http:
        assert (await http.delete("/interviews/i1")).status_code == 204
    assert await archive.get("i1") is None


# -- who may, and who did --


async def test_each_call_is_in_the_audit_log(closed: TokensSettings, api_key: str) -> None:
    async with front_door(closed) as http:
        http.headers.update(bearer(api_key))
        iid = (await create(http, session_id="s1", candidate_name="Ada"))["session_id"]
        await http.post(f"/interviews/{iid}/invite", json={})
        await get(http, f"/interviews/{iid}")
        await get(http, f"/interviews/{iid}/export", format="json")
        await http.post(f"/interviews/{iid}/end")
        page = await get(http, "/audit", limit=3)
        rest = await get(http, "/audit", limit=3, cursor=page["next_cursor"])
    lines = page["items"] + rest["items"]
    assert [line["action"].removeprefix("interview.") for line in lines] == [
        *("end_requested", "exported", "read"),
        *("invited", "created"),
    ]
    assert {line["session_id"] for line in lines} == {"s1"}
    assert {line["actor"] for line in lines} == {f"key:{api_key.split('_')[1]}"}
    assert [line["detail"] and list(line["detail"]) for line in lines] == [
        *(None, ["format"], None),
        *(["expires_at"], ["expires_at"]),
    ]
    assert rest["next_cursor"] is None


async def test_candidates_and_strangers_reach_none_of_it(closed: TokensSettings, archive: Archive) -> None:
    await archive.record(whole_record("i1"))
    calls: tuple[tuple[str, str, Any], ...] = (
        ("POST", "/interviews", {}),
        ("GET", "/interviews", None),
        ("GET", "/interviews/i1", None),
        ("GET", "/interviews/i1/export", None),
        ("POST", "/interviews/i1/invite", {}),
        ("POST", "/interviews/i1/end", None),
        ("DELETE", "/interviews/i1", None),
        ("GET", "/audit", None),
    )
    async with front_door(closed) as http:
        for method, path, body in calls:
            refused(await http.request(method, path, json=body), 401, "not_authenticated")
            candidate = as_candidate(closed, "i1")
            refused(await http.request(method, path, json=body, headers=candidate), 403, "forbidden")
    assert await archive.get("i1") is not None
    assert await archive.audit_log() == []


# -- when something is away --


async def test_the_database_is_away(settings: TokensSettings, mailboxes: Mailboxes) -> None:
    nowhere = settings.model_copy(update={"database_url": "sqlite+aiosqlite:////proc/nowhere/viva.db"})
    async with front_door(nowhere) as http:
        for method, path, body in (
            ("POST", "/interviews", JOB),
            ("GET", "/interviews", None),
            ("GET", "/interviews/i1", None),
            ("DELETE", "/interviews/i1", None),
            ("GET", "/audit", None),
        ):
            answer = await http.request(method, path, json=body)
            assert "the database" in refused(answer, 503, "unavailable")
            assert answer.headers["retry-after"] == "2"
    assert await mailboxes.open_interviews() == []


def test_candidates_do_not_wait_for_the_archive(settings: TokensSettings, tmp_path: Path) -> None:
    url, port, log = f"sqlite+aiosqlite:///{tmp_path}/new.db", free_port(), tmp_path / "log"
    environment = {
        "DATABASE_URL": url,
        "REDIS_URL": settings.redis_url,
        "VIVA_KEY_PREFIX": settings.key_prefix,
        "VIVA_SCENARIOS_DIR": str(settings.scenarios_dir),
        "VIVA_TOKENS_PORT": str(port),
    }
    command = ["/usr/bin/env", *(f"{name}={value}" for name, value in environment.items())]
    with (
        running([*command, sys.executable, "-m", "tokens"], log),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        wait_for(lambda: listens(port), "the front door", 60)
        asked = {"session_id": "s1", "participant_name": "Ada"}
        assert http.post("/livekit/token", json=asked).status_code == 200
        refused(http.get("/interviews"), 503, "unavailable")
        wait_for(lambda: "archive.not_migrated" in log.read_text(), "the reason in the log")
        asyncio.run(migrate(url))
        assert http.get("/interviews").status_code == 200
        wait_for(lambda: "archive.available" in log.read_text(), "the news in the log")


async def test_on_postgresql(
    settings: TokensSettings, postgres: PostgresServer, rooms: FakeRooms, mailboxes: Mailboxes
) -> None:
    """What differs between the databases: text, order, cursors, times."""
    url = await postgres.create_database()
    await migrate(url)
    async with front_door(settings.model_copy(update={"database_url": url})) as http:
        ids = [(await create(http, candidate_name=f"Ünal {n}"))["session_id"] for n in range(3)]
        first = await get(http, "/interviews", search="üNAL", limit=2)
        last = await get(http, "/interviews", search="üNAL", limit=2, cursor=first["next_cursor"])
        assert [item["session_id"] for item in first["items"] + last["items"]] == ids[::-1]
        assert await listed(http, search="\0") == []
        refused(await http.get("/interviews", params={"cursor": "x\0"}), 404, "unknown_page")
        assert (await get(http, f"/interviews/{ids[0]}"))["candidate_name"] == "Ünal 0"
        assert (await http.delete(f"/interviews/{ids[0]}")).status_code == 204
        assert await listed(http) == ids[:0:-1]
        audited = await get(http, "/audit", cursor=2**31 - 1)
        assert [line["action"] for line in audited["items"]][:2] == ["interview.deleted", "interview.read"]
