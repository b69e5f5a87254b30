"""Records: what somebody did and noticed, in their own hand, as JSON lines.

An interview's record (``records/<interview id>.jsonl``) has lines of these kinds, each with ``t``, seconds of
the machine's monotonic clock:

    begun     kind of the driver, persona
    sent      event_id, type, data: put into the mailbox, in this order
    again     event_id: appended once more on purpose
    heard     entry_id, type, data: an output, in the order in which it was delivered
    ended     the driver has seen the interview end
    gave_up   why: the driver waited in vain
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any


class Record:
    """Appends lines; each is in the file when ``write`` returns, whatever becomes of the writer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()

    def write(self, what: str, **fields: Any) -> None:
        """One line, with the time."""
        line = json.dumps({"t": time.monotonic(), "what": what, **fields})
        with self._path.open("a") as file:
            file.write(f"{line}\n")


def read_record(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a record; its writer may have been killed in the middle of the last one."""
    lines = path.read_text().split("\n")
    return [json.loads(line) for line in lines[:-1]]
