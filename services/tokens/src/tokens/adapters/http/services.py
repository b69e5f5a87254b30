"""What the routes call: the use cases, wired in ``main``."""

from __future__ import annotations

from dataclasses import dataclass

from viva_shared.archive import Archive
from viva_shared.broker import OutputFeed

from tokens.adapters.limits import RateLimits
from tokens.application.connections import Connections
from tokens.application.courses import Courses
from tokens.application.dictation import Dictation
from tokens.application.gate import Gate
from tokens.application.idempotency import IdempotencyKeys
from tokens.application.interviews import Interviews
from tokens.application.invites import Invites
from tokens.application.issue import Tokens
from tokens.application.ports import Dispatches
from tokens.application.records import Records
from tokens.application.recruiting import Recruiting
from tokens.application.rooms import InterviewRooms
from tokens.application.signing_in import SigningIn
from tokens.application.starting import Starting
from tokens.application.writing import Writing
from tokens.settings import TokensSettings


@dataclass(frozen=True, slots=True)
class Services:
    """One of each for the process."""

    settings: TokensSettings
    archive: Archive
    gate: Gate
    signing_in: SigningIn
    invites: Invites
    limits: RateLimits
    idempotency: IdempotencyKeys
    interviews: Interviews
    feed: OutputFeed
    courses: Courses
    starting: Starting
    writing: Writing
    dictation: Dictation
    dispatches: Dispatches
    tokens: Tokens
    connections: Connections
    rooms: InterviewRooms
    recruiting: Recruiting
    records: Records
