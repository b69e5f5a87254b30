"""A wire tap between a bot and the speech providers: what goes to speech to text, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, ClientWebSocketResponse, WSMessage, WSMsgType, web


@dataclass
class WireTap:
    """Hands WebSockets on to the providers.

    Attributes:
        streams: how many streams of speech to text were opened.
        sound: monotonic time and bytes of each frame that speech to text got.
    """

    providers_url: str
    port: int
    streams: int = 0
    sound: list[tuple[float, bytes]] = field(default_factory=list)

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        listens = request.path.endswith("/listen")
        self.streams += listens
        near = web.WebSocketResponse()
        await near.prepare(request)
        headers = {"Authorization": request.headers["Authorization"]}
        async with (
            ClientSession() as http,
            http.ws_connect(f"{self.providers_url}{request.path_qs}", headers=headers) as far,
        ):
            there = asyncio.create_task(self._hand_on(near, far, record=listens))
            await self._hand_on(far, near)
            there.cancel()
            await asyncio.gather(there, return_exceptions=True)
        return near

    async def _hand_on(
        self,
        source: web.WebSocketResponse | ClientWebSocketResponse,
        target: web.WebSocketResponse | ClientWebSocketResponse,
        *,
        record: bool = False,
    ) -> None:
        message: WSMessage
        async for message in source:
            if message.type is WSMsgType.TEXT:
                await target.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                if record:
                    self.sound.append((time.monotonic(), message.data))
                await target.send_bytes(message.data)
        await target.close()


@asynccontextmanager
async def tapped(providers_url: str, port: int) -> AsyncIterator[WireTap]:
    """A wire tap on this port of loopback until the block ends."""
    tap = WireTap(providers_url, port)
    app = web.Application()
    app.router.add_get("/v1/{part}", tap._serve)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", tap.port).start()
    try:
        yield tap
    finally:
        await runner.cleanup()
