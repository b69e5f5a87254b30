"""Whose turn it is, as a person would tell: the interviewer stopped sounding, and is listening."""

from __future__ import annotations

from dataclasses import dataclass

from candidate.domain.consent import consent_wanted
from candidate.domain.hearing import ChatMessage, Hearing, Segment

AUDIBLE_S = 0.2
"""Less sound than this is no speech."""
CHARACTERS_A_SECOND = 15.0
HEARD_SHARE = 0.4
"""A text counts as heard when this share of its expected duration sounded."""


@dataclass(frozen=True)
class TurnRule:
    """How long the interviewer must have been silent."""

    silence_s: float = 0.6
    """After a reply that was heard."""
    unheard_s: float = 3.0
    """After words of which too little sounded (they may be on their way), or sound without words."""


@dataclass(frozen=True)
class Mark:
    """Where the candidate's last turn ended: what came before it has been answered."""

    at: float
    answered: frozenset[tuple[str, str]] = frozenset()


def mark(hearing: Hearing, now: float) -> Mark:
    """A mark behind everything noticed so far."""
    return Mark(now, frozenset(hearing.segments))


def said_since(hearing: Hearing, since: Mark) -> list[Segment]:
    """The interviewer's segments that are not answered yet."""
    return [segment for segment in hearing.said_by_agent() if segment.key not in since.answered]


def asked_in_writing(hearing: Hearing, since: Mark) -> list[ChatMessage]:
    """The interviewer's chat messages since that ask for consent; others are not there to be answered."""
    return [m for m in hearing.written_by_agent() if m.at > since.at and consent_wanted(m.text)]


def words_since(hearing: Hearing, since: Mark) -> str:
    """What the interviewer said since, or asked in writing, as one text."""
    written = [message.text.strip() for message in asked_in_writing(hearing, since)]
    said = [segment.text.strip() for segment in said_since(hearing, since)]
    return " ".join([*written, *said]).strip()


def sounding_for(hearing: Hearing, since: Mark, now: float) -> float:
    """Seconds since the interviewer began the speech that is sounding now; 0 when it is silent."""
    spans = hearing.meter.since(since.at)
    if not spans or now - spans[-1].end > TurnRule.silence_s:
        return 0.0
    return now - spans[0].start


def is_my_turn(hearing: Hearing, since: Mark, now: float, rule: TurnRule) -> bool:
    """Whether the interviewer has said something since, is done, and waits for an answer."""
    if not hearing.agent_present or hearing.agent_state not in {None, "listening"}:
        return False
    segments, written = said_since(hearing, since), asked_in_writing(hearing, since)
    heard_s = sum(span.seconds for span in hearing.meter.since(since.at))
    if not segments and not written and heard_s < AUDIBLE_S:
        return False
    expected_s = sum(len(segment.text) for segment in segments) / CHARACTERS_A_SECOND
    whole = all(segment.final for segment in segments)
    heard = bool(segments) and whole and heard_s >= max(AUDIBLE_S, HEARD_SHARE * expected_s)
    quiet_since = max(since.at, hearing.meter.last_voiced_at or 0.0)
    if not heard:
        quiet_since = max([quiet_since, *(s.updated_at for s in segments), *(m.at for m in written)])
    return now - quiet_since >= (rule.silence_s if heard else rule.unheard_s)
