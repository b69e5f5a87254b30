"""A persona: who a simulated candidate is, what it answers and how it misbehaves. Data, read from YAML."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Text = Annotated[str, Field(min_length=1, max_length=2000)]
Pattern = Annotated[Text, AfterValidator(_compiles)]
Seconds = Annotated[float, Field(ge=0, le=600)]
Nth = Annotated[int, Field(ge=1)]
Voice = Literal["slt", "rms", "awb", "kal16"]
"""flite's voices at 16 kHz."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(_Data):
    """What is said when one of ``when`` is asked. Patterns match from the start of a word, in any case."""

    topic: Text
    when: Annotated[tuple[Pattern, ...], Field(min_length=1)]
    say: Annotated[tuple[Text, ...], Field(min_length=1)]
    then: Literal["repeat", "default"] = "repeat"
    """When asked again after the last text: say the last one again, or fall to the persona's default."""

    def fits(self, words: str) -> bool:
        """Whether one of the patterns is found in ``words``."""
        return any(re.search(rf"\b(?:{pattern})", words, re.IGNORECASE) for pattern in self.when)


class Interrupt(_Data):
    """Barge in ``after_s`` seconds of hearing the interviewer's ``reply``-th reply (from 1)."""

    reply: Nth
    after_s: Seconds = 1.5
    say: Text | None = None
    """None: the answer to what was asked so far."""


class LeaveAndReturn(_Data):
    """Leave the room after the interviewer's ``reply``-th reply (from 1), and come back ``away_s`` later."""

    reply: Nth
    away_s: Seconds = 3.0
    mid_answer_s: Seconds | None = None
    """Leave this long into the answer; None: leave instead of answering."""


class Behaviours(_Data):
    """What a persona does beside answering."""

    interrupt: Interrupt | None = None
    leave_and_return: LeaveAndReturn | None = None


class Persona(_Data):
    """A simulated candidate."""

    name: Text
    voice: Voice = "slt"
    think_s: Seconds = 0.8
    answers: tuple[Answer, ...] = ()
    """Tried in this order: the more specific first."""
    default: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Said in turn, over and over, when no answer fits."""
    questions_at_the_end: tuple[Text, ...] = ()
    goodbye: Text | None = None
    """None: this candidate falls silent instead."""
    consents: bool = True
    """Whether it writes that it agrees, on the chat, when it is asked to."""
    behaviours: Behaviours = Behaviours()
