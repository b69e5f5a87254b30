"""Whose words may be kept, by example; test_decide_properties.py holds the brain to the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from viva_shared.consent import heard_with_consent, without_words
from viva_shared.events import (
    CandidateConsented,
    CandidateJoined,
    CandidateReplaced,
    Envelope,
    InterviewCreated,
    ListeningAllowed,
    Payload,
    UtteranceHeard,
    UtterancePartial,
    new_event,
)

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def event(data: Payload, cause: Envelope | None = None) -> Envelope:
    return new_event("i1", data, NOW, cause=cause)


def created(*, consent_required: bool = True, candidate: str | None = "alice") -> Envelope:
    return event(
        InterviewCreated(
            scenario="s",
            scenario_hash="h",
            room="r",
            candidate_identity=candidate,
            consent_required=consent_required,
        )
    )


def says(text: str) -> Envelope:
    return event(UtteranceHeard(utterance_id=text, text=text, via="text"))


def allowed(cause: Envelope, identity: str | None = "alice") -> Envelope:
    return event(ListeningAllowed(reason="consented", identity=identity), cause)


def test_from_the_message_on_that_is_the_consent() -> None:
    agreed = says("I agree")
    inputs = [created(), says("A secret"), agreed, says("Hello")]
    assert [*heard_with_consent(inputs, [allowed(agreed)])] == [False, False, True, True]


def test_until_another_has_the_place_and_again_with_theirs() -> None:
    page = event(CandidateConsented(via="page", notice="-"))
    agreed = says("Yes")
    bob = event(CandidateReplaced(identity="bob"))
    inputs = [created(), page, says("I am Alice"), bob, says("I am Bob"), agreed, says("Hello")]
    outputs = [allowed(page), allowed(agreed, "bob")]
    assert [*heard_with_consent(inputs, outputs)] == [False, True, True, False, False, True, True]


def test_nothing_where_it_was_never_given_and_all_where_it_is_not_required() -> None:
    words = [says("A secret"), None, event(UtterancePartial(text="An"))]
    assert [*heard_with_consent([created(), *words], [])] == [False] * 4
    assert [*heard_with_consent([created(consent_required=False), *words], [])] == [True] * 4
    assert [*heard_with_consent([None, *words], [None])] == [False] * 4, "nobody knows whether it is"


def test_of_the_first_who_came_where_nobody_was_named() -> None:
    page = event(CandidateConsented(via="page", notice="-"))
    alice = event(CandidateJoined(identity="alice"))
    inputs = [created(candidate=None), page, alice, says("Hello"), event(CandidateReplaced(identity="bob"))]
    outputs = [allowed(page, None), allowed(alice)]
    assert [*heard_with_consent(inputs, outputs)] == [False, True, True, True, False]


def test_what_is_left_of_what_was_said() -> None:
    for heard in (says("A secret"), event(UtterancePartial(text="A secret"))):
        left = without_words(heard)
        assert "secret" not in left.data.model_dump_json(include={"text"})
        assert (left.event_id, left.type) == (heard.event_id, heard.type)
    joined = event(CandidateJoined(identity="alice"))
    assert without_words(joined) is joined
