"""Who has a room: its bot, or whoever writes for its candidate. On a real Redis."""

from __future__ import annotations

import pytest
from fixtures.brains import TextRoom, now
from viva_shared.broker import BotFenced, Handover, Mailboxes, NotOpen, RoomBusy, read_history
from viva_shared.events import CandidateJoined, CandidateSilent, Envelope, ReplyHeard, new_event

pytestmark = pytest.mark.integration

TTL_MS = 60_000


@pytest.fixture
async def iid(mailboxes: Mailboxes) -> str:
    room = TextRoom(mailboxes)
    await room.open()
    return room.interview_id


@pytest.fixture
def handover(mailboxes: Mailboxes) -> Handover:
    return Handover(mailboxes)


def joined(iid: str, event_id: str = "joined:text:1") -> Envelope:
    return new_event(iid, CandidateJoined(identity="a", via="text"), now(), event_id=event_id)


async def inputs(mailboxes: Mailboxes, iid: str) -> list[str]:
    history = await read_history(mailboxes, iid)
    assert history is not None
    return [event.event_id for _, event in history.inputs]


async def test_a_bot_keeps_its_room_unless_it_is_to_be_fenced(
    mailboxes: Mailboxes, handover: Handover, iid: str
) -> None:
    epoch = await mailboxes.bot_acquire(iid, "bot", TTL_MS)
    assert epoch
    before = await inputs(mailboxes, iid)
    with pytest.raises(RoomBusy):
        await handover.to_writing(iid, joined(iid))
    await mailboxes.bot_renew(iid, "bot", epoch, TTL_MS)
    assert await inputs(mailboxes, iid) == before, "nothing was written"
    assert await handover.to_writing(iid, joined(iid), fence=True)
    assert await inputs(mailboxes, iid) == [*before, "joined:text:1"]
    with pytest.raises(BotFenced):
        await mailboxes.bot_renew(iid, "bot", epoch, TTL_MS)
    with pytest.raises(BotFenced):
        await mailboxes.append(new_event(iid, CandidateSilent(), now()), bot_epoch=epoch)
    await mailboxes.bot_release(iid, "bot", epoch)
    assert await mailboxes.bot_acquire(iid, "another", TTL_MS) is None
    assert await mailboxes.without_bot() == [], "nobody is sent there"


async def test_a_bot_whose_lease_has_expired_is_fenced_too(
    mailboxes: Mailboxes, handover: Handover, iid: str
) -> None:
    """It may be paused, and wake."""
    epoch = await mailboxes.bot_acquire(iid, "bot", TTL_MS)
    await mailboxes.redis.delete(mailboxes.keys.bot(iid))
    assert await handover.to_writing(iid)
    with pytest.raises(BotFenced):
        await mailboxes.bot_renew(iid, "bot", epoch or 0, TTL_MS)


async def test_it_may_be_repeated(mailboxes: Mailboxes, handover: Handover, iid: str) -> None:
    assert await handover.to_writing(iid, joined(iid))
    held = await mailboxes.redis.get(mailboxes.keys.bot(iid))
    assert not await handover.to_writing(iid, joined(iid))
    assert await handover.to_writing(iid)
    assert await mailboxes.redis.get(mailboxes.keys.bot(iid)) == held, "under the same epoch"
    assert (await inputs(mailboxes, iid)).count("joined:text:1") == 1
    assert await handover.to_voice(iid)
    assert await mailboxes.bot_acquire(iid, "bot", TTL_MS)
    assert not await handover.to_writing(iid, joined(iid), fence=True), "that was the same call, come late"
    assert (await read_history(mailboxes, iid)).has_bot  # type: ignore[union-attr]


async def test_a_bot_comes_once_the_room_is_given_back(
    mailboxes: Mailboxes, handover: Handover, iid: str
) -> None:
    assert not await handover.to_voice(iid)
    await mailboxes.bot_acquire(iid, "bot", TTL_MS)
    assert not await handover.to_voice(iid), "it is the bot's"
    await handover.to_writing(iid, fence=True)
    before = await read_history(mailboxes, iid)
    assert before
    assert (before.has_bot, before.is_in_writing, before.room_epoch) == (False, True, 2)
    await mailboxes.forget_bot(iid)
    assert await handover.to_voice(iid)
    assert await mailboxes.without_bot() == [iid], "one is sent, though the room was forgotten"
    heard = new_event(iid, ReplyHeard(turn_id="t1", text="Hello.", complete=True), now())
    assert await mailboxes.append(heard, bot_epoch=before.room_epoch), "who wrote may still do so"
    assert await mailboxes.bot_acquire(iid, "bot", TTL_MS) == 3
    with pytest.raises(BotFenced):
        await mailboxes.append(new_event(iid, CandidateSilent(), now()), bot_epoch=before.room_epoch)


async def test_nobody_takes_the_room_of_what_is_not_there(handover: Handover) -> None:
    with pytest.raises(NotOpen, match="missing"):
        await handover.to_writing("nobody", fence=True)
    assert not await handover.to_voice("nobody")
