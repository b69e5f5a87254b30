"""Whose turn it is, as a person would tell: the interviewer stopped sounding, and is listening."""

from __future__ import annotations

from dataclasses import dataclass

from candidate.domain.hearing import Hearing, Segment

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


def words_since(hearing: Hearing, since: Mark) -> str:
    """What the interviewer said since, as one text."""
    return " ".join(segment.text.strip() for segment in said_since(hearing, since)).strip()


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
    segments = said_since(hearing, since)
    heard_s = sum(span.seconds for span in hearing.meter.since(since.at))
    if not segments and heard_s < AUDIBLE_S:
        return False
    expected_s = sum(len(segment.text) for segment in segments) / CHARACTERS_A_SECOND
    whole = all(segment.final for segment in segments)
    heard = bool(segments) and whole and heard_s >= max(AUDIBLE_S, HEARD_SHARE * expected_s)
    quiet_since = max([since.at, hearing.meter.last_voiced_at or 0.0, *(s.updated_at for s in segments)])
    if heard:
        quiet_since = max(since.at, hearing.meter.last_voiced_at or 0.0)
    return now - quiet_since >= (rule.silence_s if heard else rule.unheard_s)
