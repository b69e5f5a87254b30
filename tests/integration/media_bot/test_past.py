"""What a bot learns of an interview that was there before it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from media_bot.adapters.mailbox import RoomLease
from media_bot.settings import BotSettings
from redis.asyncio import Redis
from viva_shared.broker import Mailboxes
from viva_shared.events import (
    CandidateJoined,
    CandidateReplaced,
    InterviewCreated,
    ListeningAllowed,
    Payload,
    QuestionAsked,
    ReplyFinished,
    StageChanged,
    new_event,
)

pytestmark = pytest.mark.integration

ALLOWED = ListeningAllowed(reason="consented")
QUESTIONS = StageChanged(stage="questions", title="Questions", index=0, of=2, reason="opened")
CLOSING = StageChanged(stage="closing", title="Closing", index=1, of=2, reason="answered")


def question(index: int) -> QuestionAsked:
    return QuestionAsked(turn_id=f"t{index}", index=index, of=2, text="Why?")


class Interview:
    """An interview, and a bot that looks at it."""

    def __init__(self, redis: Redis) -> None:
        self.mailboxes = Mailboxes(redis)
        self.id = f"past-{uuid4().hex[:8]}"
        self.lease = RoomLease(self.mailboxes, self.id, "bot", BotSettings())

    async def create(self, candidate: str | None, *, consent_required: bool = False) -> None:
        created = InterviewCreated(
            scenario="test",
            scenario_hash="0",
            room=f"interview-{self.id}",
            candidate_identity=candidate,
            consent_required=consent_required,
        )
        await self.mailboxes.create(new_event(self.id, created, datetime.now(UTC), event_id="created"), "{}")

    async def happens(self, *inputs: Payload) -> None:
        for payload in inputs:
            await self.mailboxes.append(new_event(self.id, payload, datetime.now(UTC)))

    async def brain_says(self, *outputs: Payload) -> str:
        key = self.mailboxes.keys.outputs(self.id)
        for payload in outputs:
            event = new_event(self.id, payload, datetime.now(UTC))
            tail: bytes = await self.mailboxes.redis.xadd(key, {"event": event.encode()})
        return tail.decode()


@pytest.fixture
async def interview(redis: Redis) -> Interview:
    interview = Interview(redis)
    await interview.mailboxes.load_functions()
    return interview


async def test_the_leave_to_listen_the_stage_and_its_question_still_hold(interview: Interview) -> None:
    await interview.create("casey", consent_required=True)
    assert (await interview.lease.past()).standing == ()
    assert (await interview.lease.past()).needs_consent
    tail = await interview.brain_says(
        ALLOWED, QUESTIONS, question(0), question(1), ReplyFinished(turn_id="t1", text="Why?", chunks=1)
    )
    past = await interview.lease.past()
    assert {event.data for event in past.standing} == {ALLOWED, QUESTIONS, question(1)}
    assert past.tail == tail
    assert not past.ended
    await interview.brain_says(CLOSING)
    past = await interview.lease.past()
    assert {event.data for event in past.standing} == {ALLOWED, CLOSING}, "its questions are over"


async def test_the_candidate_is_who_was_named_last_else_who_came_first(interview: Interview) -> None:
    await interview.create(None)
    assert await interview.lease.candidate() is None
    await interview.happens(CandidateJoined(identity="casey"), CandidateJoined(identity="kim"))
    assert await interview.lease.candidate() == "casey"
    await interview.happens(CandidateReplaced(identity="robin"), CandidateJoined(identity="robin"))
    assert await interview.lease.candidate() == "robin"
    assert (await interview.lease.past()).candidate == "robin"
    assert not (await interview.lease.past()).needs_consent
