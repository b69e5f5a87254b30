"""Creating interviews, and knowing whose one is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog
from viva_shared.broker import FIRST, UNAVAILABLE, Mailboxes
from viva_shared.events import InterviewCreated, InterviewEnded, UndecodableEvent, decode, new_event
from viva_shared.scenario import ScenarioError, load_scenario, scenario_names

from tokens.domain.errors import Conflict, Unavailable, UnknownInterview, UnknownScenario

log = structlog.get_logger(__name__)

LAST_WORDS = 50
"""Outputs that may follow the end: facts found late, rejected inputs."""
FIRST_WORDS = 10
"""The creation is the first input, unless somebody wrote garbage before."""


class Interviews:
    """Makes interviews, once each, with the scenario as it is at that moment."""

    def __init__(
        self, mailboxes: Mailboxes, scenarios_dir: Path, default_scenario: str, now: Callable[[], datetime]
    ) -> None:
        self._mailboxes = mailboxes
        self._scenarios_dir = scenarios_dir
        self._default = default_scenario
        self._now = now

    async def ensure(
        self,
        interview_id: str,
        room: str,
        *,
        scenario: str | None = None,
        identity: str | None = None,
        name: str | None = None,
    ) -> None:
        """Make the interview unless it is there; one that is there stays as it is.

        Raises:
            UnknownScenario: ``scenario`` (or the default) does not exist.
            Conflict: the interview is somebody else's, of another scenario, or archived.
            Unavailable: Redis is away.
        """
        chosen = scenario or self._default
        if chosen not in scenario_names(self._scenarios_dir):
            known = ", ".join(scenario_names(self._scenarios_dir)) or f"none in {self._scenarios_dir}"
            raise UnknownScenario(f"there is no scenario {chosen!r}; there are: {known}")
        try:
            loaded = load_scenario(chosen, self._scenarios_dir)
        except ScenarioError as error:
            raise UnknownScenario(f"scenario {chosen!r} cannot be used: {error}") from error
        created = InterviewCreated(
            scenario=loaded.name,
            scenario_hash=loaded.content_hash,
            room=room,
            candidate_identity=identity,
            candidate_name=name,
        )
        event = new_event(interview_id, created, self._now(), event_id="created")
        try:
            if await self._mailboxes.create(event, loaded.model_dump_json()):
                log.info("interview.created", interview_id=interview_id, scenario=loaded.name)
                return
            existing = await self._created(interview_id)
            ended = await self._has_ended(interview_id)
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error
        if ended:
            raise Conflict(f"interview {interview_id!r} has ended: take another session_id")
        if existing.candidate_identity and identity and existing.candidate_identity != identity:
            raise Conflict(f"interview {interview_id!r} is another candidate's: take another session_id")
        if scenario and existing.scenario != scenario:
            raise Conflict(
                f"interview {interview_id!r} follows scenario {existing.scenario!r}: leave scenario out, "
                "or take another session_id"
            )

    async def must_exist(self, interview_id: str) -> None:
        """Raises UnknownInterview, Conflict (archived) or Unavailable."""
        try:
            await self._created(interview_id)
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error

    async def _has_ended(self, interview_id: str) -> bool:
        """The end is among the last things that the brain says of an interview."""
        last = await self._mailboxes.last_outputs(interview_id, LAST_WORDS)
        return any(isinstance(event.data, InterviewEnded) for _, event in last)

    async def _created(self, interview_id: str) -> InterviewCreated:
        snapshot = await self._mailboxes.snapshot(interview_id)
        if snapshot and snapshot.status != "open":
            raise Conflict(f"interview {interview_id!r} is {snapshot.status}: take another session_id")
        for entry in await self._mailboxes.inputs_after(interview_id, FIRST, FIRST_WORDS):
            with suppress(UndecodableEvent):
                if isinstance(data := decode(entry.raw).data, InterviewCreated):
                    return data
        raise UnknownInterview(f"there is no interview {interview_id!r}: ask for its candidate's token first")
