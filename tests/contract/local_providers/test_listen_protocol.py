"""Deepgram's published `/v1/listen` protocol, message by message."""

import asyncio
import io
import json
import wave
from collections.abc import Callable
from typing import Any

import aiohttp
import numpy as np
import pytest
from contract.local_providers.dialogue import Faults

pytestmark = [pytest.mark.contract, pytest.mark.timeout(60)]

KEY = {"Authorization": "Token any"}
TEXT = "My brother is a teacher at a small school near the river."
QUERY = "encoding=linear16&sample_rate=16000&channels=1&interim_results=true&vad_events=true&punctuate=true"


async def _until_closed(socket: aiohttp.ClientWebSocketResponse) -> list[dict[str, Any]]:
    return [json.loads(message.data) async for message in socket if message.type is aiohttp.WSMsgType.TEXT]


async def _send(socket: aiohttp.ClientWebSocketResponse, pcm: bytes) -> None:
    for start in range(0, len(pcm), 3_200):
        await socket.send_bytes(pcm[start : start + 3_200])


async def test_messages_have_the_published_fields_in_order(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}&utterance_end_ms=1000", headers=KEY) as socket:
        await socket.send_json({"type": "KeepAlive"})
        await _send(socket, speak(TEXT) + bytes(32_000))
        await socket.send_json({"type": "CloseStream"})
        messages = await _until_closed(socket)
        assert socket.close_code == 1000
    kinds = [message["type"] for message in messages]
    assert kinds[0] == "SpeechStarted"
    assert kinds[-2:] == ["UtteranceEnd", "Metadata"]
    assert set(kinds[1:-2]) == {"Results"}
    started, results, ended, metadata = messages[0], messages[1:-2], messages[-2], messages[-1]
    assert list(started) == ["type", "channel", "timestamp"]
    assert list(ended) == ["type", "channel", "last_word_end"]
    assert list(metadata) == [
        *("type", "transaction_key", "request_id", "sha256", "created", "duration", "channels"),
        *("models", "model_info"),
    ]
    assert [r["is_final"] for r in results] == [False] * (len(results) - 1) + [True]
    assert [r["speech_final"] for r in results] == [r["is_final"] for r in results]
    final = results[-1]
    assert list(final) == [
        *("type", "channel_index", "duration", "start", "is_final", "speech_final", "channel", "metadata"),
        "from_finalize",
    ]
    assert final["metadata"]["request_id"] == metadata["request_id"]
    (best,) = final["channel"]["alternatives"]
    assert list(best) == ["transcript", "confidence", "words"]
    assert list(best["words"][0]) == ["word", "start", "end", "confidence", "punctuated_word"]
    assert final["start"] <= best["words"][0]["start"]
    assert best["words"][-1]["end"] <= final["start"] + final["duration"]
    assert ended["last_word_end"] == best["words"][-1]["end"]


async def test_finalize_makes_what_is_pending_final_at_once(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}&endpointing=false", headers=KEY) as socket:
        await _send(socket, speak(TEXT)[:48_000])
        await socket.send_json({"type": "Finalize"})
        while True:
            message = await socket.receive_json()
            if message["type"] == "Results" and message["is_final"]:
                break
        assert message["from_finalize"] is True
        assert "brother" in message["channel"]["alternatives"][0]["transcript"]
        await socket.send_json({"type": "Finalize"})
        empty = await socket.receive_json()
        assert empty["from_finalize"] is True
        assert empty["channel"]["alternatives"][0]["transcript"] == ""


async def test_a_long_speech_comes_in_several_finals(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    long = "I have worked in a hospital for ten years, and before that I was a student in a big city"
    pcm = speak(", ".join([long] * 4) + ".")
    async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}&endpointing=900", headers=KEY) as socket:
        await _send(socket, pcm)
        await socket.send_json({"type": "CloseStream"})
        finals = [m for m in await _until_closed(socket) if m["type"] == "Results" and m["is_final"]]
    assert len(finals) > 1
    assert [f["speech_final"] for f in finals] == [False] * (len(finals) - 1) + [True]
    ends = [f["start"] + f["duration"] for f in finals]
    assert all(later["start"] >= end - 0.05 for later, end in zip(finals[1:], ends, strict=False))


async def test_silence_brings_no_words(base_url: str, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}", headers=KEY) as socket:
        await _send(socket, bytes(96_000))
        await socket.send_json({"type": "CloseStream"})
        messages = await _until_closed(socket)
    assert [message["type"] for message in messages] == ["Metadata"]
    assert messages[0]["duration"] == pytest.approx(3.0, abs=0.05)


