"""Connections as LiveKit's own clients ask for them: they name what they would like, or nothing at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from viva_shared.rooms import ROOM_PREFIX, interview_id_of

from tokens.application.interviews import new_interview_id
from tokens.application.issue import Door, Tokens, Wishes
from tokens.domain.callers import Caller, Candidate, must_be_recruiter, must_reach
from tokens.domain.errors import Forbidden, InvalidSession

CONNECTION_TTL = timedelta(minutes=15)
"""Such a client fetches its token just before it connects."""


class Connections:
    """Where a client may go with what it asks for.

    Args:
        agent_names: the agents that may be asked for.
        any_room: whether rooms are opened that are no interview's by their name.
    """

    def __init__(self, tokens: Tokens, agent_names: Collection[str], *, any_room: bool) -> None:
        self._tokens = tokens
        self._agent_names = agent_names
        self._any_room = any_room

    def agent(self, wanted: Sequence[str]) -> str | None:
        """The agent that a room configuration asks for, if any. Raises Forbidden."""
        for position, name in enumerate(wanted):
            if name not in self._agent_names:
                raise Forbidden(
                    f"room_config.agents.{position}.agent_name: {name!r} may not be asked for; "
                    f"these may: {', '.join(self._agent_names)}"
                )
        return wanted[0] if wanted else None

    async def new_room(self, caller: Caller, wishes: Wishes) -> Door:
        """An interview of its own. Raises Forbidden for a candidate, and what ``Tokens.candidate`` raises."""
        must_be_recruiter(caller)
        return await self._tokens.candidate(
            new_interview_id(), None, wishes=replace(wishes, ttl=CONNECTION_TTL)
        )

    async def connect(self, caller: Caller, room: str | None, name: str | None, wishes: Wishes) -> Door:
        """The room that is asked for; with none, the candidate's own, or a new interview's.

        Raises:
            Forbidden: the room is another interview's, or nobody's.
            InvalidSession: no room is called so.
            NotConfigured, UnknownScenario, UnknownInterview, Conflict, Unavailable.
        """
        wishes = replace(wishes, ttl=CONNECTION_TTL)
        if room is None:
            interview_id = caller.interview_id if isinstance(caller, Candidate) else new_interview_id()
        elif room.startswith(ROOM_PREFIX):
            try:
                interview_id = interview_id_of(room, "")
            except ValueError as error:
                raise InvalidSession(f"room_name: {error}") from error
        elif isinstance(caller, Candidate) or not self._any_room:
            raise Forbidden(
                f"room_name: {room!r} is no interview's room; those are {ROOM_PREFIX}<session_id>"
            )
        else:
            return self._tokens.bare_room(room, name, wishes)
        must_reach(caller, interview_id)
        return await self._tokens.candidate(
            interview_id, name, may_create=not isinstance(caller, Candidate), wishes=wishes
        )
