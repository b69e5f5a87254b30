"""Which room is which interview's, and who in it is who."""

from __future__ import annotations

import re

ROOM_PREFIX = "interview-"
ROLE_ATTRIBUTE = "viva.role"
"""Participant attribute in the tokens Viva makes: ``candidate`` or ``observer``. A bare token has none."""
STAGE_TOPIC = "stage"
"""Data topic on which stage changes go to the room as JSON: ``room_messages.StageMessage``."""
QUESTION_TOPIC = "question"
"""The same for the question that is put: ``QuestionMessage``."""
SCORE_TOPIC = "score"
"""The same for the score of an answer, where the scenario shows scores: ``ScoreMessage``."""
INTERVIEW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""Whole: use ``fullmatch``."""


def room_name(interview_id: str) -> str:
    """The room of an interview that was created before its room."""
    return f"{ROOM_PREFIX}{interview_id}"


def interview_id_of(room: str, sid: str) -> str:
    """The interview of a room: named by ``interview-<id>``, else made from the room's sid.

    Raises:
        ValueError: the room's name starts with ``interview-`` but what follows is no interview id.
    """
    if not room.startswith(ROOM_PREFIX):
        return f"room-{sid}"
    interview_id = room.removeprefix(ROOM_PREFIX)
    if not INTERVIEW_ID.fullmatch(interview_id):
        raise ValueError(f"room {room!r}: after {ROOM_PREFIX!r} come 1 to 64 letters, digits, '_' or '-'")
    return interview_id
