"""Deepgram's authentication. Any key will do, none will not."""

from starlette.requests import HTTPConnection


def api_key(connection: HTTPConnection) -> str | None:
    """Returns the key of `Authorization: Token …` (or Bearer), or of the `token` WebSocket subprotocol."""
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("token", "bearer") and key.strip():
        return key.strip()
    protocols = [part.strip() for part in connection.headers.get("sec-websocket-protocol", "").split(",")]
    if len(protocols) == 2 and protocols[0].lower() in ("token", "bearer") and protocols[1]:
        return protocols[1]
    return None


def subprotocol(connection: HTTPConnection) -> str | None:
    """Returns the subprotocol to accept, when the key came that way."""
    name = connection.headers.get("sec-websocket-protocol", "").split(",")[0].strip()
    return name if name.lower() in ("token", "bearer") else None
