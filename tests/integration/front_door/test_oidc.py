"""Recruiters who sign in: which tokens of a real issuer open the door, and what the issuer is asked for."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fixtures.front_door import bearer, front_door
from fixtures.issuer import AUDIENCE, LocalIssuer, local_issuer
from jwt.utils import base64url_encode
from structlog.testing import capture_logs
from tokens.adapters.oidc import OidcIssuer
from tokens.domain.callers import Recruiter
from tokens.domain.errors import Unavailable
from tokens.main import wired
from tokens.settings import TokensSettings

pytestmark = pytest.mark.integration


@pytest.fixture
def issuer() -> Iterator[LocalIssuer]:
    with local_issuer() as issuer:
        issuer.new_key("k1")
        yield issuer


@pytest.fixture
def trusting(closed: TokensSettings, issuer: LocalIssuer) -> TokensSettings:
    """A front door that knows this issuer."""
    return closed.model_copy(update={"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE})


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def subject(issuer: OidcIssuer, token: str, key_id: str) -> str | None:
    """Whose token it is, if it is good."""
    claims = await issuer.claims(token, key_id)
    return claims["sub"] if claims else None


async def test_a_recruiter_signs_in(trusting: TokensSettings, issuer: LocalIssuer) -> None:
    issuer.new_key("k2", is_rsa=True)
    async with wired(trusting) as services:
        for token in (
            issuer.token("k1"),
            issuer.token("k2"),
            issuer.token("k1", aud=["other", AUDIENCE]),
            issuer.token("k1", exp=int(time.time()) - 5),  # clocks differ
        ):
            assert await services.gate.admit(token) == Recruiter("oidc:rita")
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"], "once for all of them"


def altered(issuer: LocalIssuer, algorithm: str, sign: Callable[[bytes], bytes]) -> str:
    """A good token's claims under another algorithm; PyJWT would not sign such a thing."""
    header = base64url_encode(json.dumps({"alg": algorithm, "kid": "k1"}).encode()).decode()
    said = f"{header}.{issuer.token('k1').split('.')[1]}"
    return f"{said}.{base64url_encode(sign(said.encode())).decode()}"


def hmac_with_the_public_key(issuer: LocalIssuer, said: bytes) -> bytes:
    public = issuer.keys["k1"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return hmac.digest(public, said, "sha256")


FORGED: dict[str, Callable[[LocalIssuer], str]] = {
    "for somebody else": lambda issuer: issuer.token("k1", aud="mail"),
    "for nobody": lambda issuer: issuer.token("k1", aud=None),
    "of another issuer": lambda issuer: issuer.token("k1", iss="https://else.test"),
    "of none": lambda issuer: issuer.token("k1", iss=None),
    "expired": lambda issuer: issuer.token("k1", exp=int(time.time()) - 60),
    "for ever": lambda issuer: issuer.token("k1", exp=None),
    "not yet": lambda issuer: issuer.token("k1", nbf=int(time.time()) + 600),
    "of nobody": lambda issuer: issuer.token("k1", sub=None),
    "by another key": lambda issuer: issuer.token("k1", ec.generate_private_key(ec.SECP256R1())),
    "by an unknown key": lambda issuer: issuer.token("k9", ec.generate_private_key(ec.SECP256R1())),
    "unsigned": lambda issuer: altered(issuer, "none", lambda said: b""),
    "by the public key": lambda issuer: altered(
        issuer, "HS256", lambda said: hmac_with_the_public_key(issuer, said)
    ),
}


async def test_tokens_that_are_not_good_open_nothing(trusting: TokensSettings, issuer: LocalIssuer) -> None:
    async with front_door(trusting) as http:
        for what, forge in FORGED.items():
            answer = await http.get("/rooms", headers=bearer(forge(issuer)))
            assert answer.status_code == 401, what
    assert len(issuer.asked) == 2


async def test_a_new_key_is_found(issuer: LocalIssuer, client: httpx.AsyncClient) -> None:
    known = OidcIssuer(client, issuer.url, AUDIENCE, refetch_s=0)
    assert await subject(known, issuer.token("k1"), "k1") == "rita"
    issuer.new_key("k2")
    assert await subject(known, issuer.token("k2"), "k2") == "rita"
    assert len(issuer.asked) == 4


async def test_a_withdrawn_key_is_forgotten(issuer: LocalIssuer, client: httpx.AsyncClient) -> None:
    known = OidcIssuer(client, issuer.url, AUDIENCE, refetch_s=0, trusted_s=0)
    token = issuer.token("k1")
    assert await subject(known, token, "k1") == "rita"
    del issuer.keys["k1"]
    issuer.new_key("k2")
    assert await subject(known, token, "k1") is None


async def test_unknown_keys_do_not_make_us_ask_again_and_again(
    issuer: LocalIssuer, client: httpx.AsyncClient
) -> None:
    known = OidcIssuer(client, issuer.url, AUDIENCE, f"{issuer.url}/keys")
    key = ec.generate_private_key(ec.SECP256R1())
    asked = (subject(known, issuer.token(f"k{n}", key), f"k{n}") for n in range(5, 55))
    assert set(await asyncio.gather(*asked)) == {None}
    assert issuer.asked == ["/keys"]


async def test_while_the_issuer_is_away_only_known_keys_are_good(
    trusting: TokensSettings, issuer: LocalIssuer, client: httpx.AsyncClient
) -> None:
    issuer.away = True
    async with front_door(trusting) as http:
        answer = await http.get("/rooms", headers=bearer(issuer.token("k1")))
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "the OIDC issuer cannot be reached" in answer.json()["detail"]

    issuer.away = False
    known = OidcIssuer(client, issuer.url, AUDIENCE, refetch_s=0)
    token = issuer.token("k1")
    assert await subject(known, token, "k1") == "rita"
    issuer.away = True
    with pytest.raises(Unavailable):
        await subject(known, issuer.token("k9", ec.generate_private_key(ec.SECP256R1())), "k9")
    assert await subject(known, token, "k1") == "rita"


async def test_an_issuer_of_another_name_is_not_believed(
    issuer: LocalIssuer, client: httpx.AsyncClient
) -> None:
    issuer.calls_itself = "https://else.test"
    with capture_logs() as lines, pytest.raises(Unavailable):
        await subject(OidcIssuer(client, issuer.url, AUDIENCE), issuer.token("k1"), "k1")
    assert "set VIVA_OIDC_ISSUER to that" in lines[0]["error"]
