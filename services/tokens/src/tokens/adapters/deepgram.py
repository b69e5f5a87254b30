"""Speech to text of whole files, by Deepgram's protocol: at the vendor or at the local providers."""

from __future__ import annotations

import httpx
from pydantic import BaseModel, Field, ValidationError
from viva_shared.settings import HearingSettings

from tokens.domain.errors import NotConfigured, ProviderFailed, Unavailable

VENDOR = "https://api.deepgram.com"
LOCAL_KEY = "local"
"""The local providers ask for no key, the protocol does."""
CONNECT_S = 5.0


class _Alternative(BaseModel):
    transcript: str


class _Channel(BaseModel):
    alternatives: list[_Alternative]


class _Results(BaseModel):
    channels: list[_Channel] = Field(min_length=1)


class _Transcript(BaseModel):
    results: _Results


class DeepgramTranscriber:
    """The provider that the settings choose."""

    def __init__(self, http: httpx.AsyncClient, settings: HearingSettings, timeout_s: float) -> None:
        is_local = settings.stt_provider == "local"
        self._http = http
        self._url = f"{settings.local_providers_url if is_local else VENDOR}/v1/listen"
        self._key = LOCAL_KEY if is_local else settings.deepgram_api_key.get_secret_value()
        self._model = settings.stt_model
        self._timeout = httpx.Timeout(timeout_s, connect=CONNECT_S)

    async def transcribe(self, wav: bytes, language: str) -> str:
        """What is said in a WAV file; empty if nothing was understood.

        Raises:
            NotConfigured: Deepgram does not know the key.
            Unavailable: it cannot be reached, has no time, or takes too long.
            ProviderFailed: it refuses the file, or its answer is none.
        """
        try:
            answer = await self._http.post(
                self._url,
                params={
                    "model": self._model,
                    "language": language,
                    "punctuate": "true",
                    "smart_format": "true",
                },
                headers={"Authorization": f"Token {self._key}", "Content-Type": "audio/wav"},
                content=wav,
                timeout=self._timeout,
            )
        except httpx.TransportError as error:
            raise Unavailable("speech to text") from error
        if answer.status_code in (401, 403):
            raise NotConfigured("Deepgram does not know DEEPGRAM_API_KEY, or not for VIVA_STT_MODEL")
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Unavailable("speech to text")
        if not answer.is_success:
            raise ProviderFailed(f"speech to text has refused this with status {answer.status_code}")
        try:
            channel = _Transcript.model_validate_json(answer.content).results.channels[0]
        except ValidationError as error:
            raise ProviderFailed("speech to text has answered what is no transcript") from error
        return channel.alternatives[0].transcript if channel.alternatives else ""
