"""An OpenID Connect issuer: which of its tokens are meant for us, by the keys that it publishes."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

import httpx
import jwt
import structlog
from async_lru import alru_cache
from jwt import PyJWK, PyJWKSet

from tokens.domain.errors import Unavailable

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Asymmetric ones only: with a published key everybody could sign by any other."""
LEEWAY_S = 30
"""How far the issuer's clock may be from ours."""
TRUSTED_S = 900.0
"""How long fetched keys are believed: a key that the issuer withdraws opens nothing after that."""
REFETCH_S = 5.0
"""Between two fetches, at least: anybody can send a token with a key id that nobody knows."""
TIMEOUT_S = 5.0
"""For the client that fetches."""


class OidcIssuer:
    """One issuer's tokens for one audience; fetches its keys when it needs them."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        issuer: str,
        audience: str,
        jwks_url: str = "",
        *,
        trusted_s: float = TRUSTED_S,
        refetch_s: float = REFETCH_S,
    ) -> None:
        """Args: ``jwks_url``: where the keys are, if the issuer's discovery document is not to be asked."""
        self._http = http
        self.url = issuer
        self._audience = audience
        self._jwks_url = jwks_url
        self._trusted_s = trusted_s
        self._refetch_s = refetch_s
        self._keys: dict[str | None, PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._remembered = alru_cache(1, ttl=trusted_s)(self._discovered)

    async def claims(
        self, token: str, key_id: str | None, audience: str | None = None
    ) -> dict[str, Any] | None:
        """What a token says, for good reason; None if it is not this issuer's, not for us, or has expired.

        Args:
            audience: whom it must be for; None: who recruiters' tokens are for.

        Raises:
            Unavailable: the issuer's keys are not known, and cannot be fetched.
        """
        key = await self._key(key_id)
        if key is None:
            return None
        try:
            return jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=audience or self._audience,
                issuer=self.url,
                leeway=LEEWAY_S,
                options={"require": ["iss", "aud", "exp", "sub"]},
            )
        except jwt.PyJWTError:
            return None

    async def discovered(self) -> dict[str, Any]:
        """Its discovery document, which says where it is to be asked what. Raises Unavailable."""
        try:
            return await self._remembered()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("oidc.unavailable", issuer=self.url, error=str(error) or type(error).__name__)
            raise Unavailable("the OIDC issuer") from error

    async def _key(self, key_id: str | None) -> PyJWK | None:
        if not self._knows(key_id):
            async with self._fetching:  # one at a time: the others find what it brought
                if not self._knows(key_id) and time.monotonic() - self._tried_at >= self._refetch_s:
                    await self._fetch()
        if not self._knows(key_id) and self._fetched_at < self._tried_at:
            raise Unavailable("the OIDC issuer", retry_after_s=math.ceil(self._refetch_s))
        return self._keys.get(key_id)

    def _knows(self, key_id: str | None) -> bool:
        return key_id in self._keys and time.monotonic() - self._fetched_at < self._trusted_s

    async def _fetch(self) -> None:
        try:
            jwks_url = self._jwks_url or str((await self._discovered()).get("jwks_uri"))
            published = PyJWKSet.from_dict(await self._get(jwks_url))
        except (httpx.HTTPError, httpx.InvalidURL, jwt.PyJWTError, ValueError) as error:
            log.warning("oidc.unavailable", issuer=self.url, error=str(error) or type(error).__name__)
            self._tried_at = time.monotonic()
        else:
            self._keys = {key.key_id: key for key in published if key.public_key_use in (None, "sig")}
            self._fetched_at = self._tried_at = time.monotonic()
            log.info("oidc.keys_fetched", issuer=self.url, keys=len(self._keys))

    async def _discovered(self) -> dict[str, Any]:
        found = await self._get(f"{self.url.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.url:
            raise ValueError(f"it calls itself {found.get('issuer')!r}: set VIVA_OIDC_ISSUER to that")
        return found

    async def _get(self, url: str) -> dict[str, Any]:
        answer = await self._http.get(url)
        document = answer.raise_for_status().json()
        if not isinstance(document, dict):
            raise ValueError(f"{url} is no JSON object")
        return document
