"""What every request and answer passes: bounds of bodies, and headers that keep answers where they belong."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tokens.adapters.http.problems import BODY_TOO_LARGE, answer

HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",  # an address may hold an invite
    b"cache-control": b"no-store",
}


class BoundedBodies:
    """Refuses a body over the bound: by its declared length before any of it is read, else while it is read.

    Starlette's own limit answers in plain text, not with a problem.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, larger: Sequence[tuple[re.Pattern[str], int]] = ()
    ) -> None:
        """Args: ``larger``: paths whose bodies have bounds of their own."""
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own = (most for path, most in self._larger if path.fullmatch(scope["path"]))
        max_bytes = next(own, self._max_bytes)
        detail = f"a request's body may have {max_bytes} bytes, and this one has more: send less"
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal():  # and is kept by the server: there is nothing to count
            if int(declared) <= max_bytes:
                await self._app(scope, receive, send)
            else:
                refusal = answer(413, BODY_TOO_LARGE, detail, headers={"Connection": "close"})
                await refusal(scope, receive, send)
            return
        read = 0

        async def receive_bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > max_bytes:
                raise HTTPException(413, detail, headers={"Connection": "close"})
            return message

        await self._app(scope, receive_bounded, send)


class PrivateAnswers:
    """Answers are for who asked: no cache keeps them, no other site learns addresses, no type is guessed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                missing = [header for header in HEADERS.items() if header[0] not in present]
                message = {**message, "headers": [*message["headers"], *missing]}
            await send(message)

        await self._app(scope, receive, send_private)
