"""Ears and voice of a session: Deepgram's plugins, at the vendor or at the local providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from livekit.agents import stt, tts, vad
from livekit.plugins import deepgram, silero

from media_bot.settings import BotSettings, SpeechWishes

LOCAL_KEY = "local"
"""The local providers ask for no key, the plugin does."""
VAD_SILENCE_S = 0.45
"""Less than the 0.5 s of silence with which RoomIO ends a track that vanishes, or speech would not end."""


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """The settings with the scenario's wishes applied."""

    endpointing_min_s: float
    endpointing_max_s: float
    stt_language: str
    tts_voice: str


def speech_options(settings: BotSettings, wishes: SpeechWishes) -> SpeechOptions:
    """What the scenario asks for, else what the settings say."""
    least = settings.endpointing_min_s if wishes.endpointing_min_s is None else wishes.endpointing_min_s
    most = settings.endpointing_max_s if wishes.endpointing_max_s is None else wishes.endpointing_max_s
    return SpeechOptions(
        endpointing_min_s=least,
        endpointing_max_s=max(least, most),
        stt_language=wishes.stt_language or settings.stt_language,
        tts_voice=wishes.tts_voice or settings.tts_voice,
    )


def load_vad() -> vad.VAD:
    """Silero; loading takes a moment, so it is done before a job comes."""
    return silero.VAD.load(min_silence_duration=VAD_SILENCE_S)


def make_stt(settings: BotSettings, options: SpeechOptions) -> stt.STT[Any]:
    """Speech to text."""
    if settings.stt_provider == "local":
        return deepgram.STT(
            model=settings.stt_model,
            language=options.stt_language,
            api_key=LOCAL_KEY,
            base_url=f"{settings.local_providers_url}/v1/listen",
        )
    return deepgram.STT(
        model=settings.stt_model,
        language=options.stt_language,
        api_key=settings.deepgram_api_key.get_secret_value(),
    )


def make_tts(settings: BotSettings, options: SpeechOptions) -> tts.TTS[Any]:
    """Text to speech."""
    if settings.tts_provider == "local":
        return deepgram.TTS(
            model=options.tts_voice,
            api_key=LOCAL_KEY,
            base_url=f"{settings.local_providers_url}/v1/speak",
        )
    return deepgram.TTS(model=options.tts_voice, api_key=settings.deepgram_api_key.get_secret_value())
