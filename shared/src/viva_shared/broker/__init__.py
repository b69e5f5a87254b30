"""Mailboxes on Redis Streams. The protocol is explained in docs/protocol.md and checked in tests/model/."""

from viva_shared.broker.connection import UNAVAILABLE, connect, until_available
from viva_shared.broker.doorbell import Bell, Doorbell
from viva_shared.broker.errors import BotFenced, BrokerError, LeaseLost, NotOpen
from viva_shared.broker.feed import OutputFeed
from viva_shared.broker.keys import Keys
from viva_shared.broker.mailboxes import FIRST, Busy, Closed, Entry, Held, Lease, Mailboxes, Snapshot
from viva_shared.broker.producer import Producer

__all__ = [
    "FIRST",
    "UNAVAILABLE",
    "Bell",
    "BotFenced",
    "BrokerError",
    "Busy",
    "Closed",
    "Doorbell",
    "Entry",
    "Held",
    "Keys",
    "Lease",
    "LeaseLost",
    "Mailboxes",
    "NotOpen",
    "OutputFeed",
    "Producer",
    "Snapshot",
    "connect",
    "until_available",
]
