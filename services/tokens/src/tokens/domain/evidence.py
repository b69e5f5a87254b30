"""Where in a transcript something was said."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

from viva_shared.report import ReportScore, ReportTurn

WORD = re.compile(r"\w+")


def evidence_turns(score: ReportScore, turns: Sequence[ReportTurn]) -> list[int | None]:
    """For each quote of a score the index of the candidate's turn it is from; None: it stands in none.

    Short quotes stand in many: first is looked at what was said once the question had been put.
    """
    put = turn_with(score.question, turns, speaker="interviewer")
    after = -1 if put is None else put
    answered = (turn_with(quote, turns, after=after) for quote in score.evidence)
    return [
        turn_with(quote, turns) if turn is None else turn
        for quote, turn in zip(score.evidence, answered, strict=True)
    ]


def turn_with(
    text: str,
    turns: Sequence[ReportTurn],
    *,
    speaker: Literal["candidate", "interviewer"] = "candidate",
    after: int = -1,
) -> int | None:
    """Index of the turn in which a text begins, in whatever case and punctuation; None: nobody said it.

    Args:
        after: index of a turn; what was said up to it is not looked at.
    """
    said, starts, indices = " ", [], []
    for index, turn in enumerate(turns):
        if index > after and turn.speaker == speaker and (words := _words(turn.text)):
            starts.append(len(said))
            indices.append(index)
            said += f"{words} "
    found = said.find(f" {words} ") if (words := _words(text)) else -1
    return indices[bisect_right(starts, found + 1) - 1] if found >= 0 else None


def _words(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))
