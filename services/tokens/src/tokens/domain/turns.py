"""Whether a turn of the interviewer's may be answered."""

from __future__ import annotations

from tokens.domain.course import Course, Turn
from tokens.domain.errors import ConsentRequired, InterviewEnded, NotStarted, OutOfTurn


def must_go_on(course: Course) -> None:
    """Raises InterviewEnded."""
    if course.is_over:
        raise InterviewEnded(f"interview {course.interview_id!r} has ended")


def must_agree(notice: str) -> ConsentRequired:
    """The refusal of a candidate who has not agreed to the notice."""
    return ConsentRequired(f"the candidate must agree first, by consent: true, to this notice: {notice}")


def must_be_current(course: Course, turn_id: str | None) -> Turn:
    """The turn to be answered, which is ``turn_id`` if that is given.

    Raises:
        InterviewEnded, ConsentRequired, NotStarted: there is none.
        OutOfTurn: it is another one, or not whole yet.
    """
    must_go_on(course)
    if course.awaits_consent:
        raise must_agree(course.notice)
    if course.via is None:
        raise NotStarted(f"interview {course.interview_id!r} has not begun: POST /interview/start begins it")
    if course.current is None:
        raise OutOfTurn("the interviewer is still speaking: answer when it has finished")
    if turn_id not in (None, course.current.turn_id):
        raise OutOfTurn(f"the turn to be answered is {course.current.turn_id!r}, not {turn_id!r}")
    if course.current.is_farewell:
        raise InterviewEnded(f"interview {course.interview_id!r} is over: the interviewer has said goodbye")
    return course.current


def is_given_out(course: Course, utterance_id: str) -> bool:
    """Whether somebody was told what came of an answer: it was reported as heard, or answered in its turn."""
    exchange = course.exchange_of(utterance_id)
    if exchange is None:
        return course.is_over
    return exchange is not course.exchanges[-1] or (
        exchange.turn is not None and exchange.turn.turn_id in course.heard
    )
