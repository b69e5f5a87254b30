"""Whether a rate limit is exact across replicas."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from bench.http.front import Front
from bench.http.load import drive, post


@dataclass(frozen=True, slots=True)
class Issued:
    """How many calls were let through, of how many that were allowed."""

    calls: int
    allowed: int
    issued: int

    @property
    def over(self) -> int:
        """Calls that should have been refused."""
        return max(0, self.issued - self.allowed)


async def issued(front: Front, key: str, calls: int, allowed: int) -> Issued:
    """So many calls with one key, each on a connection of its own, under a limit of ``allowed`` an hour."""
    run = uuid4().hex[:8]

    def make(number: int, port: int) -> bytes:
        body = {"session_id": f"{run}-{number}", "participant_name": "Alice"}
        return post(port, "/livekit/token", body, key)

    answers = await drive(front.ports, calls // len(front.ports), calls, make)
    if others := set(answers.statuses) - {200, 429}:
        raise RuntimeError(f"answers were {dict(answers.statuses)}, {others} among them")
    return Issued(calls, allowed, answers.statuses[200])
