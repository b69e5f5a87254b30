"""Interviews on their way into the database and out of Redis. Each step may be taken twice, and by two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_never

import structlog
from viva_shared import metrics
from viva_shared.archive import Archive, ArchiveUnavailable, Deleted, Status, erase
from viva_shared.broker import UNAVAILABLE, Closing, Mailboxes, Snapshot, Survey

from brain.application.recording import build_record

log = structlog.get_logger(__name__)

RETENTION = "retention"
"""The actor in the audit log."""


class Archiving:
    """Writes interviews into the archive, closes their mailboxes, and erases what was kept for long enough.

    Args:
        model: whose the words and scores are, by its name.
        ttl_s: how long Redis keeps the streams of an interview that is archived.
        retention: how long after its end an interview is kept; zero: for ever.
        interviews_dir: where rehearsals on this machine leave their files.
    """

    def __init__(
        self,
        mailboxes: Mailboxes,
        archive: Archive,
        closing: Closing,
        *,
        model: str,
        ttl_s: int,
        retention: timedelta,
        interviews_dir: Path,
        now: Callable[[], datetime],
    ) -> None:
        self._mailboxes = mailboxes
        self._survey = Survey(mailboxes.redis, mailboxes.keys)
        self._archive = archive
        self._closing = closing
        self._model = model
        self._ttl_s = ttl_s
        self._retention = retention
        self._interviews_dir = interviews_dir
        self._now = now

    async def archive(self, interview_id: str) -> None:
        """Write down what is known of an interview; if it is settled, close it, too.

        Raises:
            ArchiveUnavailable: Redis keeps the interview; do the same again.
        """
        snapshot = await self._mailboxes.snapshot(interview_id)
        if snapshot and snapshot.status == "open":
            await self._write(interview_id, snapshot)
            return
        if snapshot and snapshot.status == "archived":  # who closed it died before it could say so
            await self._archive.mark_archived(interview_id)
        await self._survey.forget(interview_id)

    async def _write(self, interview_id: str, snapshot: Snapshot) -> None:
        is_settled = await self._survey.is_settled(interview_id)
        record, last_output = await build_record(self._mailboxes, interview_id, snapshot, self._model)
        try:
            if is_settled or record.interview.status is Status.ENDED:
                await self._archive.record(record)
            else:
                await self._archive.register(record.interview)
        except Deleted:  # which this Redis does not know (any more)
            await self._closing.delete(interview_id)
            return
        if is_settled:
            await self._close(interview_id, snapshot.version, last_output)

    async def _close(self, interview_id: str, version: int, last_output: str) -> None:
        """Close what is recorded, unless something has happened to it since: then it is looked at again."""
        outcome = await self._closing.archive(
            interview_id, version=version, last_output=last_output, ttl_s=self._ttl_s
        )
        match outcome:
            case "archived":
                await self._archive.mark_archived(interview_id)
                await self._survey.forget(interview_id)
                metrics.ARCHIVED.inc()
                log.info("interview.archived", interview_id=interview_id)
            case "deleted" | "missing":
                await self._survey.forget(interview_id)
            case "held" | "news" | "effects" | "changed":
                log.info("interview.not_archived", interview_id=interview_id, because=outcome)
                await self._survey.look_again(interview_id, self._now().timestamp())
            case _:
                assert_never(outcome)

    async def put_off(self, interview_id: str) -> None:
        """A defect keeps it from being archived: others come first."""
        metrics.ARCHIVE_FAILURES.inc()
        await self._survey.put_off(interview_id, self._now().timestamp())

    async def erase_old(self) -> int:
        """Erase what ended longer ago than it may be kept; how many. Raises ArchiveUnavailable."""
        erased, after = 0, ""
        if not self._retention:
            return erased
        while old := await self._archive.older_than(self._now() - self._retention, after=after):
            for interview in old:
                after = interview.id
                if interview.ended_at or not await self._is_open(interview.id):
                    erased += await self._erase(interview.id)
        return erased

    async def _is_open(self, interview_id: str) -> bool:
        """Made long ago, for a candidate who may come yet."""
        snapshot = await self._mailboxes.snapshot(interview_id)
        return snapshot is not None and snapshot.status == "open"

    async def _erase(self, interview_id: str) -> bool:
        try:
            await erase(
                interview_id,
                RETENTION,
                closing=self._closing,
                archive=self._archive,
                interviews_dir=self._interviews_dir,
            )
        except (ArchiveUnavailable, *UNAVAILABLE):
            raise
        except Exception:  # what is wrong with one must not keep the others
            metrics.ARCHIVE_FAILURES.inc()
            log.exception("interview.not_erased", interview_id=interview_id)
            return False
        log.info("interview.erased", interview_id=interview_id)
        return True
