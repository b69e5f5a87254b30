"""An interview in writing by REST on real processes, which are killed between its calls and within them."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from brain.application.replaying import replay
from candidate.adapters.personas import load_persona
from candidate.domain.answers import Memory, choose
from faults.process import Process
from faults.stack import RedisServer
from fixtures.brains import eventually
from fixtures.processes import free_port, listens, wait_for
from viva_shared.archive import migrate
from viva_shared.broker import Keys, Mailboxes, connect, read_history
from viva_shared.events import AnswerScored, Envelope, QuestionAsked, UtteranceHeard

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ALICE = load_persona("alice")
SHOWN = ("reply.", "stage.changed", "question.asked", "answer.scored", "interview.ended")


@dataclass
class Viva:
    """What an interview in writing needs, beside the jobs and a model."""

    url: str
    redis_url: str
    tokens: Process
    worker: Process


@pytest.fixture
def viva(tmp_path: Path) -> Iterator[Viva]:
    redis, tokens_port, model_port = RedisServer(tmp_path), free_port(), free_port()
    redis.start()
    database_url = f"sqlite+aiosqlite:///{tmp_path}/viva.db"
    asyncio.run(migrate(database_url))
    settings = {
        "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
        "DATABASE_URL": database_url,
        "VIVA_SCENARIOS_DIR": str(SCENARIOS),
        "VIVA_TOKENS_PORT": str(tokens_port),
        "VIVA_LOCAL_PROVIDERS_URL": f"http://127.0.0.1:{model_port}",
        "VIVA_LOCAL_PORT": str(model_port),
        "VIVA_LOCAL_RECOGNIZERS": "1",
        "VIVA_LOCAL_GEMINI_CHUNK_WORDS": "1",
        "VIVA_LOCAL_GEMINI_CHUNK_DELAY_MS": "60",  # so that a kill can land in a reply
        "VIVA_LLM_PROVIDER": "local",
    }

    commands = {"tokens": ["tokens"], "worker": ["brain", "worker"], "jobs": ["brain", "jobs"]}
    commands["model"] = ["local_providers"]
    processes = {
        name: Process(name, [sys.executable, "-m", *command], tmp_path, **settings)
        for name, command in commands.items()
    }
    with ExitStack() as exits:
        exits.callback(redis.client.close)
        for each in (redis.process, *processes.values()):
            exits.callback(kill, each)
        for each in processes.values():
            each.start()
        wait_for(lambda: listens(tokens_port) and listens(model_port), "the servers", 60)
        wait_for(lambda: processes["worker"].says("worker.ready"), "the worker", 60)
        url = f"http://127.0.0.1:{tokens_port}"
        yield Viva(url, settings["REDIS_URL"], processes["tokens"], processes["worker"])


def kill(process: Process) -> None:
    process.signal(signal.SIGKILL)
    process.wait(5)


def replace(process: Process) -> None:
    """Kill it outright, and start another in its place."""
    kill(process)
    process.start()


@pytest.fixture
async def mailboxes(viva: Viva) -> AsyncIterator[Mailboxes]:
    redis = connect(viva.redis_url)
    yield Mailboxes(redis, Keys())
    await redis.aclose()


class Client:
    """Repeats each call under its key until it is answered."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=15, trust_env=False)

    async def post(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        give_up = time.monotonic() + 60
        while True:
            with suppress(httpx.TransportError):
                answer = await self._http.post(path, json=body, headers={"Idempotency-Key": key})
                if answer.is_success:
                    answered: dict[str, Any] = answer.json()
                    return answered
                assert answer.status_code == 503, answer.text
            assert time.monotonic() < give_up
            await asyncio.sleep(0.1)

    async def events(self, interview_id: str) -> list[tuple[str, str]]:
        """What the interview's event stream tells, across as many connections as it takes: ids and types."""
        told: list[tuple[str, str]] = []
        while True:
            headers = {"Last-Event-ID": told[-1][0]} if told else {}
            path = f"/interview/session/{interview_id}/events"
            with suppress(httpx.TransportError):
                async with self._http.stream("GET", path, headers=headers) as stream:
                    entry = ""
                    async for line in stream.aiter_lines():
                        name, _, value = line.partition(": ")
                        if name == "id":
                            entry = value
                        elif name == "event":
                            told.append((entry, value))
                    if stream.is_success:
                        return told
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        await self._http.aclose()


async def logged(mailboxes: Mailboxes, interview_id: str) -> tuple[list[Envelope], list[Envelope]]:
    history = await read_history(mailboxes, interview_id)
    assert history is not None
    return [event for _, event in history.inputs], [event for _, event in history.outputs]


async def test_kills_between_the_calls_and_within_them(viva: Viva, mailboxes: Mailboxes) -> None:
    client = Client(viva.url)
    calls: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = []

    async def call(path: str, **body: Any) -> dict[str, Any]:
        key, body = f"call-{len(calls)}", {"session_id": "killed", **body}
        calls.append((path, body, key, await client.post(path, body, key)))
        return calls[-1][-1]

    async def chunks() -> int:
        _, outputs = await logged(mailboxes, "killed")
        return [event.type for event in outputs].count("reply.chunk")

    async def kill_within_the_reply(process: Process) -> None:
        before = await chunks()
        await eventually(chunks, lambda number: number > before)
        replace(process)

    turn = await call("/interview/start", num_questions=3, job_title="Engineer", consent=True)
    watching = asyncio.create_task(client.events("killed"))
    memory = Memory()
    for victim in (viva.worker, viva.tokens, None):
        memory, choice = choose(ALICE, memory, turn["question"])
        assert choice is not None
        answering = call("/interview/answer", turn_id=turn["turn_id"], answer=choice.text)
        if victim:
            turn, _ = await asyncio.gather(answering, kill_within_the_reply(victim))
        else:  # between two calls
            replace(viva.tokens)
            replace(viva.worker)
            turn = await answering
        assert turn["score"] is not None, turn
    assert turn["complete"]
    report = (await call("/interview/finish"))["report"]

    for path, body, key, got in calls:
        assert await client.post(path, body, key) == got, "the same call, the same result"
    told = await watching
    await client.close()
    inputs, outputs = await logged(mailboxes, "killed")
    answers = [(body["answer"], got["score"]) for path, body, _, got in calls if path == "/interview/answer"]
    said = [event.data.text for event in inputs if isinstance(event.data, UtteranceHeard)]
    assert said == [text for text, _ in answers], "nothing was lost, nothing came twice"
    asked = [event.data.index for event in outputs if isinstance(event.data, QuestionAsked)]
    scored = [event.data.index for event in outputs if isinstance(event.data, AnswerScored)]
    assert asked == sorted(scored) == [0, 1, 2], "each once"
    assert [(score["answer"], score["score"]) for score in report["scores"]] == answers
    assert [kind for _, kind in told] == [event.type for event in outputs if event.type.startswith(SHOWN)]
    assert len({entry for entry, _ in told}) == len(told)
    assert (await replay(mailboxes, "killed")).same
