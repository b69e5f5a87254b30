"""Whole interviews by voice and by text: simulated candidates in real rooms, real speech, every service."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import jiwer
import pytest
from brain.application.replaying import replay
from candidate.adapters.personas import load_persona
from candidate.application.conversation import Conversation
from candidate.application.outcome import Ending
from candidate.session import CandidateSession, HiddenObserver
from fixtures.brains import eventually
from fixtures.stack import Stack
from livekit import api
from redis.asyncio import Redis
from viva_shared.broker import Mailboxes
from viva_shared.events import (
    CandidateJoined,
    CandidateLeft,
    Envelope,
    FactsLearnt,
    InterviewEnded,
    ReplyHeard,
    StageChanged,
    UtteranceHeard,
    decode,
)
from viva_shared.report import InterviewReport
from viva_shared.scenario import load_scenario

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

STAGES = ["self_intro", "past_experience", "done"]
LONG = 60.0
SCENARIOS = Path(__file__).parents[2] / "scenarios"


class Interview:
    """One interview as the log has it, for asserting."""

    def __init__(self, stack: Stack, redis: Redis, scenario: str) -> None:
        self.id = f"e2e-{uuid4().hex[:8]}"
        self.stack = stack
        self.mailboxes = Mailboxes(redis)
        self.scenario = scenario

    def candidate(self, name: str = "Alice", **options: object) -> CandidateSession:
        token = self.stack.ticket(self.id, name, scenario=self.scenario)
        return CandidateSession(self.stack.livekit.url, token, **options)  # type: ignore[arg-type]

    def observer(self) -> HiddenObserver:
        return HiddenObserver(self.stack.livekit.url, self.stack.ticket(self.id, "Observer", role="observer"))

    async def inputs(self) -> list[Envelope]:
        return [decode(e.raw) async for e in self.mailboxes.every_input(self.id)]

    async def outputs(self) -> list[Envelope]:
        return [event async for _, event in self.mailboxes.every_output(self.id)]

    async def utterances(self) -> list[str]:
        return [e.data.text for e in await self.inputs() if isinstance(e.data, UtteranceHeard)]

    async def heard(self) -> list[ReplyHeard]:
        return [e.data for e in await self.inputs() if isinstance(e.data, ReplyHeard)]

    async def stages(self) -> list[tuple[str, str]]:
        return [
            (e.data.stage, e.data.reason) for e in await self.outputs() if isinstance(e.data, StageChanged)
        ]

    async def facts(self) -> dict[str, str | None]:
        facts: dict[str, str | None] = {}
        for event in await self.outputs():
            if isinstance(event.data, FactsLearnt):
                facts |= event.data.facts
        return facts

    async def ended(self) -> str | None:
        return next((e.data.reason for e in await self.outputs() if isinstance(e.data, InterviewEnded)), None)

    async def report(self) -> InterviewReport:
        raw = await eventually(lambda: self.mailboxes.report(self.id), lambda report: report is not None, 20)
        return InterviewReport.model_validate_json(raw or b"")

    async def replays(self) -> None:
        """Its log leads to its state, hash for hash."""
        result = await eventually(lambda: replay(self.mailboxes, self.id), lambda result: result.same, 2)
        assert result.inputs > 5


@pytest.fixture
async def screening(stack: Stack, redis: Redis) -> AsyncIterator[Interview]:
    """An interview of the shipped scenario; its log is replayed in the end."""
    interview = Interview(stack, redis, "screening")
    yield interview
    await interview.replays()


@pytest.fixture
async def hurried(stack: Stack, redis: Redis) -> AsyncIterator[Interview]:
    """An interview with short deadlines; its log is replayed in the end."""
    interview = Interview(stack, redis, "hurried")
    yield interview
    await interview.replays()


def words(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower()))


async def test_alice_by_voice_to_the_end(screening: Interview) -> None:
    candidate = screening.candidate()
    async with screening.observer() as observer:  # comes before the candidate, and is not listened to
        outcome = await Conversation(candidate, load_persona("alice")).hold()
        assert outcome.ending is Ending.CLOSED, outcome.reason
        await observer.wait_closed(20)
    await candidate.leave()
    assert await screening.ended() == "goodbye"
    assert [stage for stage, _ in await screening.stages()] == STAGES

    understood = await screening.utterances()
    spoken = " ".join(said.text for said in candidate.said)
    assert jiwer.wer(words(spoken), words(" ".join(understood))) <= 0.35
    facts = await screening.facts()
    assert set(facts) == {"name", "current_role", "intro_summary", "project", "impact", "challenges"}
    for name, fact in facts.items():
        assert fact
        assert any(fact in text for text in understood), f"{name}: {fact!r} was not said"

    assert [message.stage for message in observer.stage_messages] == STAGES
    assert [(message.index, message.of) for message in observer.stage_messages] == [(0, 3), (1, 3), (2, 3)]
    heard = await screening.heard()
    assert all(reply.complete for reply in heard)
    said_in_room = " ".join(segment.text for segment in observer.heard if segment.final)
    for reply in heard:
        assert words(reply.text) in words(said_in_room)
    speakers = {identity for identity, _ in observer.hearing.segments}
    assert speakers - set(observer.hearing.agent_identities) == {f"Alice-{screening.id}"}
    heard_words = sum(len(reply.text.split()) for reply in heard)
    assert observer.agent_audio.voiced_seconds > heard_words / 5, "people speak at most five words a second"

    report = await screening.report()
    assert report.reason == "goodbye"
    assert report.facts == facts
    assert [stage.name for stage in report.stages] == STAGES
    timed = [turn.timings for turn in report.turns if turn.timings and turn.timings.first_audio_s]
    assert len(timed) >= 6


async def test_the_rambler_meets_the_deadline_once(hurried: Interview) -> None:
    rambler = load_persona("rambler").default
    async with hurried.candidate("Rambler") as candidate:
        for answer in [*rambler, *rambler]:
            await candidate.wait_for_turn(LONG)
            if len(await hurried.stages()) > 1:
                break
            await candidate.say(answer)
    assert await hurried.stages() == [("self_intro", "opened"), ("past_experience", "deadline")]
    heard = [reply.text for reply in await hurried.heard()]
    bridge = "Thank you, that gives me a good first picture, so let us move on."
    assert sum(bridge in text for text in heard) == 1
    assert all(reply.complete for reply in await hurried.heard()), "nobody was cut off"


async def test_an_interruption_leaves_only_what_was_heard(hurried: Interview) -> None:
    async with hurried.candidate() as candidate:
        await candidate.wait_for_agent(LONG)
        await candidate.prepare("My name is Alice Brown and I work as a nurse in a large hospital.")
        assert await candidate.wait(lambda: candidate.agent_audio.voiced_seconds > 1.5, LONG)
        await candidate.say("My name is Alice Brown and I work as a nurse in a large hospital.")
        first = (await eventually(hurried.heard, bool, LONG))[0]
        await candidate.wait_for_turn(LONG)
    greeting = "Hello, I am Viva, an AI interviewer. Thank you for joining."
    assert not first.complete
    assert first.text
    assert words(greeting).startswith(words(first.text)) or words(first.text).startswith(words(greeting))
    whole = candidate.heard[0].text
    assert len(words(first.text)) < len(words(whole)), "the room was told more than was heard"


async def test_leaving_and_coming_back_after_the_room_was_closed(hurried: Interview) -> None:
    candidate = hurried.candidate()
    await candidate.join()
    question = await candidate.wait_for_turn(LONG)
    await candidate.say("Good morning, my name is Alice Brown.")
    await candidate.leave()
    bot = hurried.mailboxes.keys.bot(hurried.id)
    await eventually(lambda: hurried.mailboxes.redis.exists(bot), lambda there: not there, LONG)
    again = hurried.candidate()  # a new token opens the room anew and dispatches the agent
    async with again:
        resumed = await again.wait_for_turn(LONG)
    assert question
    assert "welcome back" in resumed.lower()
    kinds = [e.data for e in await hurried.inputs() if isinstance(e.data, CandidateJoined | CandidateLeft)]
    assert [type(kind) for kind in kinds[:3]] == [CandidateJoined, CandidateLeft, CandidateJoined]
    assert len([stage for stage, _ in await hurried.stages() if stage == "self_intro"]) == 1


async def test_a_whole_interview_by_text(screening: Interview) -> None:
    candidate = screening.candidate("Brief", microphone=False)
    outcome = await Conversation(candidate, load_persona("alice"), typing=True).hold()
    await candidate.leave()
    assert outcome.ending is Ending.CLOSED, outcome.reason
    assert await screening.ended() == "goodbye"
    assert [stage for stage, _ in await screening.stages()] == STAGES
    vias = {e.data.via for e in await screening.inputs() if isinstance(e.data, UtteranceHeard)}
    assert vias == {"text"}
    assert (await screening.utterances())[-1] == load_persona("alice").goodbye


async def test_the_sound_fails_and_comes_back(screening: Interview) -> None:
    providers = screening.stack.local_providers_url
    async with httpx.AsyncClient(base_url=providers) as http:
        for target in ("listen", "speak"):
            order = {"target": target, "status": 500, "times": None}
            (await http.post("/admin/faults", json=order)).raise_for_status()
        try:
            async with screening.candidate() as candidate:
                notice = load_scenario("screening", SCENARIOS).words.no_sound
                assert await candidate.wait(lambda: any(s.text == notice for s in candidate.heard), LONG)
                for answer in ("My name is Alice Brown.", "I am a nurse.", "I have worked in two hospitals."):
                    await candidate.wait_for_turn(LONG)
                    await candidate.type(answer)
                await candidate.wait_for_turn(LONG)
                assert candidate.agent_audio.voiced_seconds == 0
                (await http.delete("/admin/faults")).raise_for_status()
                log = screening.stack.logs / "media_bot.log"
                await eventually(lambda: says_twice(log, "vendor.back"), bool, LONG)
                await candidate.say("It was a project about the medication plans of old patients.")
                await candidate.wait_for_turn(LONG)
                assert candidate.agent_audio.voiced_seconds > 1
        finally:
            await http.delete("/admin/faults")
    assert [segment.text for segment in candidate.heard].count(notice) == 1
    assert all(reply.complete for reply in await screening.heard())
    vias = [e.data.via for e in await screening.inputs() if isinstance(e.data, UtteranceHeard)]
    assert vias == ["text", "text", "text", "voice"]


async def says_twice(log: Path, event: str) -> bool:
    return log.read_text().count(event) == 2  # noqa: ASYNC240


async def test_a_bare_token_opens_a_room_that_gets_an_agent_and_an_interview(
    stack: Stack, redis: Redis
) -> None:
    token = bare_token(stack, f"plain-{uuid4().hex[:6]}")
    async with CandidateSession(stack.livekit.url, token) as candidate:
        assert "Viva" in await candidate.wait_for_turn(LONG)


def bare_token(stack: Stack, room: str) -> str:
    """What any LiveKit client may bring: no dispatch, no role."""
    grants = api.VideoGrants(room_join=True, room=room)
    keys = stack.livekit.api_key, stack.livekit.api_secret
    return api.AccessToken(*keys).with_identity("somebody").with_grants(grants).to_jwt()
