"""A load of HTTP requests that costs little beside what it measures: one at a time on a connection."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answers:
    """What came back.

    Attributes:
        statuses: how many answers had each.
        ms: milliseconds of each answer.
        seconds: of the whole.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.ms) / self.seconds

    @property
    def p99_ms(self) -> float:
        """Of the answers' milliseconds."""
        return statistics.quantiles(self.ms, n=100, method="inclusive")[98]


def post(port: int, path: str, body: dict[str, Any], key: str | None = None) -> bytes:
    """A request as it goes over the wire."""
    content = json.dumps(body).encode()
    bearer = f"Authorization: Bearer {key}\r\n" if key else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{bearer}"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def drive(
    ports: list[int], connections: int, requests: int, make: Callable[[int, int], bytes]
) -> Answers:
    """Send so many requests over so many connections to each port, all at once.

    Args:
        make: the request by its number and its port.
    """
    answers, numbers = Answers(), itertools.count()
    opened = [
        await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        for port in ports
        for _ in range(connections)
    ]
    begun = time.perf_counter()
    await asyncio.gather(
        *(
            _talk(*streams, ports[n // connections], numbers, requests, make, answers)
            for n, streams in enumerate(opened)
        )
    )
    answers.seconds = time.perf_counter() - begun
    for _, writer in opened:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for _, writer in opened), return_exceptions=True)
    return answers


async def _talk(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    port: int,
    numbers: Iterator[int],
    requests: int,
    make: Callable[[int, int], bytes],
    answers: Answers,
) -> None:
    while (number := next(numbers)) < requests:
        begun = time.perf_counter()
        writer.write(make(number, port))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length[15:]))
        answers.ms.append((time.perf_counter() - begun) * 1000)
        answers.statuses[int(head[9:12])] += 1
