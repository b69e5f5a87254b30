"""An interview as it was read: its history, and the course that this tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from viva_shared.broker import History
from viva_shared.scenario import Scenario

from tokens.domain.course import Course


@dataclass(slots=True)
class Reading:
    """An interview as it was read, and its course, which may be followed from there.

    Attributes:
        room_epoch: what is written for a candidate in writing has to be of this one; None: of any.
        has_rung: the brain was told since that there is news.
    """

    course: Course
    scenario: Scenario
    history: History
    room_epoch: int | None = None
    has_rung: bool = False

    @property
    def interview_id(self) -> str:
        return self.course.interview_id


def course_of(interview_id: str, history: History, scenario: Scenario) -> Course:
    """The course that a history tells."""
    course = Course(interview_id, has_bot=history.has_bot, notice=scenario.consent.notice)
    for entry_id, event in history.inputs:
        course.see_input(entry_id, event)
    for entry_id, event in history.outputs:
        course.see_output(entry_id, event)
    return course


def folded(interview_id: str, history: History) -> Reading:
    """The same, with what else was read."""
    scenario = _scenario(history.scenario)
    return Reading(course_of(interview_id, history, scenario), scenario, history, history.room_epoch)


@lru_cache(maxsize=128)
def _scenario(json: str) -> Scenario:
    return Scenario.model_validate_json(json)
