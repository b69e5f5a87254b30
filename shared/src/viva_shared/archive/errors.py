"""What can go wrong with the archive. Each error says whether the same call may succeed later."""

from __future__ import annotations


class ArchiveError(Exception):
    """Base of the archive's errors."""

    retryable = False


class ArchiveUnavailable(ArchiveError):
    """The database is away, busy, full or not migrated yet; nothing was written."""

    retryable = True


class Deleted(ArchiveError):
    """The interview was deleted: nothing of it may be written again."""

    def __init__(self, interview_id: str) -> None:
        super().__init__(f"interview {interview_id} was deleted")
        self.interview_id = interview_id


class AlreadyArchived(ArchiveError):
    """Another interview of this id, made earlier, is archived, and is not overwritten."""

    def __init__(self, interview_id: str) -> None:
        super().__init__(f"another interview {interview_id} is archived: a new one needs another id")


class SchemaTooNew(ArchiveError):
    """The database's schema is that of a newer Viva, which this one does not know: upgrade this one."""


class UnknownRevision(ArchiveError):
    """There is no such revision of the schema."""


class InvalidCursor(ArchiveError, ValueError):
    """This is no cursor of a page that was given out."""
