"""What can be configured, all through `VIVA_LOCAL_*`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the process, built once in `main`."""

    model_config = SettingsConfigDict(env_prefix="VIVA_LOCAL_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8790, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    seed: int | None = Field(
        default=None, description="Fixes the wording of the interviewer; random if unset."
    )

    recognizers: int = Field(
        default=2, ge=1, description="Processes that run PocketSphinx (it holds the GIL)."
    )
    warm_decoders: int = Field(default=1, ge=1, description="Decoders made ready at start, in each process.")
    min_endpointing_ms: int = Field(
        default=300,
        ge=60,
        description="Shorter `endpointing` is raised to this: words cut apart are misheard.",
    )
    max_segment_ms: int = Field(
        default=12_000, ge=2_000, description="Speech longer than this is finalised in parts."
    )
    interim_ms: int = Field(default=400, ge=100, description="Audio between two interim results.")
    listen_idle_s: float = Field(
        default=10.0, gt=0, description="Deepgram closes a stream that is silent this long."
    )

    flite: str = "flite"
    flite_timeout_s: float = Field(default=20.0, gt=0)
    synthesizers: int = Field(default=2, ge=1, description="flite processes at once.")
    speak_idle_s: float = Field(
        default=2.5, gt=0, description="Text without a sentence end is spoken after this."
    )

    gemini_chunk_words: int = Field(default=4, ge=1)
    gemini_chunk_delay_ms: int = Field(default=15, ge=0)
    gemini_fickle: bool = Field(
        default=False, description="Words every answer anew, also one to the same request."
    )
