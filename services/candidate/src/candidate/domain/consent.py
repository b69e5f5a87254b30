"""A request to agree in writing, as interviewers put it: ``write: I agree``."""

from __future__ import annotations

import re

_REQUEST = re.compile(
    r"\b(?:write|type|schreib\w*(?: sie)?)\b[\s:,“”\"'„]+((?:i|ich) [^.?!“”\"'\n]{1,60})", re.IGNORECASE
)


def consent_wanted(text: str) -> str | None:
    """The words that a text asks to write on the chat; None when it asks for none."""
    found = _REQUEST.search(text)
    return found.group(1).strip() if found else None
