"""What the routes call: the use cases, wired in ``main``."""

from __future__ import annotations

from dataclasses import dataclass

from viva_shared.archive import Archive

from tokens.adapters.limits import RateLimits
from tokens.application.connections import Connections
from tokens.application.gate import Gate
from tokens.application.idempotency import IdempotencyKeys
from tokens.application.interviews import Interviews
from tokens.application.invites import Invites
from tokens.application.issue import Tokens
from tokens.application.ports import Dispatches
from tokens.application.rooms import InterviewRooms
from tokens.settings import TokensSettings


@dataclass(frozen=True, slots=True)
class Services:
    """One of each for the process."""

    settings: TokensSettings
    archive: Archive
    gate: Gate
    invites: Invites
    limits: RateLimits
    idempotency: IdempotencyKeys
    interviews: Interviews
    dispatches: Dispatches
    tokens: Tokens
    connections: Connections
    rooms: InterviewRooms
