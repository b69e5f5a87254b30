"""All that the OpenAPI document allows, and much that it does not, from everybody who may call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fixtures.front_door import as_candidate, bearer, listening
from fixtures.fuzzing import LONG_S, Answers, fuzz
from fixtures.livekit_server import LiveKitServer
from fixtures.postgres import PostgresServer
from fixtures.writing import brain
from livekit.api import CreateRoomRequest, LiveKitAPI
from tokens.adapters.http import openapi
from tokens.settings import TokensSettings
from viva_shared.archive import migrate
from viva_shared.broker import Mailboxes

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120 + 2 * LONG_S)]
if_long = pytest.mark.skipif(not LONG_S, reason="VIVA_FUZZING_S is not set")

OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in openapi()["paths"].items()
    for method, operation in methods.items()
    if operation["operationId"] not in ("events", "sign_in_at_issuer", "arrive_from_issuer")  # tested apart
}
CLOSED = {name for name, operation in OPERATIONS.items() if "security" in operation}
CANDIDATES = {
    "POST /livekit/token",
    "POST /livekit/connection",
    "POST /interview/start",
    "POST /interview/consent",
    "POST /interview/answer",
    "GET /interview/session/{session_id}",
    "POST /interview/session/{session_id}/dictation",
}
UNREACHED = {
    "POST /livekit/webhook",  # LiveKit signs it
    "DELETE /rooms/{room}/participants/{identity}",  # nobody is there
    "POST /interviews/{session_id}/rescore",  # none of them is in the archive
}
ROOMS = ("interview-one", "interview-two", "interview-three")
QUESTIONS = [f"What is {n}?" for n in range(20)]
POSITIVE = ("--mode=positive", "--phases=fuzzing,stateful")
ANONYMOUS = "--generation-with-security-parameters=false"


def succeeded(answers: Answers) -> set[str]:
    """Operations that have done what they are for."""
    return {name for name, statuses in answers.items() if any(status < 300 for status in statuses)}


def beyond(answers: Answers, operations: set[str], expected: set[int]) -> Answers:
    """What these operations answered with besides."""
    return {name: more for name in operations if (more := answers[name] - expected)}


@pytest.fixture
def complete(settings: TokensSettings, livekit_server: LiveKitServer) -> TokensSettings:
    """Of a front door that stands open, and has all that it needs."""
    return settings.model_copy(update={"livekit_url": livekit_server.url})


@pytest.fixture
async def url(complete: TokensSettings, mailboxes: Mailboxes) -> AsyncIterator[str]:
    """The same, where whoever calls needs credentials."""
    async with brain(mailboxes), listening(complete.model_copy(update={"auth": "required"})) as url:
        yield url


async def post(http: httpx.AsyncClient, path: str, **body: Any) -> None:
    answer = await http.post(path, json=body)
    assert answer.is_success, answer.text


def invite_to(interview_id: str, settings: TokensSettings) -> str:
    return as_candidate(settings, interview_id)["Authorization"].removeprefix("Bearer ")


async def interviews_in_every_state(url: str, headers: dict[str, str]) -> list[str]:
    """Their ids."""
    async with httpx.AsyncClient(base_url=url, headers=headers) as http:
        await post(http, "/interviews", session_id="waiting", scenario="question_set", questions=QUESTIONS)
        await post(http, "/interview/start", session_id="running", questions=QUESTIONS)
        await post(http, "/interview/start", session_id="over", num_questions=1)
        await post(http, "/interview/finish", session_id="over")
        await post(http, "/livekit/token", session_id="spoken", participant_name="Ada")
        await post(http, "/interviews", session_id="deleted")
        assert (await http.delete("/interviews/deleted")).is_success
    return ["waiting", "running", "over", "spoken", "deleted"]


@pytest.fixture
async def rooms(livekit_server: LiveKitServer) -> list[str]:
    """Names of some that are open."""
    async with LiveKitAPI(livekit_server.url, livekit_server.api_key, livekit_server.api_secret) as livekit:
        for name in ROOMS:
            await livekit.room.create_room(CreateRoomRequest(name=name, empty_timeout=3600))
    return list(ROOMS)


@pytest.fixture
async def database_url(request: pytest.FixtureRequest, database_url: str) -> str:
    """A migrated one of the test's own: SQLite, unless the test asks for PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return database_url
    server: PostgresServer = request.getfixturevalue("postgres")
    url = await server.create_database()
    await migrate(url)
    return url


@pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=if_long)], indirect=True)
async def test_as_a_recruiter(
    url: str, complete: TokensSettings, api_key: str, rooms: list[str], tmp_path: Path
) -> None:
    answers = await fuzz(
        url,
        tmp_path,
        cases=8,
        credentials=api_key,
        interviews=await interviews_in_every_state(url, bearer(api_key)),
        invites=[invite_to("waiting", complete)],
        rooms=rooms,
    )
    assert succeeded(answers) == set(OPERATIONS) - UNREACHED


async def test_as_a_candidate(url: str, complete: TokensSettings, api_key: str, tmp_path: Path) -> None:
    async with httpx.AsyncClient(base_url=url, headers=bearer(api_key)) as http:
        await post(http, "/interviews", session_id="mine", scenario="question_set", questions=QUESTIONS)
    answers = await fuzz(
        url,
        tmp_path,
        *POSITIVE,
        "--exclude-operation-id=finish",  # it would be over for all the others
        cases=8,
        credentials=invite_to("mine", complete),
        interviews=["mine"],
    )
    assert succeeded(answers) & CLOSED == CANDIDATES
    assert not beyond(answers, CLOSED - CANDIDATES, {401, 403})


@pytest.mark.parametrize("given", ["garbage", pytest.param("nothing", marks=if_long)])
async def test_without_credentials(url: str, tmp_path: Path, given: str) -> None:
    options = [] if given == "garbage" else [ANONYMOUS]
    answers = await fuzz(url, tmp_path, "--phases=fuzzing", *options, cases=3)
    # but for what is no path, and bodies that cannot be read
    assert not beyond(answers, CLOSED, {401, 404, 413, 422})


async def test_where_the_door_stands_open(
    complete: TokensSettings, mailboxes: Mailboxes, tmp_path: Path
) -> None:
    async with brain(mailboxes), listening(complete) as url:
        interviews = await interviews_in_every_state(url, {})
        # ignored_auth: nothing is closed here
        options = (ANONYMOUS, "--exclude-checks=ignored_auth", "--phases=fuzzing,stateful")
        answers = await fuzz(url, tmp_path, *options, cases=3, interviews=interviews)
    signs_in = {"POST /auth/session"}  # nobody begins a session with nothing
    assert {name for name in CLOSED if 401 in answers[name]} <= signs_in
