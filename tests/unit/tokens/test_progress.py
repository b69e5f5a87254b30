"""How far an interview is, as calls answer it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tokens.adapters.http.interview_models import ProgressView
from tokens.domain.course import Course
from tokens.domain.exchanges import Progress
from viva_shared.events import StageChanged, new_event

pytestmark = pytest.mark.unit

STAGE = StageChanged(stage="intro", title="Introduction", index=1, of=3, reason="opened", deadline_s=60)


def seen(stage: StageChanged, seconds_ago: float) -> Progress:
    """The progress of an interview that has entered a stage."""
    course = Course("i1")
    course.see_output("1-0", new_event("i1", stage, datetime.now(UTC) - timedelta(seconds=seconds_ago)))
    return course.progress


def test_less_and_less_time_is_left_of_a_deadline() -> None:
    view = ProgressView.of(seen(STAGE, 20))
    assert view.time_left_s is not None
    assert 39 <= view.time_left_s <= 40
    assert ProgressView.of(seen(STAGE, 100)).time_left_s == 0
    assert (view.stage_number, view.num_stages, view.label) == (2, 3, "Introduction (2 of 3)")


def test_without_a_deadline_and_after_the_end_there_is_no_time() -> None:
    assert ProgressView.of(Progress()).time_left_s is None
    assert ProgressView.of(seen(STAGE.model_copy(update={"deadline_s": None}), 20)).time_left_s is None
    over = seen(STAGE, 20)
    assert ProgressView.of(Progress(over.stage, over.since, complete=True)).time_left_s is None
