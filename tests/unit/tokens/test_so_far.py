"""The report of an interview that goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tokens.domain.so_far import report_so_far
from viva_shared.events import (
    AnswerScored,
    CandidateConsented,
    CandidateJoined,
    CandidateReplaced,
    Envelope,
    FactsLearnt,
    InterviewCreated,
    InterviewEnded,
    ListeningAllowed,
    Payload,
    QuestionAsked,
    ReplyHeard,
    StageChanged,
    UtteranceHeard,
    new_event,
)
from viva_shared.report import ReportConsent, ReportScore
from viva_shared.scenario import load_scenario

pytestmark = pytest.mark.unit

SCENARIO = load_scenario("screening", Path(__file__).parents[3] / "scenarios")
START = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(seconds: float, data: Payload, cause: Envelope | None = None) -> Envelope:
    return new_event("i1", data, at(seconds), cause=cause)


def created(*, consent: bool = False) -> Envelope:
    data = InterviewCreated(scenario="screening", scenario_hash="abc", room="r", consent_required=consent)
    return event(0, data)


def stage(seconds: float, name: str, index: int) -> Envelope:
    return event(seconds, StageChanged(stage=name, title=name.title(), index=index, of=3, reason="opened"))


def heard(seconds: float, text: str) -> Envelope:
    return event(seconds, UtteranceHeard(utterance_id=f"u{seconds}", text=text))


def said(seconds: float, text: str, *, complete: bool = True) -> Envelope:
    return event(seconds, ReplyHeard(turn_id=f"t{seconds}", text=text, complete=complete))


def test_nothing_has_happened_yet() -> None:
    report = report_so_far(SCENARIO, [created()], [])
    assert (report.interview_id, report.scenario, report.started_at) == ("i1", "screening@abc", START)
    assert report.ended_at is None
    assert [report.turns, report.stages, report.scores] == [(), (), ()]
    assert report.facts == dict.fromkeys(SCENARIO.facts)


def test_both_sides_words_each_in_its_stage() -> None:
    inputs = [
        created(),
        event(1, CandidateJoined(identity="a-i1", name="Ada")),
        said(3, "Hello."),
        heard(5, "I am Ada."),
        said(7, "Thank you. And", complete=False),
        said(8, ""),
        heard(9, "Bye."),
    ]
    outputs = [
        stage(1, "intro", 0),
        event(2, FactsLearnt(facts={"name": "Ada"})),
        stage(5, "past", 1),
        event(10, InterviewEnded(reason="goodbye")),
    ]
    report = report_so_far(SCENARIO, inputs, outputs)
    assert [(turn.speaker, turn.text, turn.stage, turn.complete) for turn in report.turns] == [
        ("interviewer", "Hello.", "intro", True),
        ("candidate", "I am Ada.", "intro", None),
        ("interviewer", "Thank you. And", "past", False),
        ("candidate", "Bye.", "past", None),
    ]
    assert [(stage.name, stage.entered_at, stage.left_at) for stage in report.stages] == [
        ("intro", at(1), at(5)),
        ("past", at(5), at(10)),
    ]
    assert (report.started_at, report.ended_at, report.reason) == (at(1), at(10), "goodbye")
    assert report.candidate == "Ada"


@pytest.mark.parametrize("via", ["page", "chat"])
def test_nothing_that_was_said_before_the_consent(via: str) -> None:
    page = event(2, CandidateConsented(via="page", notice=SCENARIO.consent.notice))
    consent = page if via == "page" else heard(2, "I agree.")
    inputs = [created(consent=True), heard(1, "A secret."), consent, heard(3, "Hello.")]
    outputs = [event(4, ListeningAllowed(reason="consented", identity="a-i1"), consent)]
    inputs.insert(1, event(0, CandidateJoined(identity="a-i1")))
    report = report_so_far(SCENARIO, inputs, outputs)
    assert [turn.text for turn in report.turns] == ["Hello."]
    assert report.consent == ReportConsent(via=via, at=at(2), notice=SCENARIO.consent.notice)
    inputs += [event(4, CandidateReplaced(identity="b-i1", name="Bea")), heard(5, "Another secret.")]
    report = report_so_far(SCENARIO, inputs, outputs)
    assert [turn.text for turn in report.turns] == ["Hello."]
    assert report.consent is not None, "what the first one said rests on it"


def test_no_word_is_told_without_consent() -> None:
    report = report_so_far(SCENARIO, [created(consent=True), heard(1, "A secret.")], [])
    assert report.turns == ()
    assert report.consent is None


def test_the_last_score_of_each_question() -> None:
    def asked(seconds: float, index: int) -> Envelope:
        return event(seconds, QuestionAsked(turn_id="t", index=index, of=3, text=f"Why {index}?"))

    def scored(seconds: float, score: int | None) -> Envelope:
        return event(
            seconds,
            AnswerScored(index=0, of=3, utterance_id="u1", score=score, reason="r", evidence=("because",)),
        )

    outputs = [asked(1, 0), scored(3, None), asked(2, 0), scored(4, 70), asked(5, 1)]
    report = report_so_far(SCENARIO, [created()], outputs)
    assert report.scores == (
        ReportScore(index=0, question="Why 0?", score=70, reason="r", evidence=("because",)),
        ReportScore(index=1, question="Why 1?", reason="not scored yet"),
    )
    assert report.overall_score == 70


def test_an_interview_without_a_creation_cannot_be_told() -> None:
    with pytest.raises(ValueError, match=r"interview\.created"):
        report_so_far(SCENARIO, [heard(1, "Hello.")], [])
