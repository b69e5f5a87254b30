"""Which pages may call where browsers send by themselves what opens the door, or where it stands open."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from fastapi import Request

from tokens.domain.errors import CrossSiteRequest
from tokens.settings import AccessSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NOBODYS = (".localhost", ".local", ".internal")
"""Ends of names that nobody can register."""


def must_be_same_site(request: Request, public_origin: str) -> None:
    """Hold that no other site's page made the browser send what changes something.

    Raises:
        CrossSiteRequest.
    """
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = (None, public_origin, f"{request.url.scheme}://{request.url.netloc}")
    if site not in ("same-origin", "none") and (site is not None or origin not in own):
        raise CrossSiteRequest(
            "a page of another origin had the browser send this: call from the page itself, "
            "or send `Authorization: Bearer …`"
        )


def must_be_trusted(request: Request, settings: AccessSettings) -> None:
    """The same where the door stands open, for all pages but those of ``cors_origins``; and that nobody else
    may have named it: their pages would be of its origin.

    Raises:
        CrossSiteRequest.
    """
    if request.headers.get("origin") not in settings.cors_origins:
        must_be_same_site(request, settings.public_origin)
    host, known = request.url.hostname or "", (settings.public_origin, *settings.cors_origins)
    if _is_public(host) and host not in (urlsplit(origin).hostname for origin in known):
        raise CrossSiteRequest(
            f"this door stands open, and {host!r} may be anybody's name for it: call it by its IP address, "
            "or set VIVA_PUBLIC_URL to the page's address with that name"
        )


@lru_cache(4096)
def _is_public(host: str) -> bool:
    """Whether this is a name that somebody may have registered, to lead where they like."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith(NOBODYS)
    return False
