"""What the front door can do, with credentials and limits on.

    make bench-http ARGS="--requests 5000 --rounds 5 --interviews 50 --calls 10000"

Real Redis, SQLite, processes and sockets on loopback; the interviewer is the local model. The last line is
RESULT and JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
from typing import Any

import uvloop

from bench.http.front import front
from bench.http.limits import issued
from bench.http.text import hold, served
from bench.http.tokens import rates

ALLOWED = 1000
"""Calls an hour, in the measurement of limits."""
WIDE = {"VIVA_LIMIT_TOKENS": "1000000/minute", "VIVA_LIMIT_CALLS": "1000000/minute"}


async def measure(requests: int, rounds: int, interviews: int, calls: int) -> dict[str, Any]:
    """All three, one after the other; what they found is printed on the way."""
    with front(**WIDE) as made:
        both = await rates(made, made.key(), requests, rounds)
    for name, answers in (("bare route", both.bare), ("front door", both.front)):
        rate = statistics.median(a.rate for a in answers)
        p99 = statistics.median(a.p99_ms for a in answers)
        print(f"{name}: {rate:.0f} tokens/s, p99 {p99:.1f} ms (medians of {rounds} rounds of {requests})")
    print(f"ratio of the rates: {both.ratio:.2f}")
    with front(**WIDE) as made, served(made) as url:
        held = await hold(url, made.key(), interviews)
    waits = statistics.quantiles(held.waits_ms, n=100, method="inclusive")
    print(
        f"{held.interviews} interviews in writing at a time: {held.turns} answers in {held.seconds:.1f} s, "
        f"a call took {statistics.median(held.waits_ms):.0f} ms (p99 {waits[98]:.0f} ms)"
    )
    for problem in held.lost:
        print(f"lost: {problem}")
    with front(**WIDE | {"VIVA_LIMIT_TOKENS": f"{ALLOWED}/hour"}) as made:
        made.replica()
        made.replica()
        found = await issued(made, made.key(), calls, ALLOWED)
    print(f"{found.calls} calls at once on two replicas under {ALLOWED}/hour: {found.issued} let through")
    return {
        "token_rate_ratio": round(both.ratio, 2),
        "text_interviews": held.interviews,
        "lost_turns": len(held.lost),
        "over_issued": found.over,
    }


def main() -> int:
    """Measure, print, and fail if anything was lost or over-issued, or tokens are too slow."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--interviews", type=int, default=50)
    parser.add_argument("--calls", type=int, default=10_000)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # for as many connections as calls
    result = uvloop.run(measure(options.requests, options.rounds, options.interviews, options.calls))
    print(f"RESULT {json.dumps(result)}")
    return int(result["token_rate_ratio"] < 0.5 or bool(result["lost_turns"] or result["over_issued"]))


if __name__ == "__main__":
    raise SystemExit(main())
