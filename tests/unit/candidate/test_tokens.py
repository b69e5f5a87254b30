"""What is asked of the front door, and what becomes of its answers."""

from __future__ import annotations

import json

import httpx
import pytest
from candidate.adapters.tokens import get_ticket
from candidate.application.ports import RoomRefusedError

pytestmark = pytest.mark.unit

TICKET = {"token": "jwt", "url": "ws://livekit", "room_name": "interview-x", "more": 1}


class FrontDoor(httpx.MockTransport):
    """Gives one answer, and keeps what it was asked."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(self._answer)
        self._status, self._body = status, body
        self.asked: list[tuple[str, object]] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.path, json.loads(request.content)))
        return httpx.Response(self._status, json=self._body)


async def test_gets_a_ticket() -> None:
    door = FrontDoor(200, TICKET)
    ticket = await get_ticket("http://door/", "x", "Ann", transport=door)
    await get_ticket("http://door", "x", "Ann", scenario="screening", transport=door)
    assert (ticket.token, ticket.url, ticket.room_name) == ("jwt", "ws://livekit", "interview-x")
    question = {"session_id": "x", "participant_name": "Ann"}
    assert door.asked == [
        ("/livekit/token", question),
        ("/livekit/token", question | {"scenario": "screening"}),
    ]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (409, {"detail": "it is over"}, "says 409: .*it is over"),
        (200, {"jwt": "x"}, "answered something else"),
    ],
)
async def test_says_why_there_is_none(status: int, body: object, reason: str) -> None:
    with pytest.raises(RoomRefusedError, match=reason):
        await get_ticket("http://door", "x", "Ann", transport=FrontDoor(status, body))
