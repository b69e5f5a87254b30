"""The page's tests, all of them, and what they measured.

    make test-web ARGS="-k voice"

Vitest, then Chromium on the whole of Viva. Pictures of every page are in .viva/screenshots. The last line is
RESULT and JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


class Measured:
    """What the tests have noted down, as a plugin of pytest."""

    def __init__(self) -> None:
        self.tests = 0
        self.axe_violations = 0
        self.noted: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called at each setup, call and teardown."""
        if report.when == "call":
            self.tests += 1
        if report.when == "teardown":
            noted = dict(report.user_properties)
            self.axe_violations += int(str(noted.pop("axe_violations", 0)))
            self.noted |= {str(name): float(str(value)) for name, value in noted.items()}


def vitest() -> tuple[int, int]:
    """Run the tests of the page's plain functions; the exit code, and how many there were."""
    with tempfile.TemporaryDirectory(prefix="viva-vitest-") as folder:
        results = Path(folder) / "results.json"
        command = ["npm", "test", "--silent", "--prefix", "services/web", "--"]
        path = f"{ROOT}/.viva/bin{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [*command, "--reporter=default", "--reporter=json", f"--outputFile.json={results}"],
            env=os.environ | {"PATH": path},
            cwd=ROOT,
            check=False,
        )
        counted = json.loads(results.read_text())["numTotalTests"] if results.exists() else 0
        return done.returncode, counted


def main(arguments: list[str]) -> int:
    """Run both, whatever comes of the first; fail if either did."""
    measured = Measured()
    failed, counted = vitest()
    code = pytest.main([str(ROOT / "tests" / "web"), *arguments], plugins=[measured])
    result: dict[str, Any] = {
        "tests": counted + measured.tests,
        "axe_violations": measured.axe_violations,
        "first_page_kb_gzip": measured.noted.get("first_page_kb_gzip"),
        "lobby_interactive_s": measured.noted.get("lobby_interactive_s"),
    }
    for name, value in measured.noted.items():
        print(f"{name}: {value}")
    print(f"RESULT {json.dumps(result)}")
    return int(bool(failed or code))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
