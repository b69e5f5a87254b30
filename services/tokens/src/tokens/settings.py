"""What the front door can be told by its environment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from limits import parse_many
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode
from viva_shared.settings import (
    ArchiveSettings,
    HearingSettings,
    LiveKitSettings,
    Port,
    ScenarioSettings,
    Settings,
    SettingsError,
)

LOCAL_INVITE_SECRET = "viva-local-invites-only-not-a-secret"
SECRET_CHARS = 32
"""At least: a shorter one can be guessed from a token that it signed."""
GENEROUS = "100000/minute"

T = TypeVar("T")


def _by_profile(local: T, elsewhere: T) -> Callable[[dict[str, Any]], T]:
    """A default that depends on the profile, which is validated before."""
    return lambda data: local if data["profile"] == "local" else elsewhere


def _listed(value: object) -> object:
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


def _one_limit(value: str) -> str:
    try:
        [limit] = parse_many(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not one limit, such as 100/minute or 20/10second") from error
    if limit.amount < 1:
        raise ValueError(f"{value!r} lets nobody in")
    return value


def _none_or_value(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() in ("", "none") else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
"""Comma separated in the environment."""
Limit = Annotated[str, AfterValidator(_one_limit)]
"""So many in a moving window, in the notation of the library ``limits``."""


class AccessSettings(Settings):
    """Who gets in, and how often. The local profile stands open, any other asks for credentials."""

    auth: Literal["open", "required"] = Field(
        default_factory=_by_profile("open", "required"), alias="VIVA_AUTH"
    )
    public_url: str = Field("http://localhost:3000", alias="VIVA_PUBLIC_URL", pattern=r"^https?://[^/?#]+")
    """The candidate's page: invites link to it."""
    invite_secret: SecretStr = Field(
        default_factory=_by_profile(SecretStr(LOCAL_INVITE_SECRET), SecretStr("")), alias="VIVA_INVITE_SECRET"
    )
    invite_ttl_s: int = Field(7 * 86_400, alias="VIVA_INVITE_TTL_S", ge=60)
    oidc_issuer: str = Field("", alias="VIVA_OIDC_ISSUER", pattern=r"^(https?://[^/?#]+[^?#]*)?$")
    oidc_audience: str = Field("", alias="VIVA_OIDC_AUDIENCE")
    oidc_jwks_url: str = Field("", alias="VIVA_OIDC_JWKS_URL", pattern=r"^(https?://.+)?$")
    """Empty: the issuer says where its keys are."""
    oidc_client_id: str = Field("", alias="VIVA_OIDC_CLIENT_ID")
    """As which the page's recruiters are sent to the issuer; empty: they are not."""
    oidc_client_secret: SecretStr = Field(SecretStr(""), alias="VIVA_OIDC_CLIENT_SECRET")
    """Empty: a public client, which has PKCE alone."""

    limit_tokens: Limit = Field(
        default_factory=_by_profile(GENEROUS, "300/minute"), alias="VIVA_LIMIT_TOKENS"
    )
    limit_calls: Limit = Field(default_factory=_by_profile(GENEROUS, "1200/minute"), alias="VIVA_LIMIT_CALLS")
    limit_failures: Limit = Field(
        default_factory=_by_profile(GENEROUS, "30/minute"), alias="VIVA_LIMIT_FAILURES"
    )
    trusted_proxies: Listed = Field((), alias="VIVA_TRUSTED_PROXIES")
    """Addresses and networks whose ``X-Forwarded-For`` is believed."""
    cors_origins: Listed = Field((), alias="VIVA_CORS_ORIGINS")
    """Pages of these origins may call; not set: the one of ``public_url``."""
    max_body_bytes: int = Field(65_536, alias="VIVA_MAX_BODY_BYTES", ge=4_096)

    @property
    def public_origin(self) -> str:
        """The page's origin, as browsers send it."""
        page = urlsplit(self.public_url)
        return f"{page.scheme}://{page.netloc}"

    @property
    def invite_ttl(self) -> timedelta:
        """How long an invite opens its interview, unless it is made for another time."""
        return timedelta(seconds=self.invite_ttl_s)

    @model_validator(mode="after")
    def _closed_elsewhere(self) -> Self:
        secret = self.invite_secret.get_secret_value()
        if self.profile != "local":
            if self.auth == "open":
                raise SettingsError(
                    "VIVA_AUTH=open is for the local profile only, as it lets everybody read and delete "
                    "every interview: remove it, and make a key with `viva keys create`"
                )
            if not secret:
                raise SettingsError(
                    "VIVA_INVITE_SECRET is not set: candidates' invites are signed with it; "
                    "`openssl rand -hex 32` makes one"
                )
            if secret == LOCAL_INVITE_SECRET:
                raise SettingsError(
                    "VIVA_INVITE_SECRET is the published one of the local profile: generate your own"
                )
        if len(secret) < SECRET_CHARS:
            raise SettingsError(f"VIVA_INVITE_SECRET has fewer than {SECRET_CHARS} characters: generate one")
        return self

    @model_validator(mode="after")
    def _one_issuer(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_audience) or (
            self.oidc_jwks_url and not self.oidc_issuer
        ):
            raise SettingsError(
                "VIVA_OIDC_ISSUER and VIVA_OIDC_AUDIENCE go together, and VIVA_OIDC_JWKS_URL only with them: "
                "set both, or none"
            )
        if (self.oidc_client_id and not self.oidc_issuer) or (
            self.oidc_client_secret.get_secret_value() and not self.oidc_client_id
        ):
            raise SettingsError(
                "VIVA_OIDC_CLIENT_ID goes with VIVA_OIDC_ISSUER, and VIVA_OIDC_CLIENT_SECRET with both: "
                "set what is missing"
            )
        for name, url in (
            ("VIVA_OIDC_ISSUER", self.oidc_issuer),
            ("VIVA_OIDC_JWKS_URL", self.oidc_jwks_url),
        ):
            if self.profile != "local" and url.startswith("http://"):
                raise SettingsError(
                    f"{name} must be https:// outside the local profile: "
                    "whoever can change its answer could sign in"
                )
        return self

    @model_validator(mode="after")
    def _named_others(self) -> Self:
        if "*" in self.trusted_proxies:
            raise SettingsError(
                "VIVA_TRUSTED_PROXIES=* lets callers choose their address: name your proxies' own or networks"
            )
        if "*" in self.cors_origins:
            raise SettingsError(
                "VIVA_CORS_ORIGINS=* lets any page call in a candidate's name: name the origins of yours"
            )
        self.cors_origins = self.cors_origins or (self.public_origin,)
        if wrong := [origin for origin in self.cors_origins if not _is_origin(origin)]:
            raise SettingsError(
                f"VIVA_CORS_ORIGINS: {', '.join(wrong)} is no origin: write scheme://host or scheme://host:port"
            )
        return self


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return bool(
        parts.scheme in ("http", "https") and parts.netloc and text == f"{parts.scheme}://{parts.netloc}"
    )


