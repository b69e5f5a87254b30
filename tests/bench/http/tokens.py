"""Tokens a second, with credentials and limits on, next to livekit-api alone in a bare FastAPI route."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from uuid import uuid4

from fixtures.processes import free_port, listens, wait_for

from bench.http.front import Front
from bench.http.load import Answers, drive, post

CONNECTIONS = 16
WARM_UP = 300


@dataclass(frozen=True, slots=True)
class Rates:
    """Of both, by round: the two take turns, so that what else the machine does meets both."""

    bare: list[Answers]
    front: list[Answers]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(
            front.rate / bare.rate for bare, front in zip(self.bare, self.front, strict=True)
        )


async def rates(front: Front, key: str, requests: int, rounds: int) -> Rates:
    """Ask both for as many tokens, each for an interview of its own, in turns."""
    bare_port = free_port()
    front.start("bench.http.bare", str(bare_port), PYTHONPATH="tests")
    wait_for(lambda: listens(bare_port), "the bare route", 60)
    port = front.replica()
    measured = Rates([], [])
    for number in range(-1, rounds):
        for answers, where, bearer in ((measured.bare, bare_port, None), (measured.front, port, key)):
            got = await _ask(where, bearer, WARM_UP if number < 0 else requests)
            if set(got.statuses) != {200}:
                raise RuntimeError(f"answers were {dict(got.statuses)}")
            if number >= 0:
                answers.append(got)
    return measured


async def _ask(port: int, key: str | None, requests: int) -> Answers:
    run = uuid4().hex[:8]

    def make(number: int, port: int) -> bytes:
        body = {"session_id": f"{run}-{number}", "participant_name": "Alice"}
        return post(port, "/livekit/token", body, key)

    return await drive([port], CONNECTIONS, requests, make)
