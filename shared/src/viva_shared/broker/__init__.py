"""Mailboxes on Redis Streams. The protocol is explained in docs/protocol.md and checked in tests/model/."""

from viva_shared.broker.calls import Calls
from viva_shared.broker.closing import Closing
from viva_shared.broker.connection import UNAVAILABLE, connect, connection_pool, passes, until_available
from viva_shared.broker.deadletters import DeadLetter, DeadLetters, NotRetried
from viva_shared.broker.doorbell import Bell, Doorbell
from viva_shared.broker.entries import FIRST, Entry
from viva_shared.broker.errors import BotFenced, BrokerError, Damaged, LeaseLost, NotOpen, RoomBusy
from viva_shared.broker.feed import OutputFeed
from viva_shared.broker.gathering import GatheringRedis
from viva_shared.broker.graveyard import Letter
from viva_shared.broker.handover import Handover
from viva_shared.broker.history import History, input_of, read_history
from viva_shared.broker.keys import Keys
from viva_shared.broker.leases import Busy, Closed, Held, Lease, Snapshot
from viva_shared.broker.mailboxes import Mailboxes
from viva_shared.broker.producer import Producer
from viva_shared.broker.seats import Seats
from viva_shared.broker.survey import Glance, Survey

__all__ = [
    "FIRST",
    "UNAVAILABLE",
    "Bell",
    "BotFenced",
    "BrokerError",
    "Busy",
    "Calls",
    "Closed",
    "Closing",
    "Damaged",
    "DeadLetter",
    "DeadLetters",
    "Doorbell",
    "Entry",
    "GatheringRedis",
    "Glance",
    "Handover",
    "Held",
    "History",
    "Keys",
    "Lease",
    "LeaseLost",
    "Letter",
    "Mailboxes",
    "NotOpen",
    "NotRetried",
    "OutputFeed",
    "Producer",
    "RoomBusy",
    "Seats",
    "Snapshot",
    "Survey",
    "connect",
    "connection_pool",
    "input_of",
    "passes",
    "read_history",
    "until_available",
]
