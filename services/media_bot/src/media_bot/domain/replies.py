"""A reply of the brain as it comes over the wire: put in order, each piece once, until it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Ending(Enum):
    """How the brain ended a reply."""

    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Reply:
    """Pieces may come twice or out of order (a worker that takes over repeats what it is not sure of).

    Attributes:
        turn_id: the brain's name for it.
        in_reply_to: the utterance it answers; None for what is said unasked.
        text: all that is in order so far.
        ending: None while the brain may still add to it.
    """

    turn_id: str
    in_reply_to: str | None = None
    text: str = ""
    ending: Ending | None = None
    _next: int = 0
    _early: dict[int, str] = field(default_factory=dict)

    def add(self, seq: int, text: str) -> str:
        """Take a piece; returns the text that is in order now and was not before."""
        if self.ending is not None or seq < self._next:
            return ""
        self._early.setdefault(seq, text)
        fresh = ""
        while self._next in self._early:
            fresh += self._early.pop(self._next)
            self._next += 1
        self.text += fresh
        return fresh

    def finish(self, text: str) -> str:
        """Take the end; returns what of the whole text never came as a piece.

        If the pieces are no beginning of the text, they stand: what was spoken cannot be taken back.
        """
        if self.ending is not None:
            return ""
        self.ending = Ending.FINISHED
        self._early.clear()
        if not text.startswith(self.text):
            return ""
        rest = text.removeprefix(self.text)
        self.text += rest
        return rest

    def cancel(self) -> None:
        """Take a cancellation: nothing more is added."""
        self.ending = self.ending or Ending.CANCELLED
        self._early.clear()

    def is_whole(self, heard: str) -> bool:
        """Whether what was heard is all of it, but for white space."""
        return self.ending is Ending.FINISHED and heard.split() == self.text.split()
