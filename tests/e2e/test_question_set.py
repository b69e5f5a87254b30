"""A question set by voice: the candidate agrees on the chat, answers, and is scored by what they said."""

from __future__ import annotations

from uuid import uuid4

import pytest
from brain.application.replaying import replay
from candidate.application.conversation import Conversation
from candidate.application.outcome import Ending
from candidate.domain.persona import Answer, Persona
from candidate.session import CandidateSession
from e2e.media_bot.caller import Caller
from fixtures.brains import eventually
from fixtures.stack import QUESTIONS, Stack
from redis.asyncio import Redis
from viva_shared.broker import Mailboxes
from viva_shared.events import (
    InterviewEnded,
    ListeningAllowed,
    QuestionAsked,
    ReplyHeard,
    UtteranceHeard,
    decode,
)
from viva_shared.report import InterviewReport
from viva_shared.rooms import room_name

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CASEY = Persona(
    name="Casey",
    think_s=0.2,
    answers=(
        Answer(topic="proud", when=("proud",), say=("Last year I made our search engine ten times faster.",)),
        Answer(topic="problem", when=("problem",), say=("I found out why our payment system stopped.",)),
    ),
    default=("I do not know.",),
)


@pytest.fixture(scope="module")
def stack_settings() -> dict[str, str]:
    return {"VIVA_REQUIRE_CONSENT": "true"}


async def test_a_question_set_by_voice_from_consent_to_the_report(stack: Stack, redis: Redis) -> None:
    mailboxes, interview_id = Mailboxes(redis), f"drill-{uuid4().hex[:8]}"
    candidate = CandidateSession(stack.livekit.url, stack.ticket(interview_id, "Casey", scenario="drill"))
    observer = Caller(stack.livekit, "observer", room_name(interview_id), agent=None, role="observer")
    await observer.join()
    outcome = await Conversation(candidate, CASEY).hold()
    await candidate.leave()
    await observer.leave()
    assert outcome.ending is Ending.CLOSED, outcome.reason

    inputs = [decode(entry.raw).data async for entry in mailboxes.every_input(interview_id)]
    outputs = [event.data async for _, event in mailboxes.every_output(interview_id)]
    utterances = [data for data in inputs if isinstance(data, UtteranceHeard)]
    assert [said.via for said in utterances[:3]] == ["text", "voice", "voice"]
    asked = [data for data in outputs if isinstance(data, QuestionAsked)]
    assert [question.text for question in asked] == [*QUESTIONS]
    allowed = next(data for data in outputs if isinstance(data, ListeningAllowed))
    assert outputs.index(allowed) < outputs.index(asked[0])
    heard = " ".join(data.text for data in inputs if isinstance(data, ReplyHeard))
    assert all(heard.count(f"Question {n} of 2. {text}") == 1 for n, text in enumerate(QUESTIONS, 1))
    assert [data.reason for data in outputs if isinstance(data, InterviewEnded)] == ["completed"]

    assert [question["label"] for question in observer.questions] == ["Question 1 of 2", "Question 2 of 2"]
    assert {score["index"] for score in observer.scores} == {0, 1}

    raw = await eventually(lambda: mailboxes.report(interview_id), lambda report: report is not None, 20)
    report = InterviewReport.model_validate_json(raw or b"")
    assert report.consent is not None
    assert report.consent.via == "chat"
    assert [score.question for score in report.scores] == [*QUESTIONS]
    answers = " ".join(score.answer for score in report.scores)
    assert answers == " ".join(said.text for said in utterances[1:]), "all that was said by voice"
    for score in report.scores:
        assert score.score is not None, score.reason
        assert score.evidence
        assert all(quote in score.answer for quote in score.evidence)
    assert (await eventually(lambda: replay(mailboxes, interview_id), lambda result: result.same, 2)).same
