"""The log is the interview: replaying its inputs ends in the same state, hash for hash."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass

from viva_shared.broker import Mailboxes
from viva_shared.events import InputRejected, decode
from viva_shared.scenario import Scenario

from brain.application.reporting import NoSuchInterview
from brain.domain.decide import decide
from brain.domain.state import State


@dataclass(frozen=True, slots=True)
class Replay:
    """Two states of one interview, as JSON: the stored one, and the one its inputs lead to."""

    inputs: int
    stored: str
    replayed: str

    @property
    def same(self) -> bool:
        """Whether they are equal to the byte."""
        return self.stored == self.replayed

    @property
    def hashes(self) -> tuple[str, str]:
        """SHA-256 of each, the first 16 hex digits."""
        stored, replayed = (hashlib.sha256(s.encode()).hexdigest()[:16] for s in (self.stored, self.replayed))
        return stored, replayed

    def diff(self) -> str:
        """A unified diff of the two; empty if they are the same."""
        stored, replayed = (
            json.dumps(json.loads(s or "null"), indent=2).splitlines() for s in (self.stored, self.replayed)
        )
        return "\n".join(difflib.unified_diff(stored, replayed, "stored", "replayed", lineterm=""))


async def replay(mailboxes: Mailboxes, interview_id: str) -> Replay:
    """Run ``decide`` over the recorded inputs up to the cursor, without those that were rejected.

    Raises:
        NoSuchInterview: nothing is stored under this id.
    """
    snapshot = await mailboxes.snapshot(interview_id)
    if snapshot is None:
        raise NoSuchInterview(interview_id)
    scenario = Scenario.model_validate_json(snapshot.scenario)
    rejected = await _rejected(mailboxes, interview_id)
    state: State | None = None
    inputs = 0
    async for entry in mailboxes.every_input(interview_id):
        if not _reached(entry.entry_id, snapshot.cursor):
            break
        if entry.entry_id not in rejected:
            state = decide(scenario, state, decode(entry.raw)).state
            inputs += 1
    return Replay(inputs, snapshot.state, state.model_dump_json() if state else "")


async def _rejected(mailboxes: Mailboxes, interview_id: str) -> set[str]:
    return {
        event.data.entry_id
        async for _, event in mailboxes.every_output(interview_id)
        if isinstance(event.data, InputRejected)
    }


def _reached(entry_id: str, cursor: str) -> bool:
    return tuple(map(int, entry_id.split("-"))) <= tuple(map(int, cursor.split("-")))
