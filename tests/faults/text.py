"""The driver of text interviews: a candidate and its bot in one, through the clients of production.

It is a process of its own (``python -m faults.text FOLDER``), which ends when its interviews have. It finds
Redis as every service does.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import uvloop
from candidate.adapters.personas import load_persona
from candidate.domain.answers import Memory, choose
from candidate.domain.persona import Persona
from viva_shared.broker import Keys, Mailboxes, OutputFeed, Producer, connect, until_available
from viva_shared.events import (
    BotJoined,
    CandidateJoined,
    CandidateSpeaking,
    Envelope,
    InterviewCreated,
    InterviewEnded,
    NudgeGiven,
    Payload,
    ReplyCancelled,
    ReplyChunk,
    ReplyFinished,
    ReplyHeard,
    ReplyStarted,
    UtteranceHeard,
    new_event,
)
from viva_shared.scenario import Scenario, load_scenario
from viva_shared.settings import Settings, load_settings

from faults.record import Record

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PERSONAS = ("alice", "alice", "alice", "brief", "brief", "rambler")
HURRY_S = {"self_intro": 8.0, "past_experience": 16.0}
"""The deadlines of the stages for who would fill them to the end."""
INTERRUPTS = 0.12  # how often the candidate speaks into a reply
NUDGES, NOTE = 0.3, "Ask what surprised them most."  # share of interviews in which a recruiter gives it
INTERRUPTION = "Sorry, may I add something to that right away?"


@dataclass(slots=True)
class Turn:
    """One reply as far as it has come. ``is_over``: nothing more of it is to be listened to."""

    pieces: list[str] = field(default_factory=list)
    is_over: bool = False

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class TextInterview:
    """One persona's interview, from creation to its end."""

    def __init__(
        self,
        interview_id: str,
        persona: Persona,
        scenario: Scenario,
        random: Random,
        mailboxes: Mailboxes,
        record: Record,
        patience_s: float,
        repeats: float,
    ) -> None:
        self._id = interview_id
        self._persona = persona
        self._scenario = scenario
        self._random = random
        self._mailboxes = mailboxes
        self._producer = Producer(mailboxes)
        self._record = record
        self._patience_s = patience_s
        self._repeat_share = repeats
        self._turns: dict[str, Turn] = {}
        self._heard: list[str] = []
        self._utterances = 0
        self._has_ended = False
        self._interrupts = False
        self._note_before = random.randint(2, 4) if random.random() < NUDGES else 0  # that utterance
        self._news = asyncio.Event()
        self._repeats: set[asyncio.Task[bool]] = set()

    async def hold(self, feed: OutputFeed) -> None:
        """Hold it, and leave the record."""
        self._record.write("begun", kind="text", persona=self._persona.name)
        created = InterviewCreated(
            scenario=self._scenario.name,
            scenario_hash=self._scenario.content_hash,
            room=f"interview-{self._id}",
            candidate_identity="candidate",
        )
        event, scenario = new_event(self._id, created, datetime.now(UTC)), self._scenario.model_dump_json()
        await until_available("create", partial(self._mailboxes.create, event, scenario))
        self._send(BotJoined(bot_epoch=1), "bot.joined:1")
        self._send(CandidateJoined(identity="candidate"), "candidate.joined")
        async with feed.follow(self._id) as outputs:
            helpers = [asyncio.create_task(self._producer.run()), asyncio.create_task(self._listen(outputs))]
            try:
                await self._talk()
                async with asyncio.timeout(self._patience_s):
                    await self._producer.flush()
                    await asyncio.gather(*self._repeats)
            except TimeoutError as error:
                self._record.write("gave_up", why=str(error) or "its last events were never acknowledged")
            else:
                self._record.write("ended")
            finally:
                for task in (*helpers, *self._repeats):
                    task.cancel()
                for outcome in await asyncio.gather(*helpers, return_exceptions=True):
                    if isinstance(outcome, Exception):
                        self._record.write("gave_up", why=repr(outcome))

    # -- the candidate --

    async def _talk(self) -> None:
        memory = Memory()
        while True:
            self._interrupts = self._random.random() < INTERRUPTS
            await self._until(
                "a reply", lambda: self._has_ended or self._is_my_turn() or self._may_interrupt()
            )
            if self._has_ended:
                return
            if not self._is_my_turn():
                self._interrupt()
                continue
            remembered, choice = choose(self._persona, memory, " ".join(self._heard))
            with suppress(TimeoutError):
                thinks_s = self._random.uniform(0.05, 0.4)
                async with asyncio.timeout(thinks_s):  # the interviewer may go on
                    await self._until("", lambda: self._has_ended or not self._is_my_turn())
                continue
            if choice is None:
                self._heard = []
            else:
                memory = remembered
                self._say(choice.text)

    async def _until(self, what: str, holds: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                while not holds():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(f"waited {self._patience_s:g} s for {what}") from None

    def _open_turn(self) -> str | None:
        return next((turn_id for turn_id, turn in self._turns.items() if not turn.is_over), None)

    def _is_my_turn(self) -> bool:
        return bool(self._heard) and self._open_turn() is None

    def _may_interrupt(self) -> bool:
        turn_id = self._open_turn()
        return self._interrupts and turn_id is not None and len(self._turns[turn_id].pieces) > 1

    def _interrupt(self) -> None:
        if turn_id := self._open_turn():
            self._over(turn_id, complete=False)
        self._say(INTERRUPTION)

    def _say(self, text: str) -> None:
        self._utterances += 1
        self._heard = []
        if self._utterances == self._note_before:
            self._send(NudgeGiven(nudge_id="n1", note=NOTE), "nudge:n1")
        self._send(CandidateSpeaking(), f"speaking:{self._utterances}")
        utterance = UtteranceHeard(utterance_id=f"u{self._utterances}", text=text, via="text")
        self._send(utterance, f"utterance:{self._utterances}")

    # -- the bot --

    def _send(self, data: Payload, event_id: str) -> None:
        event = new_event(self._id, data, datetime.now(UTC), event_id=event_id)
        self._record.write("sent", event_id=event_id, type=event.type, data=_payload(data))
        self._producer.put(event)
        if self._random.random() < self._repeat_share:
            self._repeats.add(asyncio.create_task(self._send_again(event, self._random.uniform(0.0, 1.0))))

    async def _send_again(self, event: Envelope, after_s: float) -> bool:
        await asyncio.sleep(after_s)
        await self._producer.flush()
        self._record.write("again", event_id=event.event_id)
        return await until_available("again", partial(self._mailboxes.append, event))

    async def _listen(self, outputs: AsyncIterator[tuple[str, Envelope]]) -> None:
        async for entry_id, event in outputs:
            self._record.write("heard", entry_id=entry_id, type=event.type, data=_payload(event.data))
            self._take(event.data)
            self._news.set()

    def _take(self, data: Payload) -> None:
        match data:
            case ReplyStarted(turn_id=turn_id):
                self._turn(turn_id)
            case ReplyChunk(turn_id=turn_id, seq=seq, text=text):
                if seq == len(self._turn(turn_id).pieces):
                    self._turn(turn_id).pieces.append(text)
            case ReplyFinished(turn_id=turn_id):
                self._over(turn_id, complete=True)
            case ReplyCancelled(turn_id=turn_id):
                self._over(turn_id, complete=False)
            case InterviewEnded():
                self._has_ended = True

    def _turn(self, turn_id: str) -> Turn:
        return self._turns.setdefault(turn_id, Turn())

    def _over(self, turn_id: str, *, complete: bool) -> None:
        """Report, once, what was heard of a reply."""
        turn = self._turn(turn_id)
        if turn.is_over:
            return
        turn.is_over = True
        if complete:
            self._heard.append(turn.text)
        heard = ReplyHeard(turn_id=turn_id, text=turn.text.strip(), complete=complete)
        self._send(heard, f"reply.heard:{turn_id}:1")


def _payload(data: Payload) -> dict[str, Any]:
    return data.model_dump(mode="json", exclude={"type"})  # which stands beside it


async def hold_all(options: argparse.Namespace) -> None:
    """Hold so many interviews, some at a time."""
    settings = load_settings(Settings)
    redis = connect(settings.redis_url)
    mailboxes = Mailboxes(redis, Keys(settings.key_prefix))
    feed = OutputFeed(redis, f"faults-{options.name}", mailboxes.keys)
    seats = asyncio.Semaphore(options.at_once)
    screening = load_scenario("screening", SCENARIOS)
    stages = [
        s.model_copy(update={"deadline_s": HURRY_S.get(s.name, s.deadline_s)}) for s in screening.stages
    ]
    hurried = screening.model_copy(update={"stages": tuple(stages)})

    async def hold(number: int) -> None:
        random = Random(f"{options.seed}:{number}")
        persona = options.persona or random.choice(PERSONAS)
        interview_id = f"{options.name}-{number:03d}"
        async with seats:
            record = Record(options.records / f"{interview_id}.jsonl")
            scenario = hurried if persona == "rambler" else screening
            interview = TextInterview(
                interview_id,
                load_persona(persona),
                scenario,
                random,
                mailboxes,
                record,
                options.patience,
                options.repeats,
            )
            await interview.hold(feed)

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(feed.run())
        await asyncio.gather(*(hold(number) for number in range(options.interviews)))
        reading.cancel()
    await redis.aclose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path, help="the folder for their records")
    parser.add_argument("--name", default="text")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--interviews", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument(
        "--patience", type=float, default=60.0, help="seconds that a candidate waits for anything"
    )
    parser.add_argument("--repeats", type=float, default=0.08, help="share of events that are appended twice")
    parser.add_argument("--persona", help="for all of them; else by the seed")
    uvloop.run(hold_all(parser.parse_args()))


if __name__ == "__main__":
    main()
