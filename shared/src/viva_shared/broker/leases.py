"""What a worker gets for an interview: a lease, or why not, and the interview as it was last committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from viva_shared.broker.entries import FIRST


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one interview's state and outputs, as long as the token is what Redis has."""

    interview_id: str
    holder: str
    epoch: int

    @property
    def token(self) -> str:
        return f"{self.holder}|{self.epoch}"


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else holds the interview."""

    holder: str


@dataclass(frozen=True, slots=True)
class Closed:
    """There is nothing to hold: ``missing``, ``archived`` or ``deleted``."""

    status: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An interview as it was last committed; of one that is not ``open`` only status and epoch are left.

    Attributes:
        state: the stage machine's state as JSON, empty before the first commit.
        scenario: the scenario as it was resolved at creation, JSON.
        cursor: entry id of the last input applied.
        effects: open effects by id, JSON each.
        tries: how often the next input (or, with none, the open effects together) was begun.
        tries_of: entry id of that input, or ``effect:<id>`` of each open effect, sorted, with spaces between.
    """

    status: str
    state: str
    scenario: str
    version: int
    cursor: str
    epoch: int
    tries: int
    tries_of: str
    effects: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """An acquired interview."""

    lease: Lease
    snapshot: Snapshot


def read_snapshot(flat: Sequence[bytes] | Mapping[bytes, bytes]) -> Snapshot:
    """The ``state`` hash as Redis answers with it, from a command or from a function."""
    pairs = flat if isinstance(flat, Mapping) else dict(zip(flat[::2], flat[1::2], strict=True))
    fields = {key.decode(): value.decode() for key, value in pairs.items()}
    return Snapshot(
        status=fields["status"],
        state=fields.get("state", ""),
        scenario=fields.get("scenario", ""),
        version=int(fields.get("version", 0)),
        cursor=fields.get("cursor", FIRST),
        epoch=int(fields["epoch"]),
        tries=int(fields.get("tries", 0)),
        tries_of=fields.get("tries_of", ""),
        effects={k.removeprefix("effect:"): v for k, v in fields.items() if k.startswith("effect:")},
    )
