"""Signing in at the OpenID Connect issuer: the authorization code flow with PKCE, by Authlib."""

from __future__ import annotations

import hmac
from typing import Any

import httpx2
import jwt
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from tokens.adapters.oidc import OidcIssuer
from tokens.domain.errors import SignInFailed, Unavailable

log = structlog.get_logger(__name__)

SCOPE = "openid"
CLIENT_AUTH = ("client_secret_basic", "client_secret_post")
"""How the token endpoint may want the secret, the one first that is meant if it does not say."""


class OidcSignIn:
    """One client's sign-ins at one issuer."""

    def __init__(self, client: AsyncOAuth2Client, issuer: OidcIssuer) -> None:
        """Args: ``client``: with its id, its secret if it has one, and where the issuer sends people back."""
        self._client = client
        self._issuer = issuer

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where somebody goes to sign in. Raises Unavailable."""
        document = await self._issuer.discovered()
        endpoint = self._endpoint(document, "authorization_endpoint")
        url, _ = self._client.create_authorization_url(
            endpoint, state=state, nonce=nonce, code_verifier=verifier
        )
        return str(url)

    async def subject(self, code: str, *, nonce: str, verifier: str) -> str:
        """Whom the issuer has given this code.

        Raises:
            SignInFailed: the issuer does not take the code, or its ID token is not right.
            Unavailable: the issuer does not answer, or not as it should.
        """
        id_token = str((await self._exchanged(code, verifier)).get("id_token"))
        try:
            key_id = jwt.get_unverified_header(id_token).get("kid")
        except jwt.PyJWTError as error:
            raise SignInFailed("invalid", "the issuer sent no ID token: is it one for OpenID?") from error
        client_id = self._client.client_id
        claims = await self._issuer.claims(id_token, key_id, audience=client_id)
        if claims is None or claims.get("azp", client_id) != client_id:
            raise SignInFailed("invalid", "the issuer's ID token is not for us, or has expired")
        if not hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
            raise SignInFailed("invalid", "the issuer's ID token is of another sign-in")
        subject: str = claims["sub"]
        return subject

    async def _exchanged(self, code: str, verifier: str) -> dict[str, Any]:
        """The token endpoint's answer."""
        document = await self._issuer.discovered()
        endpoint = self._endpoint(document, "token_endpoint")
        offered = document.get("token_endpoint_auth_methods_supported") or CLIENT_AUTH
        method = next((method for method in CLIENT_AUTH if method in offered), CLIENT_AUTH[0])
        auth = self._client.client_auth(method if self._client.client_secret else "none")
        try:
            answer: dict[str, Any] = await self._client.fetch_token(
                endpoint, grant_type="authorization_code", code=code, code_verifier=verifier, auth=auth
            )
        except OAuthError as error:
            raise SignInFailed("invalid", f"the issuer does not take the code: {error.error}") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            log.warning("oidc.unavailable", issuer=self._issuer.url, error=str(error) or type(error).__name__)
            raise Unavailable("the OIDC issuer") from error
        return answer

    def _endpoint(self, document: dict[str, Any], name: str) -> str:
        endpoint = document.get(name)
        if not endpoint:
            log.warning("oidc.unavailable", issuer=self._issuer.url, error=f"its document has no {name}")
            raise Unavailable("the OIDC issuer")
        return str(endpoint)
