"""Deleting all that there is of an interview: in Redis, in files, in the database."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from viva_shared.archive.archive import Archive
from viva_shared.broker import Closing
from viva_shared.rooms import INTERVIEW_ID


async def erase(
    interview_id: str, actor: str, *, closing: Closing, archive: Archive, interviews_dir: Path
) -> bool:
    """Remove everything of an interview, whatever it is doing; one audit line without content is left of it.

    The database comes last: until all is done the interview is listed there, and the same call ends the work.

    Args:
        interviews_dir: where rehearsals on this machine leave their files.

    Returns:
        Whether there is, or was, such an interview.

    Raises:
        ArchiveUnavailable, or what redis-py raises: do the same again.
    """
    before = await closing.delete(interview_id)
    had_files = await asyncio.to_thread(_remove_files, interviews_dir, interview_id)
    is_known = before != "missing" or had_files or await archive.get(interview_id) is not None
    if is_known:
        await archive.delete(interview_id, actor)
    return is_known or await archive.was_deleted(interview_id)


def _remove_files(interviews_dir: Path, interview_id: str) -> bool:
    folder = interviews_dir / interview_id
    if not INTERVIEW_ID.fullmatch(interview_id) or not folder.is_dir():
        return False
    shutil.rmtree(folder)
    return True
