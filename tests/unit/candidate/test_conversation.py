"""The candidate's side of an interview, in virtual time, with a scripted interviewer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from candidate.adapters.personas import load_persona
from candidate.application.conversation import Conversation
from candidate.application.outcome import Ending, Limits, Outcome
from candidate.application.ports import RoomRefusedError, Said
from candidate.domain.hearing import SAMPLE_RATE, ChatMessage, Closing, Hearing, Segment
from candidate.domain.persona import Answer, Behaviours, Interrupt, LeaveAndReturn, Persona
from pydantic import JsonValue

pytestmark = pytest.mark.unit

TICK_S = 0.05
SPEED = 15.0
PERSONA = Persona(
    name="Ann",
    answers=(Answer(topic="name", when=("name",), say=("My name is Ann.",)),),
    default=("I do not know.",),
    goodbye="Goodbye.",
)


class FakeSeat:
    """A room in virtual time: a reply comes a second after each answer; after the last the room closes.

    What is ``written`` comes on the chat in place of the first reply.
    """

    def __init__(
        self, *replies: str, closing: str | None = "ROOM_DELETED", written: tuple[str, ...] = ()
    ) -> None:
        self.hearing = Hearing()
        self.told: list[str] = []
        self.said: list[Said] = []
        self._replies = list(replies)
        self._closing = closing
        self._written = written
        self._now = 1000.0
        self._inside = False
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._sounds_until = 0.0
        self._count = 0

    def now(self) -> float:
        return self._now

    async def join(self) -> None:
        self.told.append("join")
        self._inside = True
        if self._replies and not self._count:
            self.hearing.agent_seen("viva", "listening")
            self._due.append((self._now + 1.0, self._write if self._written else self._speak))
        elif self._count:
            self.hearing.agent_seen("viva", "listening")

    async def leave(self) -> None:
        self.told.append("leave")
        self._inside = False
        self.hearing.agent_left("viva", self._now)

    def _write(self) -> None:
        self.hearing.chat_messages += [ChatMessage("viva", text, self._now) for text in self._written]

    def _speak(self) -> None:
        if not self._replies:
            if self._closing:
                self.hearing.closing = Closing(self._closing, self._now)
            return
        text = self._replies.pop(0)
        self._count += 1
        self.hearing.put(Segment("viva", str(self._count), text, True, self._now, self._now))
        self.hearing.agent_seen("viva", "speaking")
        self._sounds_until = self._now + len(text) / SPEED
        self._due.append((self._sounds_until, lambda: self.hearing.agent_seen("viva", "listening")))

    def _tick(self) -> None:
        self._now += TICK_S
        assert self._now < 2000, "virtual time is up: the conversation is stuck"
        for due in [d for d in self._due if d[0] <= self._now]:
            self._due.remove(due)
            due[1]()
        if self._inside and self._now <= self._sounds_until:
            self.hearing.sound("TR", self._now, np.full(int(TICK_S * SAMPLE_RATE), 8000, dtype=np.int16))

    async def wait(self, condition: Callable[[], bool], timeout: float) -> bool:
        deadline = self._now + timeout
        while not condition():
            if self._now >= deadline:
                return False
            self._tick()
        return True

    async def prepare(self, text: str) -> None:
        self._tick()

    async def say(self, text: str, *, stop_after_s: float | None = None) -> Said:
        started_at = self._now
        if self._sounds_until > self._now:
            self._sounds_until = self._now
            self.hearing.agent_seen("viva", "listening")
        whole_s = len(text) / SPEED
        await self.wait(lambda: False, min(whole_s, stop_after_s or whole_s))
        return self._spoke(Said(text, started_at, self._now, whole=stop_after_s is None))

    async def type(self, text: str) -> Said:
        return self._spoke(Said(text, self._now, self._now, typed=True))

    def _spoke(self, said: Said) -> Said:
        self.said.append(said)
        self._due.append((self._now + 1.0, self._speak))
        return said


async def hold(seat: FakeSeat, persona: Persona = PERSONA, *, typing: bool = False) -> Outcome:
    return await Conversation(seat, persona, typing=typing, limits=Limits(silence_s=20.0)).hold()


def behaving(behaviours: Behaviours) -> Persona:
    return PERSONA.model_copy(update={"behaviours": behaviours})


async def test_alice_holds_a_whole_interview() -> None:
    seat = FakeSeat(
        "Hello. Please introduce yourself.",
        "Tell me about one significant project.",
        "What was its measurable impact?",
        "What were the challenges?",
        "Thank you. Do you have any questions about the process?",
        "The team answers within one week.",
    )
    replies: list[dict[str, JsonValue]] = []
    conversation = Conversation(
        seat, load_persona("alice"), tell=lambda event, data: replies.append({"event": event, **data})
    )
    outcome = await conversation.hold()
    assert outcome == Outcome(Ending.CLOSED, "the interviewer closed the room (ROOM_DELETED)", 6)
    topics = [r.get("topic") or r["kind"] for r in replies if r["event"] == "said"]
    assert topics == ["intro", "project", "impact", "challenges", "question", "goodbye"]
    latencies = [r["latency_s"] for r in replies if r["event"] == "reply"]
    assert latencies[0] is None
    assert latencies[1:] == [pytest.approx(1.0, abs=0.11)] * 5
    assert (
        seat.said[0].started_at > seat.hearing.meter.spans[0].end + 0.6 + load_persona("alice").think_s - 0.1
    )


@pytest.mark.parametrize("typing", [False, True])
async def test_answers_in_turn(typing: bool) -> None:
    seat = FakeSeat("What is your name?", "How are you?")
    outcome = await hold(seat, typing=typing)
    assert (outcome.ending, outcome.exchanges) == (Ending.CLOSED, 2)
    assert [(s.text, s.typed) for s in seat.said] == [("My name is Ann.", typing), ("I do not know.", typing)]


@pytest.mark.parametrize("typing", [False, True])
async def test_consent_is_written_and_is_no_answer(typing: bool) -> None:
    seat = FakeSeat("Before we begin, read the notice, and write: I agree.", "What is your name?")
    outcome = await hold(seat, typing=typing)
    assert (outcome.ending, outcome.exchanges) == (Ending.CLOSED, 1)
    assert [(s.text, s.typed) for s in seat.said] == [("I agree", True), ("My name is Ann.", typing)]


async def test_a_room_that_closes_after_consent_closed_early() -> None:
    assert (await hold(FakeSeat("Please write: I agree."))).ending is Ending.CLOSED_EARLY


async def test_consent_that_is_asked_for_in_writing_is_given_when_nobody_speaks() -> None:
    seat = FakeSeat("What is your name?", written=("An AI interviews you.", "To begin, write: I agree."))
    outcome = await hold(seat)
    assert outcome.exchanges == 1
    assert [(s.text, s.typed) for s in seat.said] == [("I agree", True), ("My name is Ann.", False)]


async def test_barges_in() -> None:
    seat = FakeSeat("This is a very long reply that never seems to come to its end.", "What is your name?")
    outcome = await hold(seat, behaving(Behaviours(interrupt=Interrupt(reply=1, after_s=1.5, say="Sorry!"))))
    assert outcome.ending is Ending.CLOSED
    assert [s.text for s in seat.said] == ["Sorry!", "My name is Ann."]
    assert seat.said[0].started_at - seat.hearing.meter.spans[0].start == pytest.approx(1.5, abs=0.11)


async def test_comes_back_and_answers_what_was_asked_when_nobody_speaks() -> None:
    seat = FakeSeat("What is your name?")
    outcome = await hold(seat, behaving(Behaviours(leave_and_return=LeaveAndReturn(reply=1, away_s=5))))
    assert outcome.ending is Ending.CLOSED
    assert seat.told == ["join", "leave", "join"]
    assert [s.text for s in seat.said] == ["My name is Ann."]


async def test_leaves_in_the_middle_of_an_answer_and_listens_when_back() -> None:
    seat = FakeSeat("What is your name?", "Welcome back. What was your name?")
    away = LeaveAndReturn(reply=1, away_s=0.5, mid_answer_s=0.4)
    outcome = await hold(seat, behaving(Behaviours(leave_and_return=away)))
    assert outcome.ending is Ending.CLOSED
    assert [(s.text, s.whole) for s in seat.said] == [("My name is Ann.", False), ("My name is Ann.", True)]


@pytest.mark.parametrize(
    ("seat", "ending", "reason"),
    [
        (FakeSeat(), Ending.NO_AGENT, "the interviewer did not come within 30 s"),
        (
            FakeSeat("Name?", closing=None),
            Ending.AGENT_SILENT,
            "the interviewer was silent for 20 s (its state",
        ),
        (FakeSeat("Name?", closing="SERVER_SHUTDOWN"), Ending.DISCONNECTED, "by the server: SERVER_SHUTDOWN"),
    ],
)
async def test_says_why_it_ended(seat: FakeSeat, ending: Ending, reason: str) -> None:
    outcome = await hold(seat)
    assert outcome.ending is ending
    assert reason in outcome.reason


async def test_a_room_closed_before_any_answer_is_no_success() -> None:
    seat = FakeSeat()
    seat.hearing.agent_seen("viva", "listening")
    seat.hearing.closing = Closing("ROOM_DELETED", 0)
    assert (await hold(seat)).ending is Ending.CLOSED_EARLY


async def test_a_refusal_is_told() -> None:
    class Refusing(FakeSeat):
        async def join(self) -> None:
            raise RoomRefusedError("cannot join: no such server")

    assert await hold(Refusing()) == Outcome(Ending.REFUSED, "cannot join: no such server", 0)
