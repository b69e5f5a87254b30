"""Dictation: what is taken, what is refused, and how a provider fails. The vendor is a fake."""

from __future__ import annotations

import asyncio
import io
import logging
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fixtures.brains import now
from fixtures.front_door import as_candidate, bearer, client, listening
from fixtures.writing import brain, inputs, refused, start
from pydantic import SecretStr
from tokens.adapters.deepgram import DeepgramTranscriber
from tokens.application.dictation import Dictated, Dictation
from tokens.domain.callers import Caller
from tokens.domain.recordings import MAX_BYTES
from tokens.main import wired
from tokens.settings import TokensSettings
from viva_shared.broker import Mailboxes
from viva_shared.events import BotJoined, CandidateJoined, new_event

pytestmark = pytest.mark.integration

WAV = {"Content-Type": "audio/wav"}
PATH = "/interview/session/s1/dictation"
AT_ONCE = 2


def wav(seconds: float = 1.0, *, rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    """Silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(bytes(int(seconds * rate) * channels * width))
    return file.getvalue()


def heard(*transcripts: str) -> httpx.Response:
    alternatives = [{"transcript": text, "confidence": 0.9} for text in transcripts]
    return httpx.Response(200, json={"results": {"channels": [{"alternatives": alternatives}]}})


class Deepgram:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answer: Callable[[], httpx.Response | Awaitable[httpx.Response]]
        self.answer = lambda: heard("I built a ward plan.")

    def __call__(self, request: httpx.Request) -> Any:
        self.requests.append(request)
        return self.answer()


@pytest.fixture
def deepgram() -> Deepgram:
    return Deepgram()


@pytest.fixture
async def http(
    settings: TokensSettings, mailboxes: Mailboxes, deepgram: Deepgram
) -> AsyncIterator[httpx.AsyncClient]:
    """With an interview in writing under way, in German."""
    async with (
        wired(settings) as services,
        httpx.AsyncClient(transport=httpx.MockTransport(deepgram)) as vendor,
        brain(mailboxes),
    ):
        known = settings.model_copy(update={"stt_provider": "deepgram", "deepgram_api_key": SecretStr("k-1")})
        transcriber = DeepgramTranscriber(vendor, known, 5.0)
        dictation = Dictation(services.courses, transcriber, "en-US", at_once=AT_ONCE)
        async with client(replace(services, dictation=dictation)) as http:
            await start(http, session_id="s1", candidate_name="Ada", language="de")
            yield http


async def test_what_is_said_comes_back(
    http: httpx.AsyncClient, deepgram: Deepgram, mailboxes: Mailboxes
) -> None:
    before = await inputs(mailboxes, "s1")
    recording = wav(1.5)
    got = await http.post(PATH, content=recording, headers={"Content-Type": "audio/wav; codecs=1"})
    assert (got.status_code, got.json()) == (200, {"text": "I built a ward plan.", "duration_s": 1.5})
    [asked] = deepgram.requests
    assert (asked.method, asked.url.host, asked.url.path) == ("POST", "api.deepgram.com", "/v1/listen")
    assert dict(asked.url.params) == {
        "model": "nova-3",
        "language": "de",
        "punctuate": "true",
        "smart_format": "true",
    }
    assert asked.headers["authorization"] == "Token k-1"
    assert asked.content == recording
    assert await inputs(mailboxes, "s1") == before, "nothing is said in the interview"


async def test_nothing_is_understood(http: httpx.AsyncClient, deepgram: Deepgram) -> None:
    for deepgram.answer in (lambda: heard(""), lambda: heard()):
        assert (await http.post(PATH, content=wav(), headers=WAV)).json()["text"] == ""
    asked = len(deepgram.requests)
    got = await http.post(PATH, content=wav(0.0), headers=WAV)
    assert got.json() == {"text": "", "duration_s": 0.0}
    assert len(deepgram.requests) == asked, "there is nothing to listen to"


async def test_a_minute_is_taken_and_no_more(http: httpx.AsyncClient, deepgram: Deepgram) -> None:
    longest = await http.post(PATH, content=wav(60, rate=48_000), headers=WAV)
    assert longest.status_code == 200, longest.text
    too_large = await http.post(PATH, content=bytes(MAX_BYTES + 1), headers=WAV)
    assert f"{MAX_BYTES} bytes" in refused(too_large, 413, "body_too_large")
    elsewhere = await http.post("/interview/answer", content=wav(4.0), headers=WAV)
    assert "65536 bytes" in refused(elsewhere, 413, "body_too_large")


@pytest.mark.parametrize(
    ("recording", "why"),
    [
        (b"", "no WAV file"),
        (b"RIFF", "no WAV file"),
        (b"OggS" + bytes(100), "no WAV file"),
        (wav()[:36], "chunk missing"),
        (wav()[:30], "cut off"),
        (wav(channels=2), "2 channels"),
        (wav(width=1), "8 bits"),
        (wav(rate=4_000), "4000 samples"),
        (wav(rate=96_000), "96000 samples"),
        (wav(61, rate=8_000), "61 s"),
        (wav()[:12] + b"junk\0\0\0\0" * 2048 + wav()[12:], "chunk missing, in the first 16384 bytes"),
    ],
)
async def test_what_nobody_could_transcribe(
    http: httpx.AsyncClient, deepgram: Deepgram, recording: bytes, why: str
) -> None:
    assert why in refused(await http.post(PATH, content=recording, headers=WAV), 422, "invalid_recording")
    assert not deepgram.requests


@pytest.mark.parametrize("given", ["audio/webm", "application/json", None])
async def test_other_media_types(http: httpx.AsyncClient, given: str | None) -> None:
    headers = {"Content-Type": given} if given else {}
    got = await http.post(PATH, content=wav(), headers=headers)
    assert "audio/wav" in refused(got, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        (lambda: httpx.Response(401), 500, "not_configured"),
        (lambda: httpx.Response(429), 503, "unavailable"),
        (lambda: httpx.Response(503), 503, "unavailable"),
        (lambda: httpx.Response(400, json={"err_msg": "corrupt"}), 502, "provider_failed"),
        (lambda: httpx.Response(200, text="nonsense"), 502, "provider_failed"),
        (lambda: httpx.Response(200, json={"results": {"channels": []}}), 502, "provider_failed"),
    ],
)
async def test_the_provider_fails(
    http: httpx.AsyncClient, deepgram: Deepgram, answer: Any, status: int, kind: str
) -> None:
    deepgram.answer = answer
    got = await http.post(PATH, content=wav(), headers=WAV)
    refused(got, status, kind)
    assert ("retry-after" in got.headers) is (status == 503)


async def test_the_provider_is_away(http: httpx.AsyncClient, deepgram: Deepgram) -> None:
    def fail() -> httpx.Response:
        raise httpx.ReadTimeout("too long")

    deepgram.answer = fail
    got = await http.post(PATH, content=wav(), headers=WAV)
    refused(got, 503, "unavailable")
    assert got.headers["retry-after"]


async def test_a_recording_that_does_not_come_is_not_waited_for(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tokens.application.dictation.RECEIVE_S", 0.2)

    async def hanging() -> AsyncIterator[bytes]:
        yield wav()[:1000]
        await asyncio.Event().wait()

    got = await http.post(PATH, content=hanging(), headers=WAV)
    assert "has not come" in refused(got, 422, "invalid_recording")


class Receiving:
    """Takes a recording, and says so."""

    def __init__(self) -> None:
        self.has_begun, self.is_over = asyncio.Event(), asyncio.Event()

    async def dictate(self, _: Caller, __: str, receive: Callable[[], Awaitable[bytes]]) -> Dictated:
        self.has_begun.set()
        try:
            await receive()
        finally:
            self.is_over.set()
        return Dictated("", 0.0)


async def test_a_connection_that_breaks_is_no_defect(
    settings: TokensSettings, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: tokens\r\nContent-Type: audio/wav\r\nContent-Length: 9\r\n\r\n"
    receiving = Receiving()
    async with listening(settings, dictation=receiving) as url, asyncio.timeout(5):
        _, to_server = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        to_server.write(head.encode() + b"RIFF")
        await receiving.has_begun.wait()
        to_server.close()
        await receiving.is_over.wait()
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("ids", [("s1", "s1", "s2"), ("s1", "s2", "s3")])
async def test_recordings_wait_at_their_senders(
    http: httpx.AsyncClient, deepgram: Deepgram, ids: tuple[str, ...]
) -> None:
    """For the candidate's own, and for others' where there are too many."""
    for interview_id in ("s2", "s3"):
        await start(http, session_id=interview_id, candidate_name="Ada")
    asked, may_answer, read = asyncio.Semaphore(0), asyncio.Event(), list[str]()

    async def answer() -> httpx.Response:
        asked.release()
        await may_answer.wait()
        return heard("So be it.")

    async def recording(of: str) -> AsyncIterator[bytes]:
        read.append(of)
        yield wav()

    async def dictated(of: str) -> httpx.Response:
        path = f"/interview/session/{of}/dictation"
        return await http.post(path, content=recording(of), headers=WAV)

    deepgram.answer = answer
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        calls = [group.create_task(dictated(interview_id)) for interview_id in ids]
        for _ in range(AT_ONCE):
            await asked.acquire()
        assert len(read) == len(set(read)) == AT_ONCE
        may_answer.set()
    assert [call.result().status_code for call in calls] == [200] * len(ids)


async def test_only_in_an_interview_in_writing(http: httpx.AsyncClient, mailboxes: Mailboxes) -> None:
    unknown = await http.post("/interview/session/nobody/dictation", content=wav(), headers=WAV)
    refused(unknown, 404, "unknown_interview")
    token = {"session_id": "s1", "participant_name": "Ada"}
    assert (await http.post("/livekit/token", json=token)).status_code == 200
    await mailboxes.bot_acquire("s1", "bot", 60_000)
    for data in (BotJoined(bot_epoch=2), CandidateJoined(identity="Ada-s1")):
        await mailboxes.append(new_event("s1", data, now()))
    assert "switch" in refused(await http.post(PATH, content=wav(), headers=WAV), 409, "conflict")
    assert (await http.post("/interview/finish", json={"session_id": "s1"})).status_code == 200
    refused(await http.post(PATH, content=wav(), headers=WAV), 409, "interview_ended")


async def test_only_with_consent_and_ones_own(
    settings: TokensSettings, mailboxes: Mailboxes, api_key: str
) -> None:
    strict = settings.model_copy(update={"require_consent": True, "auth": "required"})
    async with wired(strict) as services, client(services) as http:
        created = await http.post("/interviews", json={"session_id": "s1"}, headers=bearer(api_key))
        assert created.status_code == 201, created.text
        refused(await http.post(PATH, content=wav(), headers=WAV), 401, "not_authenticated")
        headers = WAV | as_candidate(strict, "s2")
        refused(await http.post(PATH, content=wav(), headers=headers), 403, "forbidden")
        headers = WAV | as_candidate(strict, "s1")
        refused(await http.post(PATH, content=wav(), headers=headers), 403, "consent_required")
