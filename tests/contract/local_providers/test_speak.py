"""`/v1/speak`: the real Deepgram TTS plugin, and the published protocol."""

import asyncio
import io
import json
import wave
from typing import Any

import aiohttp
import numpy as np
import pytest
from contract.local_providers.dialogue import Faults
from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, APIError, APIStatusError
from livekit.plugins import deepgram

pytestmark = [pytest.mark.contract, pytest.mark.timeout(60)]

KEY = {"Authorization": "Token any"}
ONCE = APIConnectOptions(max_retry=0, timeout=3)
QUERY = "encoding=linear16&sample_rate=24000&model=aura-2-andromeda-en"


def _tts(base_url: str, http: aiohttp.ClientSession, **options: object) -> deepgram.TTS:
    return deepgram.TTS(api_key="any", base_url=f"{base_url}/v1/speak", http_session=http, **options)  # type: ignore[arg-type]


def _seconds(frames: list[rtc.AudioFrame]) -> float:
    return sum(frame.duration for frame in frames)


async def _stream(tts: deepgram.TTS, text: str) -> list[rtc.AudioFrame]:
    async with tts.stream(conn_options=ONCE) as stream:
        for word in text.split(" "):
            stream.push_text(f"{word} ")
        stream.end_input()
        return [event.frame async for event in stream]


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
async def test_the_plugin_speaks_by_stream(base_url: str, http: aiohttp.ClientSession, rate: int) -> None:
    tts = _tts(base_url, http, sample_rate=rate)
    frames = await _stream(tts, "Hello there, and welcome. Could you tell me your name?")
    await tts.aclose()
    assert {frame.sample_rate for frame in frames} == {rate}
    assert 2 < _seconds(frames) < 6
    loudest = max(int(np.abs(np.frombuffer(f.data, np.int16).astype(np.int32)).max()) for f in frames)
    assert loudest > 3_000


async def test_the_plugin_speaks_by_http(base_url: str, http: aiohttp.ClientSession) -> None:
    async with _tts(base_url, http).synthesize("Hello there, and welcome.", conn_options=ONCE) as stream:
        frames = [event.frame async for event in stream]
    assert 1 < _seconds(frames) < 3


async def test_a_connection_is_used_for_several_replies(base_url: str, http: aiohttp.ClientSession) -> None:
    tts = _tts(base_url, http)
    first = await _stream(tts, "One moment, please.")
    second = await _stream(tts, "Thank you for waiting.")
    await tts.aclose()
    assert _seconds(first) > 0.5
    assert _seconds(second) > 0.5


async def _receive(socket: aiohttp.ClientWebSocketResponse, until: str) -> tuple[list[dict[str, Any]], bytes]:
    """Collects messages up to one of a type; returns them, and the sound between them."""
    messages: list[dict[str, Any]] = []
    sound = b""
    while not messages or messages[-1]["type"] != until:
        message = await socket.receive(timeout=5)
        if message.type is aiohttp.WSMsgType.BINARY:
            sound += message.data
        else:
            messages.append(json.loads(message.data))
    return messages, sound


