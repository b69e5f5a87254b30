"""How long candidates waited for an answer, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from pydantic import BaseModel, ConfigDict

from viva_shared.events import TurnTimings

TITLES = {
    "transcribed_s": "speech to text is final",
    "turn_ended_s": "the turn counts as over",
    "first_text_s": "first words of the answer",
    "first_audio_s": "first sound of the answer",
}
"""The steps of an answer, each in seconds from the end of the candidate's speech."""


class StepTimings(BaseModel):
    """One step of an answer, over all in which it was measured: seconds from the end of the speech."""

    model_config = ConfigDict(frozen=True)

    step: str
    title: str
    median_s: float
    longest_s: float
    answers: int


def step_timings(answers: Iterable[TurnTimings]) -> list[StepTimings]:
    """Each step that was measured in any of the answers, in order."""
    timings = [answer.model_dump() for answer in answers]
    steps = []
    for step, title in TITLES.items():
        if measured := [timing[step] for timing in timings if timing[step] is not None]:
            steps.append(
                StepTimings(
                    step=step,
                    title=title,
                    median_s=round(median(measured), 3),
                    longest_s=max(measured),
                    answers=len(measured),
                )
            )
    return steps
