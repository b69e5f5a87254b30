"""Creating interviews, and knowing whose one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from viva_shared.broker import UNAVAILABLE, Mailboxes, read_history
from viva_shared.events import InterviewCreated, InterviewEnded, new_event
from viva_shared.rooms import room_name

from tokens.application.scenarios import Brief, Prepared, Scenarios
from tokens.domain.errors import Conflict, Unavailable, UnknownInterview

log = structlog.get_logger(__name__)

LAST_WORDS = 50
"""Outputs that may follow the end: scores and facts found late, rejected inputs."""
FIRST_WORDS = 10
"""The creation is the first input, unless somebody wrote garbage before."""


def new_interview_id() -> str:
    """An id that nobody has, and nobody guesses."""
    return uuid4().hex


class Interviews:
    """Makes interviews, once each, with the scenario as it is at that moment.

    Attributes:
        scenarios: those that interviews are made of.
        require_consent: whether the candidate must agree to the scenario's notice before anything is asked.
    """

    def __init__(
        self,
        mailboxes: Mailboxes,
        scenarios: Scenarios,
        now: Callable[[], datetime],
        *,
        require_consent: bool,
        unjoined: timedelta,
    ) -> None:
        self._mailboxes = mailboxes
        self._now = now
        self._unjoined = unjoined
        self.scenarios = scenarios
        self.require_consent = require_consent

    async def create(
        self,
        brief: Brief,
        interview_id: str,
        *,
        candidate_name: str | None = None,
        candidate_identity: str | None = None,
        expires_at: datetime | None = None,
    ) -> bool:
        """Make an interview; whether it is new. Safe to repeat.

        Args:
            expires_at: when it counts as abandoned if nobody has begun; None: after the usual time.

        Raises:
            UnknownScenario, UnsuitableScenario: the brief cannot be met.
            Conflict: there is another interview under this id.
            Unavailable: Redis is away.
        """
        prepared = self.scenarios.prepared(brief)
        created = self._creation(prepared, room_name(interview_id), candidate_identity, candidate_name)
        if expires_at:
            created = created.model_copy(update={"expires_at": expires_at})
        try:
            is_new = await self._create(interview_id, created, prepared)
            if not is_new:
                existing, _ = await self._existing(interview_id)
                same = ("scenario", "scenario_hash", "candidate_identity", "candidate_name")
                if existing is None or any(
                    getattr(existing, name) != getattr(created, name) for name in same
                ):
                    raise Conflict(f"there is another interview {interview_id!r}: take another session_id")
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error
        return is_new

    async def ensure(
        self,
        interview_id: str,
        room: str,
        *,
        scenario: str | None = None,
        identity: str | None = None,
        name: str | None = None,
    ) -> InterviewCreated | None:
        """Make the interview unless it is there; the creation of one that is there and goes on.

        Raises:
            UnknownScenario: ``scenario`` (or the default) does not exist.
            Conflict: the interview is over, or of another scenario.
            Unavailable: Redis is away.
        """
        prepared = self.scenarios.prepared(Brief(scenario=scenario))
        created = self._creation(prepared, room, identity, name)
        try:
            if await self._create(interview_id, created, prepared):
                return None
            existing, ended = await self._existing(interview_id)
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error
        if existing is None:
            raise UnknownInterview(f"interview {interview_id!r} was deleted: take another session_id")
        if ended:
            raise Conflict(f"interview {interview_id!r} has ended: take another session_id")
        if scenario and existing.scenario != scenario:
            raise Conflict(
                f"interview {interview_id!r} follows scenario {existing.scenario!r}: leave scenario out, "
                "or take another session_id"
            )
        return existing

    async def must_exist(self, interview_id: str) -> InterviewCreated:
        """Its creation. Raises UnknownInterview, Conflict (archived) or Unavailable."""
        try:
            existing, _ = await self._existing(interview_id)
        except UNAVAILABLE as error:
            raise Unavailable("Redis") from error
        if existing is None:
            raise UnknownInterview(
                f"there is no interview {interview_id!r}: ask for its candidate's token first"
            )
        return existing

    def _creation(
        self, prepared: Prepared, room: str, identity: str | None, name: str | None
    ) -> InterviewCreated:
        return InterviewCreated(
            scenario=prepared.scenario.name,
            scenario_hash=prepared.scenario.content_hash,
            room=room,
            candidate_identity=identity,
            candidate_name=name,
            consent_required=self.require_consent,
            expires_at=self._now() + self._unjoined,
        )

    async def _create(self, interview_id: str, created: InterviewCreated, prepared: Prepared) -> bool:
        event = new_event(interview_id, created, self._now(), event_id="created")
        if is_new := await self._mailboxes.create(event, prepared.json):
            log.debug("interview.created", interview_id=interview_id, scenario=created.scenario)
        return is_new

    async def _existing(self, interview_id: str) -> tuple[InterviewCreated | None, bool]:
        """The creation, if there was one, and whether the interview has ended. Raises Conflict (archived)."""
        history = await read_history(
            self._mailboxes, interview_id, first_inputs=FIRST_WORDS, last_outputs=LAST_WORDS
        )
        if history is None or history.status == "deleted":
            return None, False
        if history.status != "open":
            raise Conflict(f"interview {interview_id!r} is {history.status}: take another session_id")
        creations = (event.data for _, event in history.inputs if isinstance(event.data, InterviewCreated))
        ended = any(isinstance(event.data, InterviewEnded) for _, event in history.outputs)
        return next(creations, None), ended
