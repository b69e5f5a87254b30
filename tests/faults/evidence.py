"""What is left of an interview: raw out of Redis, and in its driver's record. Imports nothing of Viva."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from faults.record import read_record

Json = dict[str, Any]
Client = Any
"""redis-py's client; its own types mix up the one that waits and the one that is awaited."""


@dataclass(frozen=True)
class Violation:
    """An interview (or ``*``: the mailboxes as a whole), the rule that it breaks, and how that shows."""

    interview: str
    rule: str
    evidence: str

    def __str__(self) -> str:
        return f"{self.interview}  {self.rule}: {self.evidence}"


@dataclass(frozen=True)
class Event:
    """One entry of a stream that is an event: all but what was planted."""

    entry_id: str
    event_id: str
    type: str
    occurred_at: str
    cause: str | None
    data: Json


@dataclass(frozen=True)
class Evidence:
    """One interview, after it has come to rest.

    Attributes:
        record: the driver's, line by line.
        inputs, outputs: the two streams, without what was planted there.
        unreadable: entries of the two streams that are no events and were not planted.
        fields: the state's hash.
        letters: its dead letters.
        planted: what the injector put into its streams: stream, entry_id, kind.
        faults: what else the injector did, to all interviews.
    """

    interview_id: str
    record: list[Json]
    inputs: list[Event] = field(default_factory=list)
    outputs: list[Event] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    letters: list[Json] = field(default_factory=list)
    planted: list[Json] = field(default_factory=list)
    faults: Sequence[Json] = ()
    report: Json | None = None
    lease: str | None = None

    @property
    def kind(self) -> str:
        """Of the driver; that of a driver which broke off at once does not matter."""
        return str(self.record[0]["kind"]) if self.record else "text"

    def sent(self, kind: str) -> list[Json]:
        """Payloads of one type that the driver sent, in order."""
        return [line["data"] for line in self.record if line["what"] == "sent" and line["type"] == kind]

    def outs(self, kind: str) -> list[Event]:
        """Outputs of one type, in order."""
        return [event for event in self.outputs if event.type == kind]

    @cached_property
    def state(self) -> Json:
        """The stage machine's state as last committed."""
        return cast(Json, json.loads(self.fields.get("state") or "{}"))

    @cached_property
    def scenario(self) -> Json:
        """The scenario as it was at creation."""
        return cast(Json, json.loads(self.fields.get("scenario") or "{}"))

    @cached_property
    def pieces(self) -> dict[str, dict[int, list[str]]]:
        """Texts of the pieces of each turn, by their number; more than one if somebody wrote it again."""
        turns: dict[str, dict[int, list[str]]] = {}
        for event in self.outs("reply.chunk"):
            turns.setdefault(event.data["turn_id"], {}).setdefault(event.data["seq"], []).append(
                event.data["text"]
            )
        return turns

    def joined(self, turn_id: str) -> str:
        """A turn's pieces as text, each once."""
        pieces = self.pieces.get(turn_id, {})
        return "".join(pieces[seq][0] for seq in sorted(pieces))

    @cached_property
    def end(self) -> str | None:
        """The event_id of the input that ended the interview."""
        return next((event.cause for event in self.outs("interview.ended")), None)

    @cached_property
    def before_the_end(self) -> set[str]:
        """Event ids of the inputs up to the one that ended the interview, or of all."""
        ids = [event.event_id for event in self.inputs]
        return set(ids[: ids.index(self.end) + 1] if self.end in ids else ids)


def gather(
    redis: Client, prefix: str, record: Path, planted: Sequence[Json], faults: Sequence[Json] = ()
) -> Evidence:
    """Read all that there is of one interview."""
    interview_id = record.stem

    def key(what: str) -> str:
        return f"{prefix}:{{{interview_id}}}:{what}"

    pipe = redis.pipeline(transaction=False)
    pipe.xrange(key("in")).xrange(key("out")).hgetall(key("state")).xrange(key("dead")).get(key("report"))
    pipe.get(key("lease"))
    raw_in, raw_out, fields, dead, report, lease = pipe.execute()
    ours = [plant for plant in planted if plant.get("interview") == interview_id]
    unreadable: list[str] = []
    streams = {
        name: _events(name, raw, {plant["entry_id"] for plant in ours if plant["stream"] == name}, unreadable)
        for name, raw in (("in", raw_in), ("out", raw_out))
    }
    return Evidence(
        interview_id=interview_id,
        record=read_record(record),
        inputs=streams["in"],
        outputs=streams["out"],
        unreadable=unreadable,
        fields={name.decode(): value.decode(errors="replace") for name, value in fields.items()},
        letters=letters_of(dead),
        planted=ours,
        faults=faults,
        report=json.loads(report) if report else None,
        lease=lease.decode() if lease else None,
    )


def letters_of(entries: list[tuple[bytes, dict[bytes, bytes]]]) -> list[Json]:
    """Dead letters as text."""
    return [
        {name.decode(): value.decode(errors="replace") for name, value in fields.items()}
        for _, fields in entries
    ]


def _events(
    stream: str, entries: list[tuple[bytes, dict[bytes, bytes]]], planted: set[str], unreadable: list[str]
) -> list[Event]:
    found = []
    for raw_id, fields in entries:
        entry_id = raw_id.decode()
        if entry_id in planted:
            continue
        try:
            event = json.loads(fields[b"event"])
            found.append(
                Event(
                    entry_id,
                    event["event_id"],
                    event["type"],
                    event["occurred_at"],
                    event["causation_id"],
                    event["data"],
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            unreadable.append(f"{stream} {entry_id}: {error!r}")
    return found
