"""Whose words may be kept, where consent is required: theirs to whom the brain allowed to listen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from viva_shared.events import (
    CandidateJoined,
    CandidateReplaced,
    Envelope,
    InterviewCreated,
    ListeningAllowed,
    UtteranceHeard,
    UtterancePartial,
)

CONSENT_TURN = "consent-"
"""What the id of a turn begins with that only asks for consent: it is no part of the conversation."""


def heard_with_consent(
    inputs: Iterable[Envelope | None], outputs: Iterable[Envelope | None]
) -> Iterator[bool]:
    """For each input of an interview whether what it says was said with consent, the consent itself included.

    Args:
        inputs, outputs: both logs in order; None: what could not be read.
    """
    permissions = {
        event.causation_id: event.data
        for event in outputs
        if event is not None and isinstance(event.data, ListeningAllowed)
    }
    is_required: bool | None = None
    candidate: str | None = None
    permission: ListeningAllowed | None = None
    for event in inputs:
        match event.data if event else None:
            case InterviewCreated() as created if is_required is None:
                is_required, candidate = created.consent_required, created.candidate_identity
            case CandidateReplaced(identity=identity):
                candidate = identity
            case CandidateJoined(identity=identity) if candidate is None:
                candidate = identity
        if event:
            permission = permissions.get(event.event_id, permission)
        yield is_required is False or bool(permission and permission.identity in (None, candidate))


def without_words(event: Envelope) -> Envelope:
    """The same, but for what a candidate said in it."""
    if not isinstance(event.data, UtteranceHeard | UtterancePartial):
        return event
    return event.model_copy(update={"data": event.data.model_copy(update={"text": ""})})
