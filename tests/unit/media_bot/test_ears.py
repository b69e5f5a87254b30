"""The ears are open only while the candidate is there, may be listened to, and can be understood."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from media_bot.adapters.session import LiveSession
from media_bot.adapters.speech import load_vad, speech_options
from media_bot.adapters.vendors import Part
from media_bot.application.conversation import Conversation
from media_bot.settings import BotSettings, OwnWords, SpeechWishes
from unit.media_bot.fake_voice import Stage
from unit.media_bot.test_conversation import Log
from viva_shared.events import ListeningAllowed

pytestmark = pytest.mark.unit

ANYBODY = ListeningAllowed(reason="not_required")


@pytest.fixture
async def session() -> AsyncIterator[LiveSession]:
    settings = BotSettings()
    session = LiveSession(
        settings,
        speech_options(settings, SpeechWishes()),
        OwnWords(),
        load_vad(),
        Conversation(Log(), bot_epoch=1, settle_s=1.0),
        Stage().mouth,
        failed=lambda: None,
        task_ended=lambda _: None,
    )
    yield session
    await session.aclose()


def hears(session: LiveSession) -> bool:
    return session._session.input.audio_enabled


async def test_two_reasons_for_shut_ears_do_not_undo_each_other(session: LiveSession) -> None:
    assert not hears(session)
    session._is_somebody_there = True
    session._tune_ears()
    assert not hears(session), "not allowed"
    session.allow_listening(ANYBODY)
    assert hears(session)
    session._vendors.failed(Part.EARS)
    assert not hears(session), "lost"
    session.allow_listening(ANYBODY)
    assert not hears(session), "still lost"
    await session._vendors.aclose()
    session.candidate_left(unfinished=False)
    assert not hears(session), "nobody is there"


async def test_speech_to_text_waits_for_the_leave_to_listen_and_for_its_vendor(session: LiveSession) -> None:
    ears = asyncio.create_task(session._until_ears())
    await asyncio.sleep(0)
    assert not ears.done(), "not allowed"
    session._vendors.failed(Part.EARS)
    session.allow_listening(ANYBODY)
    for _ in range(3):
        await asyncio.sleep(0)
    assert not ears.done(), "its vendor is lost"
    await session._vendors.aclose()
    await asyncio.wait_for(ears, 1)


async def test_the_consent_of_one_opens_the_ears_to_nobody_else(session: LiveSession) -> None:
    session._candidate, session._is_somebody_there = "casey", True
    session.allow_listening(ListeningAllowed(reason="consented", identity="robin"))
    assert not hears(session), "not here yet"
    assert not session._may_listen.is_set()
    session.allow_listening(ListeningAllowed(reason="consented", identity="casey"))
    assert hears(session)
    assert session._may_listen.is_set()
    session._candidate = "robin"
    session._tune_ears()
    assert not hears(session)
    assert not session._may_listen.is_set()
    session.allow_listening(ANYBODY)
    assert hears(session)
