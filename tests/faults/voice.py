"""The driver of interviews by voice: simulated candidates who speak and listen in real rooms.

It is a process of its own (``python -m faults.voice FOLDER``), which ends when its interviews have. Each
candidate's record (``voice_rules.py`` says what is in it) comes from what it did and noticed in the room.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from random import Random

import httpx
from candidate.adapters.personas import load_persona
from candidate.adapters.rest import RestInterview
from candidate.adapters.tokens import Ticket, get_ticket
from candidate.application.conversation import Conversation
from candidate.application.outcome import Ending, Limits
from candidate.application.ports import RoomRefusedError, Said
from candidate.domain.answers import Memory, choose
from candidate.domain.persona import Behaviours, LeaveAndReturn, Persona
from candidate.session import CandidateSession
from pydantic import JsonValue

from faults.record import Record

PERSONAS = ("alice", "alice", "brief")
SCENARIO = "brisk"
LEAVES = 3
"""One candidate in so many reloads the page, and one gives an answer in writing and comes back."""
PATIENCE = Limits(agent_s=45.0, silence_s=75.0)
DOOR_S = 40.0
"""For so long a candidate knocks: the front door is closed while Redis is away."""
WATCH_S = 0.1
FROM_MONOTONIC = time.time() - time.monotonic()


class RecordingSeat(CandidateSession):
    """A seat that writes down what is said in it, when the interviewer sounds, and in the end all.

    ``meanwhile`` is what its candidate does between leaving the room and coming back.
    """

    def __init__(
        self,
        ticket: Ticket,
        persona: Persona,
        record: Record,
        meanwhile: Callable[[], Awaitable[None]] | None,
    ) -> None:
        super().__init__(ticket.url, ticket.token, voice=persona.voice)
        self._record = record
        self._meanwhile = meanwhile
        self._has_been = False
        self._begun: dict[str, int] = {}

    async def join(self) -> None:
        """Enter the room; the second time after what was to be done meanwhile."""
        if self._has_been and self._meanwhile:
            await self._meanwhile()
        self._has_been = True
        await super().join()

    async def say(self, text: str, *, stop_after_s: float | None = None) -> Said:
        """Speak, and write it down."""
        said = await super().say(text, stop_after_s=stop_after_s)
        times = {"started": _wall(said.started_at), "ended": _wall(said.ended_at)}
        self._record.write("said", text=said.text, whole=said.whole, **times)
        return said

    async def watch(self) -> None:
        """Write down whenever a track begins to sound, until cancelled."""
        while True:
            for track, meter in self.hearing.track_meters.items():
                for span in meter.spans[self._begun.get(track, 0) :]:
                    self._record.write("sounds", track=track, at=_wall(span.start))
                self._begun[track] = len(meter.spans)
            await asyncio.sleep(WATCH_S)

    def write_all(self) -> None:
        """All that was noticed."""
        for track, meter in self.hearing.track_meters.items():
            spans = [(_wall(span.start), _wall(span.end)) for span in meter.spans]
            self._record.write("spans", track=track, spans=spans)
        for segment in self.heard:
            times = {"started": _wall(segment.started_at), "updated": _wall(segment.updated_at)}
            self._record.write(
                "segment", of=segment.participant, text=segment.text, final=segment.final, **times
            )
        agents = self.hearing.agent_identities
        for own in (s for s in self.hearing.segments.values() if s.participant not in agents):
            self._record.write("understood", text=own.text, final=own.final, at=_wall(own.updated_at))
        for message in self.stage_messages:
            self._record.write("stage", index=message.index, at=_wall(message.at))


def _wall(monotonic: float) -> float:
    return round(monotonic + FROM_MONOTONIC, 3)


async def knock(tokens_url: str, interview_id: str, name: str) -> Ticket:
    """A token, as soon as the front door gives one. Raises RoomRefusedError if it takes too long."""
    give_up = time.monotonic() + DOOR_S
    while True:
        try:
            return await get_ticket(tokens_url, interview_id, name, scenario=SCENARIO)
        except RoomRefusedError:
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(1.0)


async def write(interview_id: str, persona: Persona, tokens_url: str, record: Record) -> None:
    """Give one answer in writing, and have the room opened to bots again."""
    async with httpx.AsyncClient(base_url=tokens_url, timeout=DOOR_S, trust_env=False) as http:
        interview = RestInterview(http, interview_id, persona.name, patience_s=2 * DOOR_S)
        asked = await interview.start(switch=True)
        _, choice = choose(persona, Memory(), asked.text or "")
        text = choice.text if choice else "I would rather speak about that."
        record.write("wrote", text=text, turn_id=asked.turn_id)
        await interview.answer(asked, text)
    await knock(tokens_url, interview_id, persona.name)


async def hold(interview_id: str, persona: Persona, tokens_url: str, record: Record, *, writes: bool) -> None:
    """Hold one interview, and leave the record. ``writes``: where the persona leaves the room."""
    record.write("begun", kind="voice", persona=persona.name)
    meanwhile = partial(write, interview_id, persona, tokens_url, record) if writes else None
    seat = RecordingSeat(await knock(tokens_url, interview_id, persona.name), persona, record, meanwhile)
    names = {"left": ["left"], "joined": ["joined", "back"]}

    def tell(event: str, data: dict[str, JsonValue]) -> None:
        if event in names:
            record.write(names[event].pop(0), at=time.time())

    watching = asyncio.create_task(seat.watch())
    try:
        outcome = await Conversation(seat, persona, limits=PATIENCE, tell=tell).hold()
    finally:
        watching.cancel()
        await seat.leave()
        seat.write_all()
    if outcome.ending is Ending.CLOSED:
        record.write("ended")
    else:
        record.write("gave_up", why=f"{outcome.ending.name}: {outcome.reason}")


async def hold_all(options: argparse.Namespace) -> None:
    """Hold so many interviews, some at a time."""
    seats = asyncio.Semaphore(options.at_once)

    async def one(number: int) -> None:
        random = Random(f"{options.seed}:{number}")
        persona = load_persona(PERSONAS[number % len(PERSONAS)]).model_copy(update={"voice": "slt"})
        writes = number % LEAVES == 0
        if writes or number % LEAVES == 1:
            reload = LeaveAndReturn(reply=random.randint(2, 3), away_s=0.0)
            persona = persona.model_copy(update={"behaviours": Behaviours(leave_and_return=reload)})
        interview_id = f"{options.name}-{number:03d}"
        async with seats:
            record = Record(options.records / f"{interview_id}.jsonl")
            await hold(interview_id, persona, options.tokens, record, writes=writes)

    await asyncio.gather(*(one(number) for number in range(options.interviews)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path, help="the folder for their records")
    parser.add_argument("--tokens", required=True, help="the front door")
    parser.add_argument("--name", default="voice")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--interviews", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=2)
    asyncio.run(hold_all(parser.parse_args()))


if __name__ == "__main__":
    main()
