"""Dead letters, as an operator sees them: look at them, try them again, drop them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic_core import from_json

from viva_shared.broker.entries import ENTRY_ID, FIRST
from viva_shared.broker.errors import BrokerError
from viva_shared.broker.mailboxes import Mailboxes
from viva_shared.events import Envelope, UndecodableEvent, decode

PAGE = 100
"""Letters read at a time: each may be as large as an event."""


class NotRetried(BrokerError):
    """This dead letter cannot be appended again; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter.

    Attributes:
        letter_id: its entry id among the dead letters.
        interview_id: None for what came on a stream of no interview.
        stream: where it was: ``in``, ``out``, ``ready`` or ``worker:<name>``.
        entry_id: its entry id there; empty for what its producer refused to send.
        event_id: the event's own, where it could be read.
        event: the bytes, cut at the limit that held then.
        size: how many bytes there were.
    """

    letter_id: str
    interview_id: str | None
    stream: str
    entry_id: str
    event_id: str | None
    event: bytes
    size: int
    reason: str

    @property
    def reference(self) -> str:
        """How a command names it."""
        return self.letter_id if self.interview_id is None else f"{self.interview_id}/{self.letter_id}"

    @property
    def buried_at(self) -> datetime:
        """When it became a dead letter."""
        return datetime.fromtimestamp(int(self.letter_id.partition("-")[0]) / 1000, UTC)

    @property
    def type(self) -> str | None:
        """The event's type, if that much can be read."""
        try:
            found = from_json(self.event, allow_partial=True)
        except ValueError:
            return None
        return str(found["type"]) if isinstance(found, dict) and "type" in found else None


class DeadLetters:
    """All dead letters of one deployment."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes
        self._redis, self._keys = mailboxes.redis, mailboxes.keys

    async def every(self) -> AsyncIterator[DeadLetter]:
        """All of them, by interview, oldest first; those of no interview come last."""
        pattern = self._keys.dead("*")
        before, _, after = pattern.partition("*")
        keys = {key.decode(errors="replace") async for key in self._redis.scan_iter(pattern, _type="STREAM")}
        for key in sorted(keys):
            async for letter in self.of(key.removeprefix(before).removesuffix(after)):
                yield letter
        async for letter in self.of(None):
            yield letter

    async def of(self, interview_id: str | None) -> AsyncIterator[DeadLetter]:
        """One interview's, or those of none; oldest first."""
        key, cursor = self._keys.dead(interview_id), FIRST
        while page := await self._redis.xrange(key, f"({cursor}", "+", PAGE):
            for letter_id, fields in page:
                cursor = letter_id.decode()
                yield _read(interview_id, cursor, fields)

    async def find(self, reference: str) -> DeadLetter | None:
        """The one with this reference."""
        before, _, letter_id = reference.rpartition("/")
        interview_id = before or None
        if not ENTRY_ID.fullmatch(letter_id):
            return None
        found = await self._redis.xrange(self._keys.dead(interview_id), letter_id, letter_id)
        return _read(interview_id, letter_id, found[0][1]) if found else None

    async def drop(self, letter: DeadLetter) -> None:
        """Forget it."""
        await self._redis.xdel(self._keys.dead(letter.interview_id), letter.letter_id)

    async def retry(self, letter: DeadLetter, now: datetime) -> Envelope:
        """Append it as a new event, whose id is the letter's, and forget the letter. Safe to repeat.

        Raises:
            NotRetried: it is no input, or cannot be read now either.
            NotOpen: its interview is archived.
        """
        event = self._readable(letter)
        again = event.model_copy(
            update={
                "event_id": f"retry:{letter.letter_id}",
                "occurred_at": now,
                "causation_id": event.event_id,
            }
        )
        await self._mailboxes.append(again)
        await self.drop(letter)
        return again

    def _readable(self, letter: DeadLetter) -> Envelope:
        if letter.stream != "in":
            raise NotRetried(f"it was no input but an entry of {letter.stream!r}: look at it, then drop it")
        if len(letter.event) < letter.size:
            raise NotRetried(
                f"only the first {len(letter.event)} of its {letter.size} bytes were kept: whoever sent it "
                "must send it again, shorter, or VIVA_MAX_EVENT_BYTES be raised before"
            )
        try:
            event = decode(letter.event, self._mailboxes.max_event_bytes)
        except UndecodableEvent as error:
            raise NotRetried(
                f"it cannot be read by this version either ({error}): upgrade, or drop it"
            ) from error
        if not event.is_input or event.interview_id != letter.interview_id:
            raise NotRetried(
                f"it is no input of this interview but {event.type!r} of {event.interview_id!r}: drop it"
            )
        return event


def _read(interview_id: str | None, letter_id: str, fields: Mapping[bytes, bytes]) -> DeadLetter:
    def text(name: bytes) -> str:
        return fields.get(name, b"").decode(errors="replace")

    event, size = fields.get(b"event", b""), text(b"size")
    return DeadLetter(
        letter_id,
        interview_id,
        text(b"stream"),
        text(b"entry_id"),
        text(b"event_id") or None,
        event,
        int(size) if size.isdecimal() else len(event),
        text(b"reason"),
    )