class TokensSettings(AccessSettings, LiveKitSettings, HearingSettings, ScenarioSettings, ArchiveSettings):
    """Where to listen, beside who gets in and how to reach LiveKit, speech to text, Redis and the archive."""

    host: str = Field("127.0.0.1", alias="VIVA_TOKENS_HOST")
    port: int = Field(8080, alias="VIVA_TOKENS_PORT")
    web_dir: Annotated[Path | None, BeforeValidator(_none_or_value)] = Field(None, alias="VIVA_WEB_DIR")
    """Of the built page; None: somebody else serves it, or nobody."""
    web_port: Port = Field(3000, alias="VIVA_WEB_PORT")
    """Where the page is, with the interface beside it; only if it is served here."""
    agent_names: Listed = Field((), alias="VIVA_AGENT_NAMES")
    """Agents that a client's room configuration may name; not set: the interviewer alone."""
    require_consent: bool = Field(default_factory=_by_profile(False, True), alias="VIVA_REQUIRE_CONSENT")
    unjoined_s: int = Field(86_400, alias="VIVA_UNJOINED_S", ge=60)
    """After that an interview that nobody has begun counts as abandoned, unless its invite says when."""
    reply_timeout_s: float = Field(10.0, alias="VIVA_REPLY_TIMEOUT_S", gt=0, le=60)
    """How long a call waits for the interviewer's words."""
    dictation_timeout_s: float = Field(30.0, alias="VIVA_DICTATION_TIMEOUT_S", gt=0, le=120)
    """How long speech to text may take for what was dictated, which is a minute at most."""
    fonts_dir: Path = Field(Path("/usr/share/fonts/truetype/dejavu"), alias="VIVA_FONTS_DIR")
    """Of DejaVu Sans, in which reports are exported as PDF."""

    @property
    def ports(self) -> list[int]:
        """Where to listen: everything is on each, so that the page calls its own origin."""
        return list(dict.fromkeys((self.port, self.web_port) if self.web_dir else (self.port,)))

    @model_validator(mode="after")
    def _built(self) -> Self:
        if self.web_dir and not (self.web_dir / "index.html").is_file():
            raise SettingsError(
                f"VIVA_WEB_DIR={self.web_dir} has no index.html: build the page with `make web`, or set it "
                "to none, and no page is served"
            )
        return self
