"""An interview as server-sent events: real HTTP, readers that come back, are slow or go, Redis that dies."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from faults.stack import RedisServer
from fixtures.brains import TextRoom, eventually, now
from fixtures.front_door import as_candidate, listening
from fixtures.writing import ANSWERS, Examiner, answer, brain, events, said, start
from redis.asyncio import Redis
from sse_starlette import EventSourceResponse
from tokens.adapters.http import events as routes
from tokens.settings import TokensSettings
from viva_shared.broker import Closing, Keys, Mailboxes, OutputFeed, connect
from viva_shared.events import (
    CandidateConsented,
    EndRequested,
    InterviewCreated,
    InterviewEnded,
    Payload,
    ReplyChunk,
    new_event,
)
from viva_shared.scenario import load_scenario

pytestmark = pytest.mark.integration

TOLD = (
    *("reply.started", "reply.chunk", "reply.finished", "reply.cancelled"),
    *("stage.changed", "question.asked", "answer.scored", "interview.ended"),
)
SCENARIOS = Path(__file__).parents[3] / "scenarios"


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    id: str
    event: str
    data: dict[str, Any]


async def stream(
    http: httpx.AsyncClient,
    interview_id: str,
    after: str | None = None,
    param: str | None = None,
    *,
    utterances: bool = False,
) -> AsyncGenerator[Told, None]:
    """Read an interview's events as a browser does; ``after`` is its Last-Event-ID, ``param`` the query's."""
    headers = {"Last-Event-ID": after} if after else {}
    query = {"after": param} if param else {}
    query |= {"utterances": "true"} if utterances else {}
    path = f"/interview/session/{interview_id}/events"
    async with http.stream("GET", path, params=query, headers=headers, timeout=10) as got:
        assert got.status_code == 200, await got.aread()
        assert got.headers["content-type"].startswith("text/event-stream")
        assert got.headers["cache-control"] == "no-store"
        fields: dict[str, str] = {}
        async for line in got.aiter_lines():
            if not line and fields:
                yield Told(fields.get("id", ""), fields["event"], json.loads(fields["data"]))
                fields = {}
            elif line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value


async def read(
    http: httpx.AsyncClient,
    interview_id: str,
    after: str | None = None,
    param: str | None = None,
    *,
    utterances: bool = False,
) -> list[Told]:
    """All of a stream that ends."""
    async with aclosing(stream(http, interview_id, after, param, utterances=utterances)) as told:
        return [each async for each in told]


@pytest.fixture
async def http(settings: TokensSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a front door that listens on a port."""
    async with listening(settings) as url, httpx.AsyncClient(base_url=url) as http:
        yield http


async def made(mailboxes: Mailboxes, interview_id: str) -> None:
    """An interview whose words the test writes itself."""
    scenario = load_scenario("screening", SCENARIOS)
    created = InterviewCreated(scenario="screening", scenario_hash=scenario.content_hash, room="r")
    await mailboxes.create(
        new_event(interview_id, created, now(), event_id="created"), scenario.model_dump_json()
    )


async def say(mailboxes: Mailboxes, interview_id: str, *data: Payload) -> None:
    for each in data:
        event = new_event(interview_id, each, now()).encode()
        await mailboxes.redis.xadd(mailboxes.keys.outputs(interview_id), {"event": event})


def chunk(seq: int, text: str = "word ") -> ReplyChunk:
    return ReplyChunk(turn_id="t1", seq=seq, text=text)


