"""What a rehearsal leaves behind: ``interviews/<id>/transcript.md``, ``interview.json`` and ``report.md``."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from viva_shared.report import InterviewReport, report_markdown, transcript_markdown

PACKAGES = ("viva", "livekit-agents", "livekit", "google-genai", "redis")


def write_files(directory: Path, report: InterviewReport, room: str) -> list[Path]:
    """Write the three files and return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    record = report.model_dump(mode="json") | {"room": room, "versions": versions()}
    contents = {
        "transcript.md": transcript_markdown(report),
        "interview.json": json.dumps(record, indent=2, ensure_ascii=False) + "\n",
        "report.md": report_markdown(report),
    }
    for name, text in contents.items():
        (directory / name).write_text(text)
    return [directory / name for name in contents]


def versions() -> dict[str, str]:
    """Versions of what made the interview."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # not a part of this installation
    return found
