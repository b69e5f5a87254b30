"""Where in a transcript something was said."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from viva_shared.report import ReportTurn

WORD = re.compile(r"\w+")


def turn_with(quote: str, turns: Sequence[ReportTurn], after: int = -1) -> int | None:
    """Index of the candidate's turn in which a quote begins, in whatever case and punctuation; None: of none.

    Args:
        after: index of a turn; what was said up to it is not looked at.
    """
    said, starts, indices = " ", [], []
    for index, turn in enumerate(turns):
        if index > after and turn.speaker == "candidate" and (words := _words(turn.text)):
            starts.append(len(said))
            indices.append(index)
            said += f"{words} "
    found = said.find(f" {words} ") if (words := _words(quote)) else -1
    return indices[bisect_right(starts, found + 1) - 1] if found >= 0 else None


def _words(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))
