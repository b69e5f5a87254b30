"""Whether a turn of the interviewer's may be answered."""

from __future__ import annotations

from tokens.domain.course import Course
from tokens.domain.errors import Conflict, ConsentRequired, InterviewEnded, NotStarted, OutOfTurn
from tokens.domain.exchanges import Turn


def must_go_on(course: Course) -> None:
    """Raises InterviewEnded."""
    if course.is_over:
        raise InterviewEnded(f"interview {course.interview_id!r} has ended")


def must_agree(notice: str) -> ConsentRequired:
    """The refusal of a candidate who has not agreed to the notice."""
    return ConsentRequired(f"the candidate must agree first, by consent: true, to this notice: {notice}")


def held_by_voice(interview_id: str) -> Conflict:
    """The refusal of a call in writing while the candidate is, or may be, in the room."""
    return Conflict(
        f"interview {interview_id!r} is held by voice: go on in its room, or in writing by "
        "POST /interview/start with switch: true"
    )


def must_be_in_writing(course: Course) -> None:
    """Raises InterviewEnded, ConsentRequired, NotStarted, or Conflict (it is held by voice)."""
    must_go_on(course)
    if course.awaits_consent:
        raise must_agree(course.notice)
    if course.has_bot or course.via == "voice":
        raise held_by_voice(course.interview_id)
    if course.via is None:
        raise NotStarted(
            f"nobody is there to answer in interview {course.interview_id!r}: POST /interview/start begins "
            "it, or goes on with it"
        )


def must_be_current(course: Course, turn_id: str | None) -> Turn:
    """The turn to be answered, which is ``turn_id`` if that is given.

    Raises:
        InterviewEnded, ConsentRequired, NotStarted, Conflict: there is none.
        OutOfTurn: it is another one, or not whole yet.
    """
    must_be_in_writing(course)
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
