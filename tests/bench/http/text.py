"""Many interviews in writing at a time, and whether each turn is there afterwards, once and in its place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from fixtures.processes import free_port, listens, wait_for

from bench.http.front import Front

QUESTIONS = [
    "Tell me about a hard problem that you solved.",
    "How do you find out whether your work is good?",
    "Describe something new that you had to learn quickly.",
]
TRIES = 30


@dataclass
class Told:
    """What one candidate was told over HTTP, to be compared with what is kept."""

    session_id: str = ""
    answers: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)


@dataclass
class Held:
    """What came of all interviews."""

    interviews: int
    turns: int
    lost: list[str]
    waits_ms: list[float]
    seconds: float


@contextmanager
def served(front: Front, workers: int = 2) -> Iterator[str]:
    """The local model, brain workers, their jobs and one front door; its address."""
    port = free_port()
    front.environment["VIVA_LOCAL_PROVIDERS_URL"] = f"http://127.0.0.1:{port}"
    front.start("local_providers", VIVA_LOCAL_PORT=str(port))
    wait_for(lambda: listens(port), "local_providers", 60)
    for _ in range(workers):
        front.start("brain", "worker")
    front.start("brain", "jobs")
    yield f"http://127.0.0.1:{front.replica()}"


async def hold(url: str, key: str, interviews: int) -> Held:
    """Hold so many at once, each with an API key, and read each back."""
    begun = time.perf_counter()
    limits = httpx.Limits(max_connections=interviews)
    async with httpx.AsyncClient(
        base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30, limits=limits
    ) as http:
        told = await asyncio.gather(*(_one(http, number) for number in range(interviews)))
        lost = [problem for each in told for problem in await _check(http, each)]
    return Held(
        interviews=interviews,
        turns=sum(len(each.answers) for each in told),
        lost=lost,
        waits_ms=sorted(ms for each in told for ms in each.waits_ms),
        seconds=time.perf_counter() - begun,
    )


async def _one(http: httpx.AsyncClient, number: int) -> Told:
    told = Told()
    wanted = {"job_title": "Engineer", "questions": QUESTIONS, "candidate_name": f"Candidate {number}"}
    step = await _post(http, told, "/interview/start", wanted | {"consent": True})
    told.session_id = step["session_id"]
    while not step["progress"]["complete"]:
        told.labels.append(step["progress"]["label"])
        words = f"Answer {len(told.answers) + 1} of candidate {number}: I built it, and cut the time by half."
        told.answers.append(words)
        body = {"session_id": told.session_id, "turn_id": step["turn_id"], "answer": words}
        step = await _post(http, told, "/interview/answer", body)
    return told


async def _post(http: httpx.AsyncClient, told: Told, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """As a careful client: the same key again for as long as the answer is that it takes longer."""
    key = {"Idempotency-Key": uuid4().hex}
    begun = time.perf_counter()
    for _ in range(TRIES):
        answer = await http.post(path, json=body, headers=key)
        if answer.status_code not in (429, 503):
            answer.raise_for_status()
            told.waits_ms.append((time.perf_counter() - begun) * 1000)
            found: dict[str, Any] = answer.json()
            return found
        await asyncio.sleep(float(answer.headers["Retry-After"]))
    raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")


async def _check(http: httpx.AsyncClient, told: Told) -> list[str]:
    """What of an interview is missing, double or out of place, in words."""
    answer = await http.get(f"/interview/session/{told.session_id}")
    answer.raise_for_status()
    kept = answer.json()
    said = [line["text"] for line in kept["transcript"] if line["speaker"] == "candidate"]
    spoken = " ".join(line["text"] for line in kept["transcript"] if line["speaker"] == "interviewer")
    scored = [score["index"] + 1 for score in kept["scores"]]
    numbers = list(range(1, len(QUESTIONS) + 1))
    compared = [
        ("what was said", told.answers, said),
        ("how often each question was asked", [1] * len(QUESTIONS), [spoken.count(q) for q in QUESTIONS]),
        ("the labels", [f"Question {number} of {len(QUESTIONS)}" for number in numbers], told.labels),
        ("the questions with a score", numbers, scored),
    ]
    return [
        f"{told.session_id}: {what}: {expected} is kept as {found}"
        for what, expected, found in compared
        if expected != found
    ]