async def test_an_interview_from_its_beginning_to_its_last_score(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    model = Examiner()
    async with brain(mailboxes, model):
        begun = await start(http, num_questions=1)
        iid = begun["session_id"]
        watching = [asyncio.create_task(read(http, iid)) for _ in range(3)]
        model.may_score.clear()
        answering = asyncio.create_task(answer(http, begun, ANSWERS[0]))
        await eventually(
            lambda: events(mailboxes, iid), lambda got: any(e.type == "interview.ended" for e in got[1])
        )
        model.may_score.set()
        await answering
        told, *others = await asyncio.gather(*watching)
    assert all(other == told for other in others)
    _, outputs = await events(mailboxes, iid)
    written = [(e.type, e.data.model_dump(mode="json", exclude={"type"})) for e in outputs if e.type in TOLD]
    assert [(each.event, each.data) for each in told] == written
    assert [each.event for each in told][-2:] == ["interview.ended", "answer.scored"]

    for n, each in enumerate(told[:-1]):  # wherever it broke off
        assert await read(http, iid, after=each.id) == told[n + 1 :]
    assert await read(http, iid, after=told[3].id, param=told[0].id) == told[4:]
    assert await read(http, iid, param=told[3].id) == told[4:]
    done = await http.get(f"/interview/session/{iid}/events", headers={"Last-Event-ID": told[-1].id})
    assert done.status_code == 204, "a browser does not come back after this"
    state = (await http.get(f"/interview/session/{iid}")).json()
    assert state["last_event_id"] == told[-1].id


async def test_recruiters_are_told_what_the_candidate_said_before_what_it_is_answered_with(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    async with brain(mailboxes):
        begun = await start(http)
        iid = begun["session_id"]
        await answer(http, await answer(http, begun, ANSWERS[0]), ANSWERS[1])
        told = await read(http, iid, utterances=True)
    heard = [n for n, each in enumerate(told) if each.event == "utterance.heard"]
    assert [told[n].data["text"] for n in heard] == [*ANSWERS[:2]]
    assert {(told[n].id, told[n].data["via"]) for n in heard} == {("", "text")}
    for n in heard:
        assert (told[n + 1].event, told[n + 1].data["in_reply_to"]) == (
            "reply.started",
            told[n].data["utterance_id"],
        )
    plain = await read(http, iid)
    assert plain == [each for each in told if each.event != "utterance.heard"]
    second = next(n for n, each in enumerate(told) if n > heard[0] + 1 and each.id)
    assert await read(http, iid, after=told[second].id, utterances=True) == told[second + 1 :]
    assert await read(http, iid, after=told[heard[0] - 1].id, utterances=True) == told[heard[0] :]


async def test_what_is_said_without_consent_is_told_to_nobody(
    http: httpx.AsyncClient, mailboxes: Mailboxes
) -> None:
    room = TextRoom(mailboxes)
    async with brain(mailboxes):
        await room.open(consent_required=True)
        await said(mailboxes, room.interview_id, "reply.finished")
        await room.say("This is a secret.")
        await said(mailboxes, room.interview_id, "reply.started", times=2)
        await room.send(CandidateConsented(via="page", notice="-"))
        await said(mailboxes, room.interview_id, "stage.changed")
        await room.say("I am Alice.")
        await said(mailboxes, room.interview_id, "reply.started", times=4)
        await room.send(EndRequested(by="recruiter"))
        told = await read(http, room.interview_id, utterances=True)
    assert [each.data["text"] for each in told if each.event == "utterance.heard"] == ["I am Alice."]


async def test_candidates_are_not_told_what_they_said(closed: TokensSettings, mailboxes: Mailboxes) -> None:
    await made(mailboxes, "i1")
    async with listening(closed) as url, httpx.AsyncClient(base_url=url) as http:
        refused = await http.get(
            "/interview/session/i1/events?utterances=true", headers=as_candidate(closed, "i1")
        )
        assert (refused.status_code, refused.json()["type"]) == (403, "forbidden")


@pytest.mark.parametrize("bad", ["x", "1", "1-", "-1-1", "1-1x", "9" * 20 + "-1"])
async def test_what_is_no_event_id(http: httpx.AsyncClient, mailboxes: Mailboxes, bad: str) -> None:
    await made(mailboxes, "i1")
    path = "/interview/session/i1/events"
    for refused in (
        await http.get(path, headers={"Last-Event-ID": bad}),
        await http.get(path, params={"after": bad}),
    ):
        assert (refused.status_code, refused.json()["type"]) == (422, "invalid_request")


async def test_a_candidate_is_not_told_scores_that_are_not_shown(
    settings: TokensSettings, mailboxes: Mailboxes, tmp_path: Path
) -> None:
    text = (SCENARIOS / "question_set.yaml").read_text().replace("shows_scores: true", "shows_scores: false")
    (tmp_path / "question_set.yaml").write_text(text)
    discreet = settings.model_copy(update={"scenarios_dir": tmp_path})
    async with listening(discreet) as url, httpx.AsyncClient(base_url=url) as http, brain(mailboxes):
        begun = await start(http, num_questions=1)
        await answer(http, begun, ANSWERS[0])
        everything = [each.event for each in await read(http, begun["session_id"])]
        http.headers.update(as_candidate(settings, begun["session_id"]))
        shown = [each.event for each in await read(http, begun["session_id"])]
    assert [each for each in everything if each != "answer.scored"] == shown
    assert (everything.count("answer.scored"), shown[-1]) == (1, "interview.ended")


async def test_readers_share_one_connection_and_leave_nothing(
    settings: TokensSettings, mailboxes: Mailboxes, redis: Redis
) -> None:
    feed = OutputFeed(redis, "shared", mailboxes.keys)
    reading = asyncio.create_task(feed.run())
    ids = [f"i{n}" for n in range(5)]
    for interview_id in ids:
        await made(mailboxes, interview_id)
        await say(mailboxes, interview_id, chunk(0))
    async with listening(settings, feed=feed) as url, httpx.AsyncClient(base_url=url, timeout=10) as http:
        streams = [stream(http, interview_id) for interview_id in ids * 6]
        assert [(await anext(told)).event for told in streams] == ["reply.chunk"] * 30

        async def blocked() -> int:
            return [client["cmd"] for client in await redis.client_list()].count("xread")

        # The front door's own feed, which nobody follows here, and the one that all thirty share.
        assert await eventually(blocked, lambda number: number >= 2) == 2
        for interview_id in ids:
            await say(mailboxes, interview_id, chunk(1))
        assert [(await anext(told)).data["seq"] for told in streams] == [1] * 30
        for told in streams:
            await told.aclose()
        await eventually(lambda: asyncio.sleep(0, len(feed._followers)), lambda left: left == 0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def test_redis_restarts_under_a_reader(settings: TokensSettings, tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.start()
    redis = connect(f"redis://127.0.0.1:{server.port}/0")
    mailboxes = Mailboxes(redis, Keys(settings.key_prefix))
    await mailboxes.load_functions()
    moved = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{server.port}/0"})
    await made(mailboxes, "i1")
    await say(mailboxes, "i1", *(chunk(n) for n in range(3)))
    try:
        async with listening(moved) as url, httpx.AsyncClient(base_url=url) as http:
            watching = asyncio.create_task(read(http, "i1"))
            await asyncio.sleep(0.1)
            server.process.signal(signal.SIGKILL)
            server.process.wait(5)
            server.start()
            await say(mailboxes, "i1", *(chunk(n) for n in range(3, 6)), InterviewEnded(reason="goodbye"))
            told = await watching
    finally:
        await redis.aclose()
        server.client.close()
        server.process.stop()
    assert [each.data["seq"] for each in told[:-1]] == list(range(6))
    assert told[-1].event == "interview.ended"


async def test_of_what_a_slow_reader_gets_little_is_kept(
    settings: TokensSettings, mailboxes: Mailboxes, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MAX_WAITING", 20)
    count, text = 200, "x" * 60_000
    feed = OutputFeed(redis, "slow", mailboxes.keys)
    reading = asyncio.create_task(feed.run())
    await made(mailboxes, "i1")
    async with listening(settings, feed=feed) as url, httpx.AsyncClient(base_url=url, timeout=10) as http:
        lazy = stream(http, "i1")
        await say(mailboxes, "i1", chunk(0))
        told = [await anext(lazy)]
        await say(
            mailboxes, "i1", *(chunk(n, text) for n in range(1, count)), InterviewEnded(reason="goodbye")
        )
        [waiting] = await eventually(lambda: asyncio.sleep(0, list(feed._full)), bool)
        assert waiting.qsize() == 20
        assert len(await read(http, "i1")) == count + 1, "nobody else waits for the slow one"
        assert waiting.qsize() == 20
        told += [each async for each in lazy]
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert [each.data["seq"] for each in told[:-1]] == list(range(count))


async def test_of_what_is_deleted_or_archived_a_stream_ends(
    http: httpx.AsyncClient, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "QUIET_S", 0.1)
    for interview_id in ("deleted", "archived", "open"):
        await made(mailboxes, interview_id)
        await say(mailboxes, interview_id, chunk(0))
    ends = {iid: asyncio.create_task(read(http, iid)) for iid in ("deleted", "archived", "open")}
    await asyncio.sleep(0.3)
    assert not any(each.done() for each in ends.values())
    await Closing(mailboxes, tombstone_ttl_s=60).delete("deleted")
    await mailboxes.redis.hset(mailboxes.keys.state("archived"), "status", "archived")  # type: ignore[misc]
    for interview_id in ("deleted", "archived"):
        assert [each.data["seq"] for each in await ends[interview_id]] == [0]
    await say(mailboxes, "open", chunk(1), InterviewEnded(reason="goodbye"))
    assert [each.event for each in await ends["open"]] == ["reply.chunk", "reply.chunk", "interview.ended"]


async def test_a_quiet_stream_is_kept_alive_and_ends_with_the_server(
    settings: TokensSettings, mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EventSourceResponse, "DEFAULT_PING_INTERVAL", 0.05)
    await made(mailboxes, "i1")
    async with httpx.AsyncClient(timeout=10) as http:
        async with listening(settings) as url:
            opened = http.stream("GET", f"{url}/interview/session/i1/events")
            got = await opened.__aenter__()
            lines = got.aiter_lines()
            assert (await anext(lines)).startswith(": ping")
        # The server has stopped by now, though a reader was there.
        with suppress(httpx.RemoteProtocolError):
            assert [line async for line in lines if line and not line.startswith(":")] == []
        await opened.__aexit__(None, None, None)
