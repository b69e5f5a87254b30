"""Cursors of the list of interviews: where a page ended, in a form that URLs carry."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from viva_shared.archive.errors import InvalidCursor
from viva_shared.archive.models import Interview


def cursor_of(last: Interview) -> str:
    """What asks for those that follow."""
    return base64.urlsafe_b64encode(f"{last.created_at.isoformat()} {last.id}".encode()).decode()


def position(cursor: str) -> tuple[datetime, str]:
    """Creation and id of the last that was shown. Raises InvalidCursor."""
    try:
        at, _, interview_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        created_at = datetime.fromisoformat(at)
        if created_at.tzinfo is None:
            raise ValueError("which instant is it?")
        return created_at.astimezone(UTC), interview_id
    except (ValueError, OverflowError) as error:
        raise InvalidCursor(f"{cursor[:60]!r} is no cursor: take the one of the page before") from error