async def test_messages_have_the_published_fields_in_order(
    base_url: str, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect(f"{base_url}/v1/speak?{QUERY}", headers=KEY) as socket:
        opening = await socket.receive_json()
        assert list(opening) == ["type", "request_id", "model_name", "model_version", "model_uuid"]
        assert (opening["type"], opening["model_name"]) == ("Metadata", "aura-2-andromeda-en")
        await socket.send_json({"type": "Speak", "text": "Hello there."})
        await socket.send_json({"type": "Flush"})
        messages, sound = await _receive(socket, "Flushed")
        assert messages == [{"type": "Flushed", "sequence_id": 0}]
        assert len(sound) > 24_000
        await socket.send_json({"type": "Flush"})
        assert (await _receive(socket, "Flushed"))[0] == [{"type": "Flushed", "sequence_id": 1}]
        await socket.send_json({"type": "Close"})
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1000


async def test_a_sentence_is_spoken_before_the_flush(base_url: str, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(f"{base_url}/v1/speak?{QUERY}", headers=KEY) as socket:
        await socket.receive_json()
        for word in ("Thank", "you,", "Dr.", "Smith.", "And"):
            await socket.send_json({"type": "Speak", "text": f"{word} "})
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.BINARY


async def test_text_that_never_ends_its_sentence_is_spoken_after_a_while(
    base_url: str, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect(f"{base_url}/v1/speak?{QUERY}", headers=KEY) as socket:
        await socket.receive_json()
        await socket.send_json({"type": "Speak", "text": "And then we "})
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.BINARY


async def test_clear_throws_away_what_was_not_spoken(base_url: str, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(f"{base_url}/v1/speak?{QUERY}", headers=KEY) as socket:
        await socket.receive_json()
        for _ in range(30):
            await socket.send_json({"type": "Speak", "text": "This is a rather long sentence to say. "})
        await socket.send_json({"type": "Clear"})
        messages, sound = await _receive(socket, "Cleared")
        assert messages == [{"type": "Cleared", "sequence_id": 0}]
        assert len(sound) < 30 * 48_000
        await socket.send_json({"type": "Speak", "text": "Go on."})
        await socket.send_json({"type": "Flush"})
        messages, sound = await _receive(socket, "Flushed")
        assert messages == [{"type": "Flushed", "sequence_id": 1}]
        assert 10_000 < len(sound) < 100_000


@pytest.mark.parametrize("text", ["not json", '{"type": "Sing"}', '{"type": "Speak"}'])
async def test_what_is_not_understood_is_warned_about(
    base_url: str, http: aiohttp.ClientSession, text: str
) -> None:
    async with http.ws_connect(f"{base_url}/v1/speak?{QUERY}", headers=KEY) as socket:
        await socket.receive_json()
        await socket.send_str(text)
        assert list(await socket.receive_json()) == ["type", "description", "code"]


@pytest.mark.parametrize(
    ("query", "magic", "media_type"),
    [
        ("encoding=linear16&container=wav&sample_rate=16000", b"RIFF", "audio/wav"),
        ("encoding=linear16&container=none", None, "audio/l16"),
        ("encoding=mulaw&container=none", None, "audio/mulaw"),
        ("encoding=flac", b"fLaC", "audio/flac"),
        ("encoding=opus", b"OggS", "audio/ogg"),
        ("", None, "audio/mpeg"),
    ],
)
async def test_http_answers_in_the_form_asked_for(
    base_url: str, http: aiohttp.ClientSession, query: str, magic: bytes | None, media_type: str
) -> None:
    url = f"{base_url}/v1/speak?{query}"
    async with http.post(url, json={"text": "Hello there."}, headers=KEY) as response:
        assert response.status == 200
        assert response.content_type == media_type
        body = await response.read()
    assert len(body) > 1_000
    assert magic is None or body.startswith(magic)


async def test_wav_says_its_rate_and_the_voice_can_be_chosen(
    base_url: str, http: aiohttp.ClientSession
) -> None:
    bodies = []
    for model in ("slt", "rms", "awb", "kal"):
        url = f"{base_url}/v1/speak?encoding=linear16&container=wav&sample_rate=48000&model={model}"
        async with http.post(url, json={"text": "Hello there."}, headers=KEY) as response:
            bodies.append(await response.read())
    assert len(set(bodies)) == 4
    for body in bodies:
        with wave.open(io.BytesIO(body)) as file:
            assert file.getframerate() == 48_000


async def test_any_characters_can_be_spoken(base_url: str, http: aiohttp.ClientSession) -> None:
    text = '-t `id` $HOME "quoted" it’s – naïve… <b>été</b> 100 % 你好.'
    url = f"{base_url}/v1/speak?encoding=linear16&container=none"
    async with http.post(url, json={"text": text}, headers=KEY) as response:
        assert response.status == 200
        assert len(await response.read()) > 48_000


@pytest.mark.parametrize("body", ["{}", "[]", "no json"])
async def test_a_body_without_text_is_refused(base_url: str, http: aiohttp.ClientSession, body: str) -> None:
    async with http.post(f"{base_url}/v1/speak", data=body, headers=KEY) as response:
        assert response.status == 400
        assert list(await response.json()) == ["err_code", "err_msg", "request_id"]


async def test_no_key_is_refused_like_the_vendor(base_url: str, http: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await http.ws_connect(f"{base_url}/v1/speak?{QUERY}")
    assert caught.value.status == 401
    async with http.post(f"{base_url}/v1/speak", json={"text": "Hello."}) as response:
        assert response.status == 401
        assert (await response.json())["err_code"] == "INVALID_AUTH"


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_status_errors_reach_the_plugin(
    base_url: str, http: aiohttp.ClientSession, faults: Faults, status: int
) -> None:
    faults("speak", status=status, times=2)
    tts = _tts(base_url, http)
    with pytest.raises(APIStatusError) as by_stream:
        await _stream(tts, "Hello there.")
    assert by_stream.value.status_code == status
    with pytest.raises(APIStatusError) as by_http:
        async with tts.synthesize("Hello there.", conn_options=ONCE) as stream:
            [event async for event in stream]
    assert by_http.value.status_code == status
    await tts.aclose()


async def test_a_cut_connection_is_an_error_and_the_next_one_works(
    base_url: str, http: aiohttp.ClientSession, faults: Faults
) -> None:
    faults("speak", cut_after=3)
    tts = _tts(base_url, http)
    with pytest.raises((APIStatusError, APIConnectionError)):
        await _stream(tts, "Hello there, and welcome.")
    assert _seconds(await _stream(tts, "Hello there, and welcome.")) > 1
    await tts.aclose()


async def test_a_cut_download_is_an_error(base_url: str, http: aiohttp.ClientSession, faults: Faults) -> None:
    faults("speak", cut_after=3)
    with pytest.raises(APIError):
        async with _tts(base_url, http).synthesize("Hello there, and welcome.", conn_options=ONCE) as stream:
            [event async for event in stream]


async def test_garbage_is_an_error(base_url: str, http: aiohttp.ClientSession, faults: Faults) -> None:
    faults("speak", garbage=True)
    tts = _tts(base_url, http)
    with pytest.raises(APIError):
        await _stream(tts, "Hello there.")
    await tts.aclose()


async def test_latency_comes_before_the_first_byte(
    base_url: str, http: aiohttp.ClientSession, faults: Faults
) -> None:
    faults("speak", latency_ms=300)
    start = asyncio.get_running_loop().time()
    async with http.post(f"{base_url}/v1/speak", json={"text": "Hello."}, headers=KEY) as response:
        assert response.status == 200
    assert asyncio.get_running_loop().time() - start >= 0.3
