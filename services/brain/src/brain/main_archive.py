"""Wiring of what needs the database, apart: a worker is not to load the drivers at every start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from viva_shared.archive import Archive, Database, Rescorings, SchemaTooNew, until_migrated
from viva_shared.broker import Closing, Mailboxes

from brain.adapters.arq_archive import run_archive
from brain.application.archiving import Archiving
from brain.application.finding import Finder, Patience
from brain.application.ports import Model
from brain.application.rescoring import Rescoring
from brain.settings import BrainSettings

log = structlog.get_logger(__name__)


async def archive_interviews(
    mailboxes: Mailboxes, settings: BrainSettings, model: Model, now: Callable[[], datetime]
) -> None:
    """Archive, erase and score again until cancelled; waits, and says so, while the database is not ready.

    Where the schema is too new for this version, interviews stay in Redis for a newer process.
    """
    database = Database(settings.database_url)
    try:
        await until_migrated(database)
        archive = Archive(database, now)
        archiving = Archiving(
            mailboxes,
            archive,
            Closing(mailboxes, settings.tombstone_ttl_s),
            model=settings.model_name,
            ttl_s=settings.archived_ttl_s,
            retention=timedelta(days=settings.retention_days),
            interviews_dir=settings.interviews_dir,
            now=now,
        )
        finder = Finder(model, Patience(settings.extract_s, settings.questions_s))
        rescorings = Rescorings(database, now)
        rescoring = Rescoring(mailboxes, archive, rescorings, finder, model=settings.model_name)
        await run_archive(archiving, rescoring, settings.jobs_url)
    except SchemaTooNew as error:
        log.error("archive.not_served", error=str(error))
    finally:
        await database.aclose()
