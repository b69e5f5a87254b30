"""LiveKit's dispatch service and its webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
import jwt
from google.protobuf.json_format import Parse, ParseError
from livekit.api import LiveKitAPI, ServerError, TokenVerifier
from livekit.protocol.agent_dispatch import CreateAgentDispatchRequest
from livekit.protocol.webhook import WebhookEvent

from tokens.domain.errors import Unavailable, WebhookRefused

T = TypeVar("T")


class LiveKitDispatches:
    """The dispatch service of one LiveKit server."""

    def __init__(self, api: LiveKitAPI, agent_name: str) -> None:
        self._api = api
        self._agent_name = agent_name

    async def dispatched(self, room: str) -> bool:
        """Whether the interviewer was sent to this room. A room without a dispatch lists one of no name."""
        dispatches = await _reached(self._api.agent_dispatch.list_dispatch(room))
        return any(dispatch.agent_name == self._agent_name for dispatch in dispatches)

    async def dispatch(self, room: str) -> None:
        """Send the interviewer."""
        request = CreateAgentDispatchRequest(agent_name=self._agent_name, room=room)
        await _reached(self._api.agent_dispatch.create_dispatch(request))


async def _reached(call: Awaitable[T]) -> T:
    try:
        return await call
    except (TimeoutError, aiohttp.ClientError, ServerError) as error:
        raise Unavailable(f"LiveKit ({error})") from error


def verified_webhook(body: bytes, authorization: str, api_key: str, api_secret: str) -> WebhookEvent:
    """The event in a webhook that LiveKit signed with our key.

    What livekit-api's WebhookReceiver does, which raises a bare Exception that nobody can tell from a defect.

    Raises:
        WebhookRefused: not signed, signed by somebody else, of another body, or no webhook.
    """
    try:
        claims = TokenVerifier(api_key, api_secret).verify(authorization.removeprefix("Bearer ").strip())
        signed = base64.b64decode(claims.sha256 or "")
        event = Parse(body, WebhookEvent(), ignore_unknown_fields=True)
    except (jwt.PyJWTError, binascii.Error, ParseError, ValueError) as error:
        raise WebhookRefused(f"not a webhook of ours: {error}") from error
    if not hmac.compare_digest(signed, hashlib.sha256(body).digest()):
        raise WebhookRefused("not a webhook of ours: its body is not the one that was signed")
    return event
