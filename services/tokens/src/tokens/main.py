"""Wiring: settings, Redis, the archive, LiveKit, HTTP."""

from __future__ import annotations

import asyncio
import gc
import ssl
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any
from uuid import uuid4

import httpx
import structlog
import uvicorn
import uvloop
from authlib.integrations.httpx_client import AsyncOAuth2Client
from livekit.api import LiveKitAPI
from viva_shared.archive import (
    ApiKeys,
    Archive,
    Database,
    Rescorings,
    SchemaTooNew,
    erase,
    until_migrated,
)
from viva_shared.broker import (
    Calls,
    Closing,
    GatheringRedis,
    Handover,
    Keys,
    Mailboxes,
    OutputFeed,
    Seats,
    connect,
    until_available,
)
from viva_shared.logs import configure_logging
from viva_shared.settings import SettingsError, load_settings

from tokens.adapters.api_keys import RememberedKeys
from tokens.adapters.deepgram import DeepgramTranscriber
from tokens.adapters.http import Services, build_app
from tokens.adapters.limits import RateLimits
from tokens.adapters.livekit import LiveKitDispatches, LiveKitRooms
from tokens.adapters.oidc import TIMEOUT_S, OidcIssuer
from tokens.adapters.oidc_sign_in import SCOPE, OidcSignIn
from tokens.adapters.sessions import Sessions
from tokens.adapters.windows import MovingWindows
from tokens.application.auditing import Auditing
from tokens.application.connections import Connections
from tokens.application.courses import Courses
from tokens.application.dictation import Dictation
from tokens.application.gate import Gate
from tokens.application.idempotency import IdempotencyKeys
from tokens.application.interviews import Interviews
from tokens.application.invites import Invites
from tokens.application.issue import Tokens
from tokens.application.leaving import LeftRooms
from tokens.application.records import Records
from tokens.application.recruiting import Recruiting
from tokens.application.rooms import InterviewRooms
from tokens.application.scenarios import Scenarios
from tokens.application.signing_in import SigningIn
from tokens.application.starting import Starting
from tokens.application.writing import Writing
from tokens.settings import TokensSettings

log = structlog.get_logger(__name__)


@asynccontextmanager
async def wired(settings: TokensSettings) -> AsyncIterator[Services]:
    """The use cases on what the settings name; waits for Redis, and says so."""
    async with AsyncExitStack() as stack:
        redis = connect(settings.redis_url)
        stack.push_async_callback(redis.aclose)
        gathering = GatheringRedis(redis.connection_pool)
        keys = Keys(settings.key_prefix)
        mailboxes = Mailboxes(redis, keys, settings.max_event_bytes)
        gathered = Mailboxes(gathering, keys, settings.max_event_bytes)  # for what is short
        # LiveKitAPI refuses to be built without keys; nothing is dispatched then; /livekit/token says why.
        api = LiveKitAPI(
            settings.livekit_url,
            settings.livekit_api_key or "missing",
            settings.livekit_api_secret.get_secret_value() or "missing",
        )
        stack.push_async_callback(api.aclose)
        database = Database(settings.database_url)
        stack.push_async_callback(database.aclose)
        archive = Archive(database, lambda: datetime.now(UTC))
        auditing = Auditing(archive, lambda: datetime.now(UTC))
        api_keys = ApiKeys(database, lambda: datetime.now(UTC))
        invites = Invites(settings.invite_secret.get_secret_value(), settings.public_url, settings.invite_ttl)
        issuer = await stack.enter_async_context(_issuer(settings))
        sign_in = await stack.enter_async_context(_sign_in(settings, issuer))
        sessions = Sessions(redis, keys.sessions)
        interviews = Interviews(
            gathered,
            Scenarios(settings.scenarios_dir, settings.default_scenario),
            lambda: datetime.now(UTC),
            require_consent=settings.require_consent,
            unjoined=timedelta(seconds=settings.unjoined_s),
        )
        rooms, any_room = LiveKitRooms(api), settings.profile == "local"
        tokens = Tokens(
            settings,
            interviews,
            Seats(gathered),
            Handover(gathered),
            rooms,
            auditing,
            lambda: datetime.now(UTC),
        )
        http = await stack.enter_async_context(httpx.AsyncClient(verify=_authorities()))
        transcriber = DeepgramTranscriber(http, settings, settings.dictation_timeout_s)
        left_rooms = LeftRooms(settings, Handover(mailboxes), rooms)
        stack.push_async_callback(left_rooms.aclose)
        idempotency = IdempotencyKeys(
            redis, settings.key_prefix, Calls(mailboxes), settings.invite_secret.get_secret_value()
        )
        feed = OutputFeed(redis, f"tokens-{uuid4().hex}", keys, settings.max_event_bytes)
        courses = Courses(mailboxes, archive, feed, lambda: datetime.now(UTC), settings.reply_timeout_s)
        await until_available("tokens", mailboxes.load_functions)
        await stack.enter_async_context(_beside(_feed_all(feed)))
        yield Services(
            settings=settings,
            archive=archive,
            gate=Gate(
                RememberedKeys(api_keys),
                invites,
                issuer,
                sessions,
                stands_open=settings.auth == "open",
            ),
            signing_in=SigningIn(
                sessions, sign_in, settings.invite_secret.get_secret_value(), lambda: datetime.now(UTC)
            ),
            invites=invites,
            limits=RateLimits(
                MovingWindows(gathering, keys.limits),
                tokens=settings.limit_tokens,
                calls=settings.limit_calls,
                failures=settings.limit_failures,
            ),
            idempotency=idempotency,
            interviews=interviews,
            feed=feed,
            courses=courses,
            starting=Starting(courses, interviews, idempotency, auditing, left_rooms),
            writing=Writing(courses, idempotency, auditing),
            dictation=Dictation(courses, transcriber, settings.stt_language),
            dispatches=LiveKitDispatches(api, settings.agent_name, settings.agent_names),
            tokens=tokens,
            connections=Connections(tokens, settings.agent_names or [settings.agent_name], any_room=any_room),
            rooms=InterviewRooms(settings, rooms, auditing, any_room=any_room),
            recruiting=Recruiting(
                mailboxes,
                archive,
                Rescorings(database, lambda: datetime.now(UTC)),
                interviews,
                invites,
                idempotency,
                rooms,
                partial(
                    erase,
                    closing=Closing(mailboxes, settings.tombstone_ttl_s),
                    archive=archive,
                    interviews_dir=settings.interviews_dir,
                ),
                lambda: datetime.now(UTC),
            ),
            records=Records(mailboxes, archive),
        )


