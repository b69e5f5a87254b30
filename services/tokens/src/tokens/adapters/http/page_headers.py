"""What a browser is told with the page's files: above all, what the page may load and reach."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

ANY_SERVER = ("ws:", "wss:", "http:", "https:")
ALLOWED_HERE = ("autoplay", "camera", "display-capture", "fullscreen", "microphone")
DENIED = (
    *("accelerometer", "encrypted-media", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("magnetometer", "midi", "payment", "publickey-credentials-get", "serial", "usb", "xr-spatial-tracking"),
)


def content_security_policy(livekit_url: str, *, any_livekit: bool) -> str:
    """The page's policy: its own origin, and LiveKit's.

    Args:
        livekit_url: ws(s) or http(s). Both forms of its origin are allowed, as livekit-client asks by HTTP
            why a WebSocket has failed.
        any_livekit: whether people may name a LiveKit server of their own.
    """
    directives = {
        "default-src": ("'none'",),
        "script-src": ("'self'",),
        "style-src": ("'self'",),
        "img-src": ("'self'", "data:", "blob:"),
        "font-src": ("'self'",),
        "media-src": ("'self'", "blob:"),
        "connect-src": ("'self'", *_origins(livekit_url), *(ANY_SERVER if any_livekit else ())),
        "worker-src": ("'self'", "blob:"),
        "manifest-src": ("'self'",),
        "base-uri": ("'none'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def page_headers(livekit_url: str, *, any_livekit: bool) -> dict[str, str]:
    """All headers that each of the page's files has for its safety; arguments as for the policy."""
    permissions = [*(f"{name}=(self)" for name in ALLOWED_HERE), *(f"{name}=()" for name in DENIED)]
    return {
        "Content-Security-Policy": content_security_policy(livekit_url, any_livekit=any_livekit),
        "Permissions-Policy": ", ".join(permissions),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _origins(livekit_url: str) -> tuple[str, str]:
    server = urlsplit(livekit_url)
    secure = "s" if server.scheme in ("wss", "https") else ""
    host = re.split(r"[\s;,]", server.netloc.rpartition("@")[2])[0]  # the rest would be directives
    return f"ws{secure}://{host}", f"http{secure}://{host}"
