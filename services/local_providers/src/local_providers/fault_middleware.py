"""Makes a call misbehave at the ASGI boundary, the same way for every vendor and for HTTP and WebSockets."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_providers.faults import Fault, FaultRegistry, Target
from local_providers.vendor_errors import Vendor, error_body

BLOCK_KEY = "viva.block"


def target_of(path: str) -> Target | None:
    """Returns the fault target that serves a path, None for health and admin."""
    if path == "/v1/listen":
        return Target.LISTEN
    if path == "/v1/speak":
        return Target.SPEAK
    return Target.GEMINI if "/models/" in path else None


class FaultMiddleware:
    """Takes the fault ordered for a call, if any, and applies it."""

    def __init__(self, app: ASGIApp, registry: FaultRegistry) -> None:
        self._app = app
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one call."""
        target = target_of(scope["path"]) if scope["type"] in ("http", "websocket") else None
        fault = self._registry.take(target) if target is not None else None
        if target is None or fault is None:
            await self._app(scope, receive, send)
            return
        if fault.latency_ms:
            await asyncio.sleep(fault.latency_ms / 1000)
        if fault.status is not None:
            vendor: Vendor = "gemini" if target is Target.GEMINI else "deepgram"
            await _refuse(scope, receive, send, vendor, fault.status)
            return
        if fault.block:
            scope[BLOCK_KEY] = True
        await _Saboteur(self._app, fault).serve(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send, vendor: Vendor, status: int) -> None:
    """Answers with an error; a WebSocket's handshake is refused with the status."""
    body = error_body(vendor, status)
    kind = "http" if scope["type"] == "http" else "websocket.http"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if scope["type"] == "websocket":
        await receive()
    await send({"type": f"{kind}.response.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": body})


class _Saboteur:
    """Runs the application with a `send` that cuts, mangles or swallows messages."""

    def __init__(self, app: ASGIApp, fault: Fault) -> None:
        self._app = app
        self._fault = fault
        self._sent = 0
        self._cut = asyncio.Event()
        self._stalled = False

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sabotaged(message: Message) -> None:
            await self._send(message, send)

        app = asyncio.ensure_future(self._call(scope, receive, sabotaged))
        cut = asyncio.ensure_future(self._cut.wait())
        try:
            await asyncio.wait((app, cut), return_when=asyncio.FIRST_COMPLETED)
        finally:
            cut.cancel()
            if not app.done():
                app.cancel()
            await asyncio.gather(app, return_exceptions=True)
        # Returning with an unfinished response makes uvicorn close the socket: that is the cut.
        if self._stalled and not self._cut.is_set():
            while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
                pass

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def _send(self, message: Message, send: Send) -> None:
        counted = message["type"] == "websocket.send" or (
            message["type"] == "http.response.body" and bool(message.get("body"))
        )
        opening = message["type"] in ("websocket.accept", "http.response.start")
        if self._fault.cut_after is not None and not opening and self._sent >= self._fault.cut_after:
            self._cut.set()
            await asyncio.Event().wait()  # the task is cancelled here
        if self._fault.stall and not opening and self._sent >= self._fault.after:
            self._stalled = True
            return
        if counted:
            if self._fault.garbage and self._sent >= self._fault.after:
                message = _mangle(message)
            self._sent += 1
        if message["type"] == "http.response.start" and (
            self._fault.garbage or self._fault.cut_after is not None
        ):
            message = {
                **message,
                "headers": [h for h in message["headers"] if h[0].lower() != b"content-length"],
            }
        await send(message)
        if message["type"] == "websocket.accept" and self._fault.cut_after == 0:
            self._cut.set()
            await asyncio.Event().wait()


def _mangle(message: Message) -> Message:
    """Halves a message, so that JSON breaks and samples go astray."""
    if message.get("text") is not None:
        text: str = message["text"]
        return {**message, "text": text[: len(text) // 2]}
    key = "bytes" if message["type"] == "websocket.send" else "body"
    body: bytes = message[key]
    half = body[: len(body) // 2 | 1]
    if body.startswith(b"data:"):
        half += b"\r\n\r\n"  # keep the event's end, so that a client tries to parse it
    return {**message, key: half}