@cache
def _authorities() -> ssl.SSLContext:
    """Whom a TLS client trusts, read once: that takes 15 ms."""
    return httpx.create_ssl_context()


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do some work for as long as the block lasts, at most."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _feed_all(feed: OutputFeed) -> None:
    """Read for all who follow an interview here."""
    while True:
        try:
            await feed.run()
        except Exception:  # what one interview does to it must not leave all the others waiting
            log.exception("feed.failed")
            await asyncio.sleep(1)


async def _watch_schema(url: str) -> None:
    """Say why recruiters are kept waiting, until the archive can be used; candidates do without it."""
    database = Database(url)
    try:
        await until_migrated(database)
    except SchemaTooNew as error:
        log.error("archive.not_served", error=str(error))
    finally:
        await database.aclose()


@asynccontextmanager
async def _issuer(settings: TokensSettings) -> AsyncIterator[OidcIssuer | None]:
    if not settings.oidc_issuer:
        yield None
        return
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
        yield OidcIssuer(http, settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url)


@asynccontextmanager
async def _sign_in(settings: TokensSettings, issuer: OidcIssuer | None) -> AsyncIterator[OidcSignIn | None]:
    if not (issuer and settings.oidc_client_id):
        yield None
        return
    async with AsyncOAuth2Client(
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value() or None,
        scope=SCOPE,
        redirect_uri=f"{settings.public_url.rstrip('/')}/auth/oidc/callback",
        code_challenge_method="S256",
        timeout=TIMEOUT_S,
    ) as client:
        yield OidcSignIn(client, issuer)


async def serve(settings: TokensSettings) -> None:
    """Run until SIGTERM or SIGINT."""
    async with wired(settings) as services, _beside(_watch_schema(settings.database_url)):
        app = build_app(services)
        configs = [
            uvicorn.Config(
                app,
                host=settings.host,
                port=port,
                log_config=None,
                access_log=False,
                forwarded_allow_ips=list(settings.trusted_proxies),
            )
            for port in settings.ports
        ]
        gc.collect()
        gc.freeze()  # what is here by now stays: a collection that looked through it would hold up every call
        log.info("tokens.ready", urls=[f"http://{settings.host}:{port}" for port in settings.ports])
        # One server on every port, so that one signal ends it.
        sockets = [config.bind_socket() for config in configs] if len(configs) > 1 else None
        await uvicorn.Server(configs[0]).serve(sockets)


def main() -> int:
    """Entry point; 2 for settings that stop the start."""
    try:
        settings = load_settings(TokensSettings)
    except SettingsError as error:
        print(f"tokens: {error}", file=sys.stderr)  # noqa: T201 - logging is not set up yet
        return 2
    configure_logging("tokens", settings)
    if missing := settings.missing_livekit:
        log.warning("livekit.not_configured", missing=missing)
    if settings.auth == "open":
        log.warning("auth.open", hint="everybody may do everything here; VIVA_AUTH=required ends that")
    if not settings.require_consent:
        log.warning("consent.not_required", hint="VIVA_REQUIRE_CONSENT=true asks every candidate for it")
    uvloop.run(serve(settings))
    return 0