async def test_noises_between_speeches_do_no_harm(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    random = np.random.default_rng(7)
    noise = [random.normal(0, 4_000, size).astype(np.int16).tobytes() for size in (2_000, 9_000, 20_000)]
    finals = []
    for burst in noise:
        async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}", headers=KEY) as socket:
            await _send(socket, burst + bytes(32_000) + speak(TEXT))
            await socket.send_json({"type": "CloseStream"})
            messages = await _until_closed(socket)
            assert socket.close_code == 1000
        finals.append([m for m in messages if m["type"] == "Results" and m["is_final"]][-1])
    for final in finals:
        assert "river" in final["channel"]["alternatives"][0]["transcript"]


async def test_a_message_that_is_no_json_closes_with_data_0000(
    base_url: str, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}", headers=KEY) as socket:
        await socket.send_str("not json")
        messages = await _until_closed(socket)
        assert socket.close_code == 1008
    assert messages[0]["type"] == "Error"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token "}, {"Authorization": "Basic abc"}])
async def test_no_key_is_refused_like_the_vendor(
    base_url: str, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await http.ws_connect(f"{base_url}/v1/listen", headers=headers)
    assert caught.value.status == 401
    async with http.post(f"{base_url}/v1/listen", data=b"x", headers=headers) as response:
        assert response.status == 401
        assert list(await response.json()) == ["err_code", "err_msg", "request_id"]


async def test_a_key_may_come_as_subprotocol(base_url: str, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}", protocols=["token", "any"]) as socket:
        assert socket.protocol == "token"


async def test_bad_parameters_are_refused_with_their_name(base_url: str, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{base_url}/v1/listen?encoding=wax", data=b"xx", headers=KEY) as response:
        assert response.status == 400
        assert "encoding" in (await response.json())["err_msg"]


async def test_a_file_and_raw_sound_give_the_same_words(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    pcm = speak(TEXT)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(pcm)
    mulaw = _mulaw(np.frombuffer(pcm, np.int16))
    answers = []
    for query, body in (
        ("punctuate=true", file.getvalue()),
        ("punctuate=true&encoding=linear16&sample_rate=16000", pcm),
        ("punctuate=true&encoding=mulaw&sample_rate=16000", mulaw),
    ):
        async with http.post(f"{base_url}/v1/listen?{query}", data=body, headers=KEY) as response:
            assert response.status == 200
            answers.append(await response.json())
    assert list(answers[0]) == ["metadata", "results"]
    assert "type" not in answers[0]["metadata"]
    best = [answer["results"]["channels"][0]["alternatives"][0] for answer in answers]
    assert best[0]["transcript"] == best[1]["transcript"]
    assert "brother" in best[2]["transcript"].lower()


def _mulaw(samples: np.ndarray) -> bytes:
    magnitude = np.minimum(np.abs(samples.astype(np.int32)) + 132, 32_767)
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    sign = np.where(samples < 0, 128, 0)
    return bytes((~(sign | (exponent << 4) | mantissa) & 255).astype(np.uint8).tobytes())


async def test_what_is_no_audio_is_refused(base_url: str, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{base_url}/v1/listen", data=b"not audio at all", headers=KEY) as response:
        assert response.status == 400
        assert "failed to process audio" in (await response.json())["err_msg"]


async def test_a_stalled_stream_stays_open_and_silent(
    base_url: str, http: aiohttp.ClientSession, faults: Faults, speak: Callable[[str], bytes]
) -> None:
    faults("listen", stall=True, after=1)
    async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}", headers=KEY) as socket:
        await _send(socket, speak(TEXT))
        assert (await socket.receive_json())["type"] == "SpeechStarted"
        with pytest.raises(asyncio.TimeoutError):
            await socket.receive(timeout=1)


async def test_the_server_answers_while_it_recognises(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    async with http.ws_connect(f"{base_url}/v1/listen?{QUERY}", headers=KEY) as socket:
        await _send(socket, speak(TEXT) * 3)
        waits = []
        for _ in range(10):
            start = asyncio.get_running_loop().time()
            async with http.get(f"{base_url}/health") as response:
                assert response.status == 200
            waits.append(asyncio.get_running_loop().time() - start)
        assert sorted(waits)[5] < 0.1
        await socket.send_json({"type": "CloseStream"})
        assert (await _until_closed(socket))[-1]["type"] == "Metadata"
