"""The real Deepgram STT plugin against `/v1/listen`."""

import asyncio
from collections.abc import Callable

import aiohttp
import jiwer
import pytest
from contract.local_providers.dialogue import Faults
from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, APIStatusError
from livekit.agents import stt as agents_stt
from livekit.plugins import deepgram

pytestmark = [pytest.mark.contract, pytest.mark.timeout(60)]

ONCE = APIConnectOptions(max_retry=0, timeout=5)
SENTENCES = (
    "The weather was cold and wet when we arrived at the station.",
    "My brother is a teacher at a small school near the river.",
    "The team finished the bridge two weeks early and saved a lot of money.",
    "It took us about six hours to drive from the coast to the mountains.",
)
_WORDS = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.RemovePunctuation(),  # type: ignore[no-untyped-call]
        jiwer.Strip(),
        jiwer.ReduceToListOfListOfWords(),
    ]
)


def _stt(base_url: str, http: aiohttp.ClientSession, **options: object) -> deepgram.STT:
    return deepgram.STT(api_key="any", base_url=f"{base_url}/v1/listen", http_session=http, **options)  # type: ignore[arg-type]


def _frames(pcm: bytes, rate: int = 16_000) -> list[rtc.AudioFrame]:
    step = rate // 50 * 2
    return [
        rtc.AudioFrame(pcm[start : start + step], rate, 1, len(pcm[start : start + step]) // 2)
        for start in range(0, len(pcm), step)
    ]


async def _hear(
    stream: agents_stt.RecognizeStream, pcm: bytes, speeches: int = 1
) -> list[agents_stt.SpeechEvent]:
    """Pushes sound (faster than real time), returns the events up to the end of so many speeches."""
    for frame in _frames(pcm):
        stream.push_frame(frame)
    events = []
    async for event in stream:
        events.append(event)
        speeches -= event.type is agents_stt.SpeechEventType.END_OF_SPEECH
        if not speeches:
            break
    await stream.aclose()
    return events


def _finals(events: list[agents_stt.SpeechEvent]) -> list[agents_stt.SpeechData]:
    return [e.alternatives[0] for e in events if e.type is agents_stt.SpeechEventType.FINAL_TRANSCRIPT]


async def test_a_stream_hears_speech_start_interim_final_and_end_in_order(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    events = await _hear(_stt(base_url, http).stream(conn_options=ONCE), speak(SENTENCES[1]))
    kinds = [e.type for e in events if e.type is not agents_stt.SpeechEventType.RECOGNITION_USAGE]
    expected = agents_stt.SpeechEventType
    assert kinds[0] is expected.START_OF_SPEECH
    assert set(kinds[1:-2]) == {expected.INTERIM_TRANSCRIPT}
    assert kinds[-2:] == [expected.FINAL_TRANSCRIPT, expected.END_OF_SPEECH]
    (final,) = _finals(events)
    assert final.text[0].isupper()
    assert final.text.endswith(".")
    assert 0 < final.confidence <= 1
    assert final.words is not None
    assert [str(word) for word in final.words] == final.text.split()
    starts = [word.start_time for word in final.words if isinstance(word.start_time, float)]
    assert starts == sorted(starts)


async def test_word_errors_stay_under_a_third(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    pcm = b"".join(speak(sentence) for sentence in SENTENCES)
    events = await _hear(_stt(base_url, http).stream(conn_options=ONCE), pcm, len(SENTENCES))
    heard = " ".join(final.text for final in _finals(events))
    rate = jiwer.wer(" ".join(SENTENCES), heard, reference_transform=_WORDS, hypothesis_transform=_WORDS)
    assert rate <= 0.35, heard
    assert len(_finals(events)) >= len(SENTENCES)


async def test_streams_at_the_same_time_are_told_apart(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    stt = _stt(base_url, http)
    heard = await asyncio.gather(*(_hear(stt.stream(conn_options=ONCE), speak(s)) for s in SENTENCES[:3]))
    for sentence, events in zip(SENTENCES, heard, strict=False):
        text = " ".join(final.text for final in _finals(events))
        assert jiwer.wer(sentence, text, reference_transform=_WORDS, hypothesis_transform=_WORDS) <= 0.5, text


async def test_another_sample_rate_is_resampled(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    # The plugin itself resamples what it is given to the rate that it announces.
    events = await _hear(
        _stt(base_url, http, sample_rate=24_000).stream(conn_options=ONCE), speak(SENTENCES[1])
    )
    assert "teacher" in " ".join(final.text for final in _finals(events))


async def test_without_punctuation_words_come_in_lower_case(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    events = await _hear(_stt(base_url, http, punctuate=False).stream(conn_options=ONCE), speak(SENTENCES[1]))
    (final,) = _finals(events)
    assert final.text == final.text.lower()
    assert "." not in final.text


async def test_a_whole_file_is_transcribed_over_http(
    base_url: str, http: aiohttp.ClientSession, speak: Callable[[str], bytes]
) -> None:
    event = await _stt(base_url, http).recognize(_frames(speak(SENTENCES[1])), conn_options=ONCE)
    assert "teacher" in event.alternatives[0].text
    assert event.request_id


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refused_handshake_is_a_status_error(
    base_url: str, http: aiohttp.ClientSession, faults: Faults, status: int
) -> None:
    faults("listen", status=status)
    with pytest.raises(APIStatusError) as caught:
        await _hear(_stt(base_url, http).stream(conn_options=ONCE), bytes(3_200))
    assert caught.value.status_code == status


async def test_a_cut_stream_is_an_error_and_the_next_one_works(
    base_url: str, http: aiohttp.ClientSession, faults: Faults, speak: Callable[[str], bytes]
) -> None:
    faults("listen", cut_after=1)
    stream = _stt(base_url, http).stream(conn_options=ONCE)
    for frame in _frames(speak(SENTENCES[1])):
        stream.push_frame(frame)
    with pytest.raises((APIStatusError, APIConnectionError)):
        async for _ in stream:
            pass
    await stream.aclose()
    assert _finals(await _hear(_stt(base_url, http).stream(conn_options=ONCE), speak(SENTENCES[1])))


async def test_a_cut_stream_is_connected_again_by_the_plugin(
    base_url: str, http: aiohttp.ClientSession, faults: Faults, speak: Callable[[str], bytes]
) -> None:
    faults("listen", cut_after=0)
    retrying = APIConnectOptions(max_retry=2, retry_interval=0.05, timeout=5)
    stream = _stt(base_url, http).stream(conn_options=retrying)
    pcm = speak(SENTENCES[1])

    async def push_until_heard() -> agents_stt.SpeechData:
        async def push() -> None:
            while True:
                for frame in _frames(pcm):
                    stream.push_frame(frame)
                    await asyncio.sleep(0.002)

        pushing = asyncio.create_task(push())
        try:
            async for event in stream:
                if event.type is agents_stt.SpeechEventType.FINAL_TRANSCRIPT:
                    return event.alternatives[0]
        finally:
            pushing.cancel()
        raise AssertionError("the stream ended without a final transcript")

    assert (await push_until_heard()).text
    await stream.aclose()


async def test_garbage_is_survived_by_the_plugin(
    base_url: str,
    http: aiohttp.ClientSession,
    faults: Faults,
    speak: Callable[[str], bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults("listen", garbage=True)
    stream = _stt(base_url, http).stream(conn_options=ONCE)
    for frame in _frames(speak(SENTENCES[1])):
        stream.push_frame(frame)
    while "failed to process deepgram message" not in caplog.text:  # noqa: ASYNC110 (nothing to await)
        await asyncio.sleep(0.02)
    await stream.aclose()
    assert _finals(await _hear(_stt(base_url, http).stream(conn_options=ONCE), speak(SENTENCES[1])))
