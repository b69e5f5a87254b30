"""All that a participant has noticed of a room: who interviews, what was said, what sounded, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ConfigDict

from candidate.domain.sound import Recording, Samples, SpeechMeter, mix

SAMPLE_RATE = 16_000
"""Hz at which a participant listens, records and speaks."""


@dataclass(frozen=True)
class Segment:
    """A piece of transcript on ``lk.transcription``. Times are seconds of the monotonic clock."""

    participant: str
    """Identity of who spoke: the agent's, or a candidate's (what STT understood)."""
    segment_id: str
    text: str
    final: bool
    started_at: float
    updated_at: float

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same piece in another version."""
        return self.participant, self.segment_id


@dataclass(frozen=True)
class ChatMessage:
    """What somebody else wrote on ``lk.chat``, and when it arrived (seconds of the monotonic clock)."""

    participant: str
    text: str
    at: float


class StageMessage(BaseModel):
    """A change of stage, as it came on the data topic; what else it carries is kept."""

    model_config = ConfigDict(extra="allow", frozen=True)

    stage: str
    index: int
    of: int
    at: float
    """When it arrived, in seconds of the monotonic clock."""


@dataclass(frozen=True)
class Closing:
    """How the participant came to be outside: LiveKit's name of the reason (``ROOM_DELETED``…)."""

    reason: str
    at: float

    @property
    def by_the_interviewer(self) -> bool:
        """Whether the room was closed over the candidate, as at an interview's end."""
        return self.reason in {"ROOM_DELETED", "ROOM_CLOSED"}


@dataclass
class Hearing:
    """The record one participant keeps. Adapters write it, the turn rule and the tests read it."""

    agents: dict[str, str | None] = field(default_factory=dict)
    """The interviewer's participants now in the room and the agent state of each, the latest to come last."""
    agent_identities: set[str] = field(default_factory=set)
    """Every identity that ever was an interviewer's."""
    segments: dict[tuple[str, str], Segment] = field(default_factory=dict)
    stage_messages: list[StageMessage] = field(default_factory=list)
    chat_messages: list[ChatMessage] = field(default_factory=list)
    meter: SpeechMeter = field(default_factory=SpeechMeter)
    recordings: dict[str, Recording] = field(default_factory=dict)
    """What each track of the interviewer's carried, by the track's sid."""
    track_meters: dict[str, SpeechMeter] = field(default_factory=dict)
    """When each of these tracks was not silent. Every bot publishes one of its own."""
    agent_gone_at: float | None = None
    closing: Closing | None = None

    def agent_seen(self, identity: str, state: str | None) -> None:
        """An interviewer's participant came or changed its state."""
        self.agents[identity] = state
        self.agent_identities.add(identity)

    def agent_left(self, identity: str, at: float) -> None:
        """A participant left; nothing happens if it was no interviewer's."""
        if identity in self.agents:
            del self.agents[identity]
            self.agent_gone_at = at

    @property
    def agent_present(self) -> bool:
        """Whether an interviewer is in the room."""
        return bool(self.agents)

    @property
    def agent_state(self) -> str | None:
        """``lk.agent.state`` of the latest interviewer (a killed one's ghost may stay beside it)."""
        return next(reversed(self.agents.values()), None)

    def put(self, segment: Segment) -> None:
        """Take a new version of a segment; it keeps the time at which it was first seen."""
        earlier = self.segments.get(segment.key)
        self.segments[segment.key] = (
            segment if earlier is None else replace(segment, started_at=earlier.started_at)
        )

    def sound(self, track: str, at: float, samples: Samples) -> None:
        """Take a frame of the interviewer's audio."""
        self.meter.add(at, samples, SAMPLE_RATE)
        self.track_meters.setdefault(track, SpeechMeter()).add(at, samples, SAMPLE_RATE)
        self.recordings.setdefault(track, Recording(SAMPLE_RATE)).add(at, samples)

    def said_by_agent(self) -> list[Segment]:
        """The interviewer's segments, in the order they began."""
        return self._of(self.agent_identities)

    def written_by_agent(self) -> list[ChatMessage]:
        """The interviewer's chat messages, in order of arrival."""
        return [message for message in self.chat_messages if message.participant in self.agent_identities]

    def said_by(self, identity: str) -> list[Segment]:
        """One participant's segments, in the order they began."""
        return self._of([identity])

    def _of(self, identities: Iterable[str]) -> list[Segment]:
        known = set(identities)
        return sorted(
            (s for s in self.segments.values() if s.participant in known), key=lambda s: s.started_at
        )

    def recorded(self) -> Samples:
        """The interviewer's audio as it arrived, mono at ``SAMPLE_RATE``."""
        return mix(list(self.recordings.values()))
