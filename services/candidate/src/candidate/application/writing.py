"""The candidate's side of an interview in writing: read, think, answer, until nothing more is to be said."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from candidate.application.outcome import Ending, Outcome, Tell, tell_nobody
from candidate.application.ports import RoomClosedError, RoomRefusedError
from candidate.domain.answers import Memory, choose
from candidate.domain.persona import Persona


@dataclass(frozen=True)
class Asked:
    """What the interviewer says, and what came of the answer before.

    Attributes:
        turn_id, text: None: nothing more.
        progress: such as ``Question 1 of 5``.
        score: None: there is none, and ``reason`` may say why.
    """

    turn_id: str | None
    text: str | None
    progress: str
    complete: bool
    score: int | None = None
    reason: str = ""


class Interview(Protocol):
    """One interview in writing. ``candidate.adapters.rest.RestInterview`` is the real one."""

    async def start(self) -> Asked:
        """The first question. Raises RoomRefusedError."""
        ...

    async def answer(self, asked: Asked, text: str) -> Asked:
        """What comes of an answer. Raises RoomClosedError."""
        ...

    async def finish(self) -> None:
        """Say that this is all. Raises RoomClosedError."""
        ...


async def correspond(interview: Interview, persona: Persona, tell: Tell = tell_nobody) -> Outcome:
    """Take part until the end, whatever it is."""
    memory, exchanges = Memory(), 0
    try:
        asked = await interview.start()
        while True:
            if asked.text is None:
                break
            tell("reply", {"reply": exchanges + 1, "text": asked.text, "progress": asked.progress})
            memory, choice = choose(persona, memory, asked.text)
            if asked.complete or choice is None:
                break
            await asyncio.sleep(persona.think_s)
            tell("said", {"text": choice.text, "kind": choice.kind, "topic": choice.topic, "whole": True})
            asked = await interview.answer(asked, choice.text)
            exchanges += 1
            tell("scored", {"score": asked.score, "reason": asked.reason})
        await interview.finish()
    except RoomRefusedError as error:
        return Outcome(Ending.REFUSED, str(error), exchanges)
    except RoomClosedError as error:
        return Outcome(Ending.DISCONNECTED, str(error), exchanges)
    ending = Ending.CLOSED if exchanges else Ending.CLOSED_EARLY
    return Outcome(ending, "the interview was held to its end", exchanges)
