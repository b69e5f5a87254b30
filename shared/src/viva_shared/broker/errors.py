"""What can go wrong with a mailbox. Each error says whether the same call may succeed later."""

from __future__ import annotations


class BrokerError(Exception):
    """Base of the broker's errors."""

    retryable = False


class LeaseLost(BrokerError):
    """The interview has passed to another holder; nothing was written. Acquire again before writing."""


class NotOpen(BrokerError):
    """The interview does not exist, is archived or deleted: nothing may be written to it."""

    def __init__(self, interview_id: str, status: str) -> None:
        super().__init__(f"interview {interview_id} is {status}")
        self.status = status


class Damaged(BrokerError):
    """A key of the mailbox is of another type: somebody else wrote it. Only this mailbox is of no use."""


class BotFenced(BrokerError):
    """Another media bot has the room under a higher epoch; this one must leave without a word."""


class RoomBusy(BrokerError):
    """A media bot has the room, and was not to lose it; nothing was written."""

    retryable = True
