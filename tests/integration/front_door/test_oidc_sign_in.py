"""Recruiters sign in at a real issuer, by the code flow with PKCE, and come back with a session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fixtures.front_door import front_door
from fixtures.issuer import AUDIENCE, CLIENT_ID, CLIENT_SECRET, LocalIssuer, local_issuer
from pydantic import SecretStr
from structlog.testing import capture_logs
from tokens.application.signing_in import own_path
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration

PAGE = "http://tokens"


@pytest.fixture
def issuer() -> Iterator[LocalIssuer]:
    with local_issuer() as issuer:
        issuer.new_key("k1")
        issuer.redirect_uri = f"{PAGE}/auth/oidc/callback"
        yield issuer


@pytest.fixture
def trusting(closed: TokensSettings, issuer: LocalIssuer) -> TokensSettings:
    """A front door whose page sends recruiters to this issuer."""
    return closed.model_copy(
        update={
            "public_url": PAGE,
            "oidc_issuer": issuer.url,
            "oidc_audience": AUDIENCE,
            "oidc_client_id": CLIENT_ID,
        }
    )


@pytest.fixture
async def http(trusting: TokensSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with front_door(trusting) as http:
        yield http


async def at_issuer(http: httpx.AsyncClient, **asked: str) -> str:
    """Where the issuer sends the browser back to, once somebody has gone there from our page."""
    departure = await http.get("/auth/oidc", params=asked)
    assert departure.status_code == 303, departure.text
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(departure.headers["location"])
    assert answer.status_code == 303, "the issuer does not take this request"
    return answer.headers["location"]


async def failure(http: httpx.AsyncClient, url: str) -> str:
    """Why nobody is signed in by coming back to this address, as the page gets to know it."""
    with capture_logs() as lines:
        answer = await http.get(url)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/recruiter?sign_in_error=")
    assert "viva_session" not in answer.headers.get("set-cookie", "")
    assert [line for line in lines if line["event"] == "sign_in.failed"]
    return answer.headers["location"].partition("=")[2]


@pytest.mark.parametrize("auth_method", [None, "client_secret_basic", "client_secret_post"])
async def test_a_recruiter_signs_in(
    trusting: TokensSettings, issuer: LocalIssuer, auth_method: str | None
) -> None:
    if auth_method:
        issuer.secret, issuer.auth_methods = CLIENT_SECRET, [auth_method]
        trusting = trusting.model_copy(update={"oidc_client_secret": SecretStr(CLIENT_SECRET)})
    async with front_door(trusting) as http:
        back = await http.get(await at_issuer(http, return_to="/recruiter/interviews/i1?tab=scores"))
        assert (back.status_code, back.headers["location"]) == (303, "/recruiter/interviews/i1?tab=scores")
        session = next(cookie for cookie in back.headers.get_list("set-cookie") if "viva_session" in cookie)
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(session.split("; "))
        state = (await http.get("/auth/session")).json()
        assert (state["signed_in"], state["actor"]) == (True, "oidc:rita")
        assert (await http.get("/interviews")).status_code == 200
        assert "viva_sign_in" not in http.cookies, "it is used up"


async def test_what_the_browser_keeps_meanwhile(http: httpx.AsyncClient) -> None:
    departure = await http.get("/auth/oidc")
    parts = departure.headers["set-cookie"].split("; ")
    assert parts[0].startswith("viva_sign_in=")
    assert {"HttpOnly", "Max-Age=600", "Path=/auth/oidc", "SameSite=lax"} == set(parts[1:])


async def test_the_cookies_of_a_page_by_https_go_by_no_other_way(
    trusting: TokensSettings, issuer: LocalIssuer
) -> None:
    page = "https://viva.test"
    issuer.redirect_uri = f"{page}/auth/oidc/callback"
    async with front_door(trusting.model_copy(update={"public_url": page})) as http:
        http.base_url = httpx.URL(page)
        departure = await http.get("/auth/oidc")
        assert "Secure" in departure.headers["set-cookie"]
        back = await http.get(await at_issuer(http))
        assert back.headers["location"] == "/recruiter"
        assert "Secure" in back.headers.get_list("set-cookie")[0]


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://else.test", "//else.test/", "/\\else.test", "\\\\else.test", "/\t/else.test", "recruiter"),
        *("javascript:alert(1)", "/\r\nLocation: x", "", "///else.test", "http:/recruiter", "//[else.test"),
    ],
)
def test_nobody_is_sent_to_another_site(elsewhere: str) -> None:
    assert own_path(elsewhere) == "/recruiter"


async def test_each_code_is_good_once(http: httpx.AsyncClient) -> None:
    back = await at_issuer(http)
    kept = dict(http.cookies)
    assert (await http.get(back)).headers["location"] == "/recruiter"
    http.cookies.clear()
    http.cookies.update(kept)
    assert await failure(http, back) == "invalid"


async def test_whoever_did_not_begin_here_is_not_signed_in(http: httpx.AsyncClient) -> None:
    back = await at_issuer(http)
    kept = http.cookies["viva_sign_in"]
    http.cookies.clear()
    assert await failure(http, back) == "expired", "another browser"
    http.cookies.set("viva_sign_in", kept[:-3] + "xyz")
    assert await failure(http, back) == "expired", "forged"
    http.cookies.clear()
    await at_issuer(http)
    assert await failure(http, back) == "expired", "another sign-in was begun since"


async def test_a_sign_in_is_to_be_ended_soon(http: httpx.AsyncClient, trusting: TokensSettings) -> None:
    back = await at_issuer(http)
    secret = trusting.invite_secret.get_secret_value()
    kept = jwt.decode(http.cookies["viva_sign_in"], secret, ["HS256"], audience="viva-sign-in")
    http.cookies.clear()
    http.cookies.set("viva_sign_in", jwt.encode({**kept, "exp": 1}, secret, "HS256"))
    assert await failure(http, back) == "expired"


async def test_nobody_signs_in_by_an_invite_in_place_of_what_the_browser_kept(
    http: httpx.AsyncClient, trusting: TokensSettings
) -> None:
    secret = trusting.invite_secret.get_secret_value()
    kept = {"state": "s", "nonce": "n", "verifier": "v", "return_to": "/"}
    invite = {"aud": "viva-invite", "sub": "s1", "exp": 4e9}
    http.cookies.set("viva_sign_in", jwt.encode({**kept, **invite}, secret, "HS256"))
    assert await failure(http, "/auth/oidc/callback?state=s&code=c") == "expired"


async def test_a_code_of_another_browser_is_not_taken(http: httpx.AsyncClient) -> None:
    """The issuer knows by PKCE whose it is, even if the state is right."""
    theirs = dict(parse_qsl(urlsplit(await at_issuer(http)).query))
    http.cookies.clear()
    mine = dict(parse_qsl(urlsplit(await at_issuer(http)).query))
    answer = httpx.URL("/auth/oidc/callback", params={"code": theirs["code"], "state": mine["state"]})
    assert await failure(http, str(answer)) == "invalid"


async def test_who_refuses_is_back_on_the_page(http: httpx.AsyncClient, issuer: LocalIssuer) -> None:
    issuer.refuses = True
    assert await failure(http, await at_issuer(http)) == "refused"


WRONG: dict[str, Callable[[LocalIssuer], object]] = {
    "for another client": lambda issuer: issuer.says.update(aud="another"),
    "by another client's wish": lambda issuer: issuer.says.update(aud=[CLIENT_ID, "another"], azp="another"),
    "of another issuer": lambda issuer: issuer.says.update(iss="https://else.test"),
    "of another sign-in": lambda issuer: issuer.says.update(nonce="another"),
    "of no sign-in": lambda issuer: issuer.says.update(nonce=None),
    "expired": lambda issuer: issuer.says.update(exp=datetime.now(UTC) - timedelta(minutes=5)),
    "by another key": lambda issuer: issuer.says.update(key=ec.generate_private_key(ec.SECP256R1())),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_an_id_token_that_is_not_right_signs_nobody_in(
    http: httpx.AsyncClient, issuer: LocalIssuer, wrong: Callable[[LocalIssuer], object]
) -> None:
    wrong(issuer)
    assert await failure(http, await at_issuer(http)) == "invalid"


async def test_without_its_secret_a_client_gets_nothing(http: httpx.AsyncClient, issuer: LocalIssuer) -> None:
    issuer.secret = "which we were not told"
    assert await failure(http, await at_issuer(http)) == "invalid"


async def test_while_the_issuer_is_away_the_page_is_told(
    http: httpx.AsyncClient, issuer: LocalIssuer
) -> None:
    issuer.away = True
    assert await failure(http, "/auth/oidc") == "unavailable"
    issuer.away = False
    back = await at_issuer(http)
    issuer.away = True
    assert await failure(http, back) == "unavailable"


async def test_where_there_is_no_issuer_the_page_says_so(closed: TokensSettings) -> None:
    async with front_door(closed) as http:
        assert await failure(http, "/auth/oidc") == "not_configured"
        assert (await http.get("/page")).json()["sign_in"] == {"api_key": True, "oidc": False}


async def test_who_fails_too_often_is_not_heard_for_a_while(trusting: TokensSettings) -> None:
    async with front_door(trusting.model_copy(update={"limit_failures": "2/minute"})) as http:
        failures = [await failure(http, "/auth/oidc/callback?state=a&code=b") for _ in range(4)]
    assert failures == ["expired", "expired", "too_many_requests", "too_many_requests"]


async def test_no_secret_of_a_sign_in_is_logged(http: httpx.AsyncClient, issuer: LocalIssuer) -> None:
    issuer.says = {"nonce": "another"}
    with capture_logs() as lines:
        back = await at_issuer(http)
        kept = http.cookies["viva_sign_in"]
        await http.get(back)
    assert [line["reason"] for line in lines if line["event"] == "sign_in.failed"] == ["invalid"]
    for secret in (kept, *dict(parse_qsl(urlsplit(back).query)).values()):
        assert secret not in str(lines)
