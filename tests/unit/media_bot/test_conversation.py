"""The order of inputs that the brain relies on."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from media_bot.application.conversation import Conversation
from media_bot.application.ports import Utterance
from unit.media_bot.fake_voice import Stage
from viva_shared.events import Payload

pytestmark = pytest.mark.unit


class Log:
    """Keeps the types of what was published."""

    def __init__(self) -> None:
        self.types: list[str] = []
        self.ids: list[str | None] = []

    def publish(
        self, payload: Payload, *, event_id: str | None = None, occurred_at: datetime | None = None
    ) -> None:
        self.types.append(getattr(payload, "type", ""))
        self.ids.append(event_id)


def make() -> tuple[Conversation, Log, Stage]:
    log = Log()
    return Conversation(log, bot_epoch=3, settle_s=0.02), log, Stage()


async def test_an_utterance_is_published_once_and_implies_silence() -> None:
    conversation, log, stage = make()
    conversation.speaking()
    conversation.transcribed("I am", final=False)
    conversation.transcribed("I am here.", final=True)
    conversation.stopped()
    assert conversation.heard(Utterance("u1", "I am here."), stage.mouth)
    assert not conversation.heard(Utterance("u1", "I am here."), stage.mouth)
    await asyncio.sleep(0.05)
    assert log.types == ["candidate.speaking", "utterance.partial", "utterance.heard"]
    assert log.ids[-1] == "utterance:u1"


async def test_what_waited_is_reported_before_the_utterance() -> None:
    log = Log()
    conversation = Conversation(log, bot_epoch=3, settle_s=1.0)
    stage = Stage(open_=False)
    stage.mouth._report = conversation.reply_heard
    stage.reply("t1", "Hello.")
    conversation.heard(Utterance("u1", "Hi."), stage.mouth)
    assert log.types == ["reply.heard", "utterance.heard"]
    assert log.ids == ["reply.heard:t1:3", "utterance:u1"]


async def test_a_pause_is_no_silence() -> None:
    conversation, log, _ = make()
    conversation.speaking()
    conversation.stopped()
    conversation.speaking()
    await asyncio.sleep(0.05)
    assert log.types == ["candidate.speaking"]
    conversation.stopped()
    await asyncio.sleep(0.05)
    assert log.types == ["candidate.speaking", "candidate.silent"]


async def test_a_cough_is_silence_as_soon_as_nothing_was_transcribed() -> None:
    conversation, log, _ = make()
    conversation.speaking()
    conversation.stopped()
    conversation.nothing_transcribed()
    assert log.types == ["candidate.speaking", "candidate.silent"]
    conversation.speaking()
    conversation.transcribed("well", final=False)
    conversation.stopped()
    conversation.nothing_transcribed()
    assert log.types[2:] == ["candidate.speaking"], "words were recognised: an utterance may come"
    conversation.close()


async def test_speech_that_goes_on_over_an_utterance_is_told_again() -> None:
    conversation, log, stage = make()
    conversation.speaking()
    conversation.heard(Utterance("u1", "typed meanwhile", typed=True), stage.mouth)
    assert log.types == ["candidate.speaking", "utterance.heard", "candidate.speaking"]


async def test_leaving_ends_speaking_without_a_word() -> None:
    conversation, log, _ = make()
    conversation.bot_joined()
    conversation.candidate_joined("casey", "Casey")
    conversation.candidate_joined("casey", "Casey")
    conversation.speaking()
    conversation.stopped()
    conversation.candidate_left("casey", "client_initiated")
    await asyncio.sleep(0.05)
    assert log.types == ["bot.joined", "candidate.joined", "candidate.speaking", "candidate.left"]
    assert log.ids[0] == "bot.joined:3"


async def test_who_waits_for_silence_is_called_once_when_the_turn_is_over() -> None:
    conversation, log, stage = make()
    called: list[list[str]] = []
    conversation.when_silent(lambda: called.append([]))
    assert called == [[]], "nobody speaks"
    conversation.speaking()
    conversation.when_silent(lambda: called.append([*log.types]))
    conversation.stopped()
    assert len(called) == 1, "an utterance may come of it"
    conversation.heard(Utterance("u1", "I am here."), stage.mouth)
    assert called[1:] == [["candidate.speaking", "utterance.heard"]]
    conversation.speaking()
    conversation.candidate_left("casey", "gone")
    assert len(called) == 2
