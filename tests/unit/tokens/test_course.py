"""The course of an interview, folded from events in the orders in which they may come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tokens.domain.course import Course
from viva_shared.events import (
    AnswerScored,
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateLeft,
    CandidateReplaced,
    InputRejected,
    InterviewCreated,
    InterviewEnded,
    ListeningAllowed,
    Payload,
    QuestionAsked,
    ReplyCancelled,
    ReplyFinished,
    ReplyHeard,
    ReplyStarted,
    StageChanged,
    UtteranceHeard,
    new_event,
)

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STAGE = StageChanged(stage="q", title="Questions", index=0, of=2, reason="opened")


def course_of(*data: Payload) -> Course:
    """Folded in this order, a millisecond apart."""
    course = Course("i1")
    for number, each in enumerate(data, 1):
        event = new_event("i1", each, NOW)
        see = course.see_input if event.is_input else course.see_output
        see(f"{number}-0", event)
    return course


def turn(number: int, of: str | None = None, *, farewell: bool = False) -> tuple[Payload, Payload]:
    turn_id = f"t{number}"
    finished = ReplyFinished(turn_id=turn_id, text=f"Turn {number}.", chunks=1, farewell=farewell)
    return ReplyStarted(turn_id=turn_id, in_reply_to=of), finished


def asked(number: int, index: int) -> QuestionAsked:
    return QuestionAsked(turn_id=f"t{number}", index=index, of=2, text="Why?")


def scored(index: int, of: str | None) -> AnswerScored:
    return AnswerScored(index=index, of=2, utterance_id=of, score=1, reason="")


def current(course: Course) -> str | None:
    return course.current.turn_id if course.current else None


def test_nothing_can_be_answered_before_it_is_whole() -> None:
    started, finished = turn(1)
    assert current(course_of()) is None
    assert current(course_of(started)) is None
    assert current(course_of(started, finished)) == "t1"
    assert current(course_of(started, finished, *turn(2)[:1])) is None


def test_what_came_of_an_answer_is_the_newest_whole_turn_before_the_next_answer() -> None:
    cut, _ = turn(2, "u1")
    course = course_of(
        *turn(1),
        *(cut, ReplyCancelled(turn_id="t2", reason="said anew")),
        *(*turn(3), *turn(4)),
        *turn(5, "u2"),
    )
    answers = [course.exchange_of(of) for of in (None, "u1", "u2")]
    assert [exchange and exchange.turn and exchange.turn.turn_id for exchange in answers] == [
        "t1",
        "t4",
        "t5",
    ]
    assert course.exchange_of("u3") is None


def test_each_exchange_keeps_its_progress() -> None:
    left = StageChanged(stage="end", title="The end", index=1, of=2, reason="answered")
    course = course_of(
        *(STAGE, *turn(1)[:1], asked(1, 0), *turn(1)[1:]),
        *(*turn(2, "u1")[:1], asked(2, 1), *turn(2)[1:]),
        *(left, *turn(3, "u2", farewell=True)),
    )
    exchanges = course.exchanges
    labels = ["Question 1 of 2", "Question 2 of 2", "The end (2 of 2)"]
    assert [exchange.progress.label for exchange in exchanges] == labels
    assert [exchange.progress.complete for exchange in exchanges] == [False, False, True]
    assert [exchange.asked and exchange.asked.index for exchange in exchanges] == [None, 0, 1]


def test_an_answer_is_scored_by_itself_or_not_at_all() -> None:
    begun = (STAGE, *turn(1)[:1], asked(1, 0), *turn(1)[1:])
    again = (*turn(2, "u1")[:1], asked(2, 0), *turn(2)[1:])
    answered = (*turn(3, "u2")[:1], asked(3, 1), *turn(3)[1:])
    course = course_of(*begun, *again, *answered)
    repeated, awaited = course.exchanges[1:]
    assert not course.awaits_score(repeated), "it asked for the question once more"
    assert course.awaits_score(awaited)
    for of in ("u2", None):
        course = course_of(*begun, *again, *answered, scored(0, of))
        assert not course.awaits_score(course.exchanges[-1])
    assert course_of(*begun, *again, *answered, scored(1, None)).awaits_score(course.exchanges[-1])


def test_it_is_settled_when_every_question_that_was_put_is_scored() -> None:
    ended = InterviewEnded(reason="completed")
    events = (STAGE, asked(1, 0), asked(2, 1), scored(0, "u1"), ended)
    assert not course_of(*events).is_settled
    assert course_of(*events, scored(1, None)).is_settled
    assert not course_of(*events[:-1], scored(1, None)).is_settled
    assert course_of(STAGE, ended).is_settled


def test_who_comes_again_is_spoken_to_again() -> None:
    voice = CandidateJoined(identity="a", via="voice")
    text = CandidateJoined(identity="a", via="text")
    assert current(course_of(voice, *turn(1))) == "t1"
    assert current(course_of(voice, *turn(1), text)) is None, "the brain has not seen it yet"
    assert current(course_of(voice, *turn(1), text, *turn(2))) == "t2"


def test_what_came_of_an_earlier_input_is_said_again_however_late_it_came() -> None:
    course = course_of(CandidateJoined(identity="a"), *turn(1), CandidateJoined(identity="a", via="text"))
    for cause, number, answerable in (("3-0", 2, None), ("4-0", 3, "t3"), ("4-1", 4, "t4")):
        for position, data in enumerate(turn(number)):
            event = new_event("i1", data, NOW, event_id=f"{cause}:{position}")
            course.see_output(f"9-{10 * number + position}", event)
        assert current(course) == answerable


def test_how_the_candidate_is_there() -> None:
    created = InterviewCreated(scenario="s", scenario_hash="h", room="r", candidate_identity="a")
    voice, text = CandidateJoined(identity="a"), CandidateJoined(identity="a", via="text")
    bot, left = BotJoined(bot_epoch=1), CandidateLeft(identity="a")
    for data, via in (
        ((), None),
        ((bot, voice), "voice"),
        ((bot, voice, text), "text"),
        ((bot, voice, text, BotJoined(bot_epoch=2)), "text"),
        ((bot, voice, text, voice), "voice"),
        ((bot, voice, BotJoined(bot_epoch=2)), None),
        ((bot, voice, left), None),
        ((text, CandidateLeft(identity="b")), "text"),
        ((text, CandidateJoined(identity="b")), "text"),
        ((text, CandidateReplaced(identity="a")), "text"),
        ((text, CandidateReplaced(identity="b")), None),
        ((text, CandidateReplaced(identity="b"), CandidateJoined(identity="b")), "voice"),
    ):
        assert course_of(created, *data).via == via, data


def test_only_whole_turns_that_nobody_has_reported_are_unheard() -> None:
    heard = ReplyHeard(turn_id="t1", text="Turn 1.", complete=True)
    cancelled = ReplyCancelled(turn_id="t1", reason="the candidate spoke")
    assert course_of(*turn(1)).unheard
    for course in (course_of(), course_of(*turn(1), heard), course_of(*turn(1), cancelled)):
        assert course.unheard is None


def test_a_rejected_answer_leaves_its_turn_to_another() -> None:
    def said(utterance_id: str) -> UtteranceHeard:
        return UtteranceHeard(utterance_id=utterance_id, text="x", via="text")

    rejected = InputRejected(entry_id="1-0", event_id="answer:t1", reason="poison")
    assert course_of(*turn(1)).answer_id("t1") == "answer:t1"
    assert "t1" in course_of(*turn(1), said("answer:t1")).answers
    course = course_of(*turn(1), said("answer:t1"), rejected)
    assert (course.answers, course.answer_id("t1")) == ({}, "answer:t1#1")
    assert course.answer_id("t10") == "answer:t10"
    assert "u7" not in course_of(said("u7")).answers, "what was said in a room is no answer by REST"


def test_consent_is_of_who_is_the_candidate_now() -> None:
    created = InterviewCreated(
        scenario="s", scenario_hash="h", room="r", candidate_identity="alice", consent_required=True
    )
    page, bob = CandidateConsented(via="page", notice="-"), CandidateReplaced(identity="bob")
    course = course_of(created, page)
    assert not course.awaits_consent
    for consented in ((page, bob), (bob, ListeningAllowed(reason="consented", identity="alice"))):
        course = course_of(created, *consented)
        assert course.awaits_consent
    course = course_of(created, page, bob)
    assert course.consent_id == "consented#1", "another event than the first one's"
    assert not course_of(created, page, bob, page).awaits_consent
    assert not course_of(created, bob, ListeningAllowed(reason="consented", identity="bob")).awaits_consent


def test_consent_before_anybody_is_named_is_theirs_who_comes() -> None:
    created = InterviewCreated(scenario="s", scenario_hash="h", room="r", consent_required=True)
    consented = (created, CandidateConsented(via="page", notice="-"), CandidateReplaced(identity="bob"))
    assert not course_of(*consented).awaits_consent
    assert course_of(*consented, CandidateReplaced(identity="carol")).awaits_consent
