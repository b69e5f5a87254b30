"""Dead letters, as they are made: what cannot be read or applied is kept with the reason, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog
from redis.asyncio import Redis

from viva_shared import metrics
from viva_shared.broker.entries import Entry
from viva_shared.broker.errors import Damaged
from viva_shared.broker.functions import call_function
from viva_shared.broker.keys import Keys
from viva_shared.events import MAX_EVENT_BYTES, Envelope, Flaw, UndecodableEvent, decode

log = structlog.get_logger(__name__)

KEPT = 1_000
"""Dead letters that belong to no interview; older ones are dropped. An interview keeps all of its own."""

Kind = Flaw | Literal["misplaced", "poison"]
"""``misplaced``: what cannot happen to the interview as it is; ``poison``: begun too often."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to become a dead letter.

    Attributes:
        stream: ``in``, ``out``, ``ready`` or ``worker:<name>``.
        entry_id: where in the stream it is; empty for an event that its producer refused to send.
        raw: all of it; what is kept is cut at the limit.
        event_id: the event's own, where it can be read.
    """

    stream: str
    entry_id: str
    raw: bytes
    reason: str
    kind: Kind
    event_id: str | None = None

    def count(self) -> None:
        """Count it, once it has been written."""
        metrics.DEAD_LETTERS.labels(stream=self.stream.partition(":")[0], kind=self.kind).inc()


class Graveyard:
    """Writes dead letters. One that cannot be written is a line in the log: nothing else may stop for it."""

    def __init__(
        self, redis: Redis, keys: Keys | None = None, max_event_bytes: int = MAX_EVENT_BYTES
    ) -> None:
        self._redis = redis
        self._keys = keys or Keys()
        self._max_event_bytes = max_event_bytes

    def arguments(self, letter: Letter) -> tuple[str | int | bytes, ...]:
        """A letter as the functions take it."""
        raw, event_id = letter.raw[: self._max_event_bytes], letter.event_id or ""
        return letter.stream, letter.entry_id, event_id, raw, len(letter.raw), letter.reason

    async def bury(self, letters: Sequence[Letter], interview_id: str | None = None) -> None:
        """Keep each letter that is not there yet, with its interview or, without one, in ``viva:dead``."""
        if not letters:
            return
        k = self._keys
        keys = [k.dead(interview_id), k.buried(interview_id)]
        if interview_id is not None:
            keys.append(k.state(interview_id))
        kept = KEPT if interview_id is None else 0
        arguments = [part for letter in letters for part in self.arguments(letter)]
        first = {"interview_id": interview_id, "stream": letters[0].stream, "entry_id": letters[0].entry_id}
        try:
            outcome, *are_new = await call_function(self._redis, "bury", keys, kept, *arguments)
        except Damaged as error:
            log.error("dead_letters.lost", count=len(letters), error=str(error), **first)
            return
        if outcome == b"refused":
            log.warning("dead_letters.refused", count=len(letters), status=are_new[0].decode(), **first)
            return
        new = [letter for letter, is_new in zip(letters, are_new, strict=True) if is_new]
        for letter in new:
            letter.count()
        if new:
            log.error("dead_letters.buried", count=len(new), reason=new[0].reason, **first)

    async def outputs(self, interview_id: str, entries: Iterable[Entry]) -> list[tuple[str, Envelope]]:
        """The outputs among these entries, with their entry ids; what is none is buried."""
        found, letters = [], []
        for entry in entries:
            try:
                found.append((entry.entry_id, decode(entry.raw, self._max_event_bytes)))
            except UndecodableEvent as error:
                letters.append(
                    Letter("out", entry.entry_id, entry.raw, str(error), error.flaw, error.event_id)
                )
        await self.bury(letters, interview_id)
        return found
