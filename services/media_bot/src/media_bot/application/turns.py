"""What the mouth keeps of each reply of the brain, each remark of its own and each utterance that waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from viva_shared.events import TurnTimings

from media_bot.application.pieces import Pieces
from media_bot.application.ports import Speech, Spoken, Utterance
from media_bot.domain.replies import Reply


class Phase(Enum):
    """Where a reply is on its way to the candidate's ears."""

    WAITING = "waiting"
    """Nothing of it is with a speech yet."""
    GIVEN = "given"
    """A speech reads it."""
    PAUSED = "paused"
    """Its speech ended before it did: what still comes is said on its own."""
    OVER = "over"
    """What was heard of it is reported."""


_MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.WAITING: frozenset({Phase.GIVEN, Phase.OVER}),
    Phase.GIVEN: frozenset({Phase.WAITING, Phase.PAUSED, Phase.OVER}),
    Phase.PAUSED: frozenset({Phase.GIVEN, Phase.OVER}),
    Phase.OVER: frozenset(),
}


class Asked(Enum):
    """Where the answer to an utterance is."""

    OPEN = "open"
    """``llm_node`` waits for a reply, or the speech it feeds goes on."""
    DONE = "done"
    """Its speech ended by itself: a reply that comes now is said on its own."""
    CUT = "cut"
    """Its speech was interrupted: nobody waits for a reply any more."""


@dataclass(slots=True, eq=False)
class Question:
    """An utterance of the candidate and the reply that answers it."""

    utterance_id: str
    state: Asked = Asked.OPEN
    utterance: Utterance | None = None
    turn: Turn | None = None


@dataclass(slots=True, eq=False)
class Turn:
    """One reply of the brain on its way, or a remark of the bot's own.

    Attributes:
        remark: the bot's own words, of which the brain knows nothing; empty for a reply.
        given_before: characters that the speeches before the present or last one took.
    """

    reply: Reply
    remark: str = ""
    question: Question | None = None
    pieces: Pieces = field(default_factory=Pieces)
    phase: Phase = Phase.WAITING
    speech: Speech | None = None
    is_cancelled: bool = False
    heard: str = ""
    given_before: int = 0
    first_text_at: float | None = None
    first_audio_at: float | None = None

    def move(self, phase: Phase) -> None:
        """Change the phase. Raises ValueError for a move that makes no sense."""
        if phase not in _MOVES[self.phase]:
            raise ValueError(f"reply {self.reply.turn_id}: {self.phase.value} → {phase.value}")
        self.phase = phase

    def give(self) -> None:
        """A speech begins to read it."""
        self.move(Phase.GIVEN)
        self.given_before = len(self.pieces.given)

    @classmethod
    def of_remark(cls, words: str) -> Turn:
        """The bot's own words, whole."""
        turn = cls(Reply(""), remark=words)
        turn.pieces.put(words)
        turn.pieces.end()
        return turn

    def take_back(self, spoken: Spoken) -> None:
        """Its speech ended: keep what was heard."""
        self.speech = None
        self.heard += self.pieces.given[self.given_before :] if spoken.in_writing else spoken.text
        if self.first_audio_at is None:
            self.first_audio_at = spoken.first_audio_at

    @property
    def was_read(self) -> bool:
        """Whether the present or last speech took anything of it."""
        return len(self.pieces.given) > self.given_before

    @property
    def timings(self) -> TurnTimings:
        """Each from the end of the candidate's speech; all None for what was said unasked."""
        utterance = self.question.utterance if self.question else None
        if utterance is None:
            return TurnTimings()
        ended = utterance.speech_ended_at
        return TurnTimings(
            transcribed_s=_rounded(utterance.transcribed_s),
            turn_ended_s=_rounded(utterance.turn_ended_s),
            first_text_s=_rounded(self.first_text_at, ended),
            first_audio_s=_rounded(self.first_audio_at, ended),
        )


def _rounded(moment: float | None, since: float | None = 0.0) -> float | None:
    return None if moment is None or since is None else round(moment - since, 4)
