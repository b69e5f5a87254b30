"""Query parameters of `/v1/listen` and `/v1/speak`, as Deepgram names them. Others are ignored."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from local_providers.audio.pcm import RawEncoding


def _endpointing(value: object) -> object:
    """`false` switches endpointing off, `true` means Deepgram's default of 10 ms."""
    return {"false": None, "true": 10}.get(str(value).lower(), value)


Endpointing = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_endpointing)]


class ListenOptions(BaseModel):
    """Parameters of `/v1/listen` that change what this server does."""

    model_config = ConfigDict(extra="ignore")

    model: str = "base-general"
    language: str = "en"
    detect_language: bool = False
    encoding: RawEncoding | None = None
    sample_rate: int | None = Field(default=None, ge=4_000, le=192_000)
    channels: int = Field(default=1, ge=1, le=8)
    interim_results: bool = False
    endpointing: Endpointing = 10
    vad_events: bool = False
    utterance_end_ms: int | None = Field(default=None, ge=1)
    punctuate: bool = False
    smart_format: bool = False

    @property
    def formatted(self) -> bool:
        """Whether a transcript gets a capital and a full stop."""
        return self.punctuate or self.smart_format


class SpeakOptions(BaseModel):
    """Parameters of `/v1/speak` that change what this server does."""

    model_config = ConfigDict(extra="ignore")

    model: str = "aura-asteria-en"
    encoding: Literal["linear16", "mulaw", "alaw", "mp3", "opus", "flac"] | None = None
    container: Literal["none", "wav", "ogg"] | None = None
    sample_rate: int | None = Field(default=None, ge=8_000, le=48_000)
    speed: float = Field(default=1.0, ge=0.7, le=1.5)

    @property
    def voice(self) -> str:
        """flite's voice for the model; Deepgram's own names get `slt`."""
        return self.model if self.model in ("slt", "rms", "kal", "awb") else "slt"


def single_values(query: Mapping[str, str]) -> dict[str, str]:
    """Returns query parameters without the empty ones."""
    return {name: value for name, value in query.items() if value != ""}
