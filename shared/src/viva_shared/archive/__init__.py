"""Where interviews are kept once they are over: SQLite or PostgreSQL. docs/operations.md explains it."""

from viva_shared.archive.api_keys import ApiKeys
from viva_shared.archive.archive import Archive, Page, Record
from viva_shared.archive.database import Database
from viva_shared.archive.erasure import erase
from viva_shared.archive.errors import (
    AlreadyArchived,
    ArchiveError,
    ArchiveUnavailable,
    Deleted,
    InvalidCursor,
    SchemaTooNew,
    UnknownRevision,
)
from viva_shared.archive.models import (
    ApiKey,
    AuditEntry,
    Interview,
    LoggedEvent,
    Score,
    Status,
    Stream,
    Turn,
)
from viva_shared.archive.rescorings import Rescorings, score_rows
from viva_shared.archive.schema import Schema, migrate, schema_of, until_migrated

__all__ = [
    "AlreadyArchived",
    "ApiKey",
    "ApiKeys",
    "Archive",
    "ArchiveError",
    "ArchiveUnavailable",
    "AuditEntry",
    "Database",
    "Deleted",
    "Interview",
    "InvalidCursor",
    "LoggedEvent",
    "Page",
    "Record",
    "Rescorings",
    "Schema",
    "SchemaTooNew",
    "Score",
    "Status",
    "Stream",
    "Turn",
    "UnknownRevision",
    "erase",
    "migrate",
    "schema_of",
    "score_rows",
    "until_migrated",
]
