"""From voice to writing and back in one interview, whatever dies then: each question is answered once."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog
from brain.application.replaying import replay
from candidate.adapters.flite import Flite, write_wav
from candidate.session import CandidateSession, HiddenObserver
from fixtures.brains import eventually
from fixtures.stack import Stack
from redis.asyncio import Redis
from viva_shared.broker import Mailboxes
from viva_shared.events import BotJoined, Envelope, QuestionAsked, ReplyHeard, UtteranceHeard, decode
from viva_shared.report import InterviewReport

log = structlog.get_logger(__name__)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

LONG = 60.0
AT_ONCE_S = 3.0
"""For a switch, with its question: nobody waits for a bot, or for LiveKit."""
QUESTIONS = (
    "What are you proud of?",
    "Which hard problem have you solved?",
    "Who has helped you?",
    "What do you want to learn?",
)
SPOKEN = "Last year I made our search engine ten times faster."
WRITTEN = ("I found out why our payments stopped.", "I want to learn how to lead a team.")


class Interview:
    """One interview, by voice and by REST."""

    def __init__(self, stack: Stack, redis: Redis) -> None:
        self.id = f"switch-{uuid4().hex[:8]}"
        self.stack = stack
        self.mailboxes = Mailboxes(redis)
        self.http = httpx.AsyncClient(base_url=stack.tokens_url, timeout=15, trust_env=False)
        self.candidate: CandidateSession | None = None

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        got = await self.http.post(path, json=body)
        assert got.is_success, got.text
        answered: dict[str, Any] = got.json()
        return answered

    async def join(self) -> CandidateSession:
        """By voice, with a token of now."""
        await self.leave()
        self.candidate = CandidateSession(self.stack.livekit.url, self.stack.ticket(self.id, "Alice"))
        await self.candidate.join()
        return self.candidate

    async def leave(self) -> None:
        if self.candidate:
            await self.candidate.leave()
            self.candidate = None

    async def switch(self) -> dict[str, Any]:
        began = time.monotonic()
        turn = await self.post("/interview/start", session_id=self.id, switch=True)
        log.info("switched", seconds=round(time.monotonic() - began, 2))
        assert time.monotonic() - began < AT_ONCE_S
        return turn

    async def answer(self, turn: dict[str, Any], text: str) -> dict[str, Any]:
        return await self.post("/interview/answer", session_id=self.id, turn_id=turn["turn_id"], answer=text)

    async def inputs(self) -> list[Envelope]:
        return [decode(entry.raw) async for entry in self.mailboxes.every_input(self.id)]

    async def asked(self) -> list[int]:
        """Indices of the questions, as they were put."""
        outputs = self.mailboxes.every_output(self.id)
        return [event.data.index async for _, event in outputs if isinstance(event.data, QuestionAsked)]

    async def is_being_asked(self, number: int) -> None:
        """The bot has begun to say a question."""
        assert self.candidate
        audio, voiced = self.candidate.agent_audio, self.candidate.agent_audio.voiced_seconds
        await eventually(self.asked, lambda asked: number - 1 in asked, LONG)
        assert await self.candidate.wait(lambda: audio.voiced_seconds > voiced + 0.3, LONG)

    async def job(self) -> int:
        """The process that has the room."""
        holder = await self.mailboxes.redis.get(self.mailboxes.keys.bot(self.id))
        found = re.search(r":([0-9]+)/", holder.decode())
        assert found
        return int(found.group(1))


@pytest.fixture
async def interview(stack: Stack, redis: Redis) -> AsyncIterator[Interview]:
    interview = Interview(stack, redis)
    body = {"session_id": interview.id, "scenario": "drill", "questions": QUESTIONS}
    await interview.post("/interviews", **body, candidate_name="Alice")
    yield interview
    await interview.leave()
    await interview.http.aclose()


@pytest.fixture
async def observer(interview: Interview) -> AsyncIterator[None]:
    """Keeps the room open, whose dispatch is that of its first token then."""
    ticket = interview.stack.ticket(interview.id, "Observer", role="observer")
    observer = HiddenObserver(interview.stack.livekit.url, ticket)
    await observer.join()
    yield
    await observer.leave()


@pytest.mark.usefixtures("observer")
async def test_voice_writing_voice_writing(interview: Interview) -> None:
    candidate = await interview.join()
    assert (await candidate.wait_for_turn(LONG)).endswith(QUESTIONS[0])
    await candidate.say(SPOKEN)
    await interview.is_being_asked(2)
    os.kill(await interview.job(), signal.SIGKILL)
    turn = await interview.switch()
    assert turn["question"].endswith(f"Question 2 of 4. {QUESTIONS[1]}")
    turn = await interview.answer(turn, WRITTEN[0])
    assert turn["question"].endswith(f"Question 3 of 4. {QUESTIONS[2]}")

    candidate = await interview.join()
    words = await candidate.wait_for_turn(LONG)
    assert words.endswith(f"Question 3 of 4. {QUESTIONS[2]}")
    await candidate.say(SPOKEN)
    await interview.is_being_asked(4)
    os.kill(interview.stack.livekit.pid, signal.SIGSTOP)
    try:
        turn = await interview.switch()
        assert turn["question"].endswith(f"Question 4 of 4. {QUESTIONS[3]}")
        last = await interview.answer(turn, WRITTEN[1])
    finally:
        os.kill(interview.stack.livekit.pid, signal.SIGCONT)
    assert last["complete"]

    report = InterviewReport.model_validate(
        (await interview.post("/interview/finish", session_id=interview.id))["report"]
    )
    inputs = [event.data for event in await interview.inputs()]
    utterances = [data for data in inputs if isinstance(data, UtteranceHeard)]
    spoken = [data.text for data in utterances if data.via == "voice"]
    assert [score.question for score in report.scores] == [*QUESTIONS]
    assert [score.answer for score in report.scores] == [spoken[0], WRITTEN[0], spoken[1], WRITTEN[1]]
    assert [turn.text for turn in report.turns if turn.speaker == "candidate"] == [
        data.text for data in utterances
    ], "the transcript is whole"
    assert len(utterances) == len(QUESTIONS), "every question is answered once"
    heard = " ".join(data.text for data in inputs if isinstance(data, ReplyHeard) and data.complete)
    assert [heard.count(question) for question in QUESTIONS] == [1, 1, 2, 1], "the third was heard twice"
    assert [data.bot_epoch for data in inputs if isinstance(data, BotJoined)] == [1, 3]
    assert report.reason == "completed"
    result = await eventually(
        lambda: replay(interview.mailboxes, interview.id), lambda result: result.same, 5
    )
    assert result.same


async def test_what_is_dictated_comes_back_as_text(interview: Interview, tmp_path: Path) -> None:
    await interview.post("/interview/start", session_id=interview.id)
    file = tmp_path / "speech.wav"
    write_wav(file, await Flite().speech("My name is Alice, and I am a software engineer."))
    got = await interview.http.post(
        f"/interview/session/{interview.id}/dictation",
        content=file.read_bytes(),
        headers={"Content-Type": "audio/wav"},
    )
    assert got.status_code == 200, got.text
    assert "software engineer" in got.json()["text"].lower()
    assert 2 < got.json()["duration_s"] < 6
