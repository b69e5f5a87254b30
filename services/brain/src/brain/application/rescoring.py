"""Scoring the answers of an interview that is over again, with the model and the prompt of today."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict

import structlog
from viva_shared.archive import Archive, Rescorings
from viva_shared.broker import Mailboxes, NotOpen
from viva_shared.report import ReportScore
from viva_shared.scenario import Scenario

from brain.application.finding import Finder
from brain.domain.answers import accepted_score, failure_of
from brain.domain.phrases import words_of

log = structlog.get_logger(__name__)

AT_ONCE = 10
"""Answers that the model is given at a time; a question set has twenty at most."""


class Rescoring:
    """On the archive, and on what Redis still has. A run that dies has changed nothing, and comes again.

    Args:
        model: whose the scores are, by its name.
    """

    def __init__(
        self, mailboxes: Mailboxes, archive: Archive, rescorings: Rescorings, finder: Finder, *, model: str
    ) -> None:
        self._mailboxes = mailboxes
        self._archive = archive
        self._rescorings = rescorings
        self._finder = finder
        self._model = model

    async def asked(self) -> list[str]:
        """Ids of interviews that wait. Raises ArchiveUnavailable."""
        return await self._rescorings.asked(limit=100)

    async def rescore(self, interview_id: str) -> None:
        """Score its answers, if that is asked for, and write its report anew. Raises ArchiveUnavailable."""
        if not await self._rescorings.is_asked(interview_id):
            return
        report, told = await self._archive.report(interview_id), await self._archive.scenario(interview_id)
        if report is None or told is None:
            await self._rescorings.drop(interview_id)
            return
        scenario, at_once = Scenario.model_validate_json(told), asyncio.Semaphore(AT_ONCE)
        scores = await asyncio.gather(*(self._score(scenario, score, at_once) for score in report.scores))
        is_new = any(words_of(score.answer) and score.not_rescored is None for score in scores)
        written = await self._rescorings.write(interview_id, scores, self._model if is_new else None)
        if written is None:
            return
        log.info("interview.rescored", interview_id=interview_id, answers=len(scores), is_new=is_new)
        with suppress(NotOpen):  # the archive alone has it
            await self._mailboxes.keep_report(interview_id, written.model_dump_json())

    async def _score(self, scenario: Scenario, score: ReportScore, at_once: asyncio.Semaphore) -> ReportScore:
        """As it is now; as it was, with the reason, where the model fails."""
        if not words_of(score.answer):
            return score
        async with at_once:
            assessed = await self._finder.assess(
                scenario, f"rescore-{score.index}", score.question, score.answer, poison=False
            )
        if failure := failure_of(assessed):
            return score.model_copy(update={"not_rescored": failure})
        given = asdict(accepted_score(assessed, score.answer))
        return score.model_copy(update={**given, "not_rescored": None})

    async def give_up(self, interview_id: str) -> None:
        """A defect keeps it from being done: the scores stay as they are."""
        await self._rescorings.drop(interview_id)
