"""Who in the room is the candidate: known by identity, never whoever came first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in the room, as far as it matters here.

    Attributes:
        role: the value of ``viva.role`` in the token; None in a bare token.
        is_person: a standard client, neither agent nor SIP, ingress or egress.
    """

    identity: str
    name: str | None = None
    role: str | None = None
    is_person: bool = True
    is_hidden: bool = False
    may_publish: bool = True


def may_be_candidate(participant: Participant) -> bool:
    """Whether the first such participant of a room without a named candidate becomes its candidate."""
    return (
        participant.is_person
        and not participant.is_hidden
        and participant.may_publish
        and participant.role != "observer"
    )
