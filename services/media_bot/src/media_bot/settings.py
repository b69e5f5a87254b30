"""Settings of the media bot: its own variables, and how to reach LiveKit and the speech providers."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from viva_shared.scenario import BotWords, Consent, QuestionSet
from viva_shared.settings import LiveKitSettings, ProviderSettings, SettingsError


def _none_or_value(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() in {"none", "off"} else value


class BotSettings(LiveKitSettings, ProviderSettings):
    """Built in ``main`` and again in each job's process, from the same environment."""

    host: str = Field("127.0.0.1", alias="VIVA_BOT_HOST")
    port: int = Field(8081, alias="VIVA_BOT_PORT")
    metrics_port: int = Field(0, ge=0, le=65535, alias="VIVA_BOT_METRICS_PORT")
    """Where the metrics of the bot's rooms are served to Prometheus, on the same host; 0: nowhere."""
    max_rooms: int = Field(10, ge=1, alias="VIVA_BOT_MAX_ROOMS")
    display_name: str = Field("Interviewer", alias="VIVA_BOT_NAME")
    """What clients show for the bot in the room."""
    idle_processes: int = Field(1, ge=0, alias="VIVA_BOT_IDLE_PROCESSES")
    drain_s: int = Field(30, ge=1, alias="VIVA_BOT_DRAIN_S")
    """After SIGTERM: how long rooms may go on before they are left to another bot."""

    heartbeat_s: float = Field(0.5, gt=0, alias="VIVA_BOT_HEARTBEAT_S")
    interview_wait_s: float = Field(15.0, ge=0, alias="VIVA_BOT_INTERVIEW_WAIT_S")

    endpointing_min_s: float = Field(1.0, ge=0, alias="VIVA_ENDPOINTING_MIN_S")
    endpointing_max_s: float = Field(6.0, ge=0, alias="VIVA_ENDPOINTING_MAX_S")
    aec_warmup_s: Annotated[float | None, BeforeValidator(_none_or_value)] = Field(
        3.0, alias="VIVA_AEC_WARMUP_S"
    )
    """Barge-in is ignored so long after the bot first speaks; 0 or ``none`` turns it off."""
    untranscribed_s: float = Field(3.0, gt=0, alias="VIVA_UNTRANSCRIBED_S")
    """Speech without a transcript so long after its end was a cough or a noise."""

    reply_wait_s: float = Field(10.0, gt=0, alias="VIVA_REPLY_WAIT_S")
    """How long an answer may let its first words wait; what comes later is said on its own."""
    reply_stall_s: float = Field(5.0, gt=0, alias="VIVA_REPLY_STALL_S")
    """Within a reply: the Deepgram plugin gives up after 10 s without a message."""
    hold_after_s: float = Field(2.5, gt=0, alias="VIVA_BOT_HOLD_AFTER_S")
    """When Redis has been away for so long, one sentence asks the candidate to wait."""
    goodbye_s: float = Field(15.0, gt=0, alias="VIVA_GOODBYE_S")
    """When the interview has ended: how long the last words may take before the room closes."""

    tts_voice: str = Field("aura-2-andromeda-en", alias="VIVA_TTS_VOICE")

    @model_validator(mode="after")
    def _startable(self) -> Self:
        if self.missing_livekit:
            raise SettingsError(f"the media bot needs {' and '.join(self.missing_livekit)}: set them")
        if self.endpointing_max_s < self.endpointing_min_s:
            raise SettingsError("VIVA_ENDPOINTING_MAX_S is less than VIVA_ENDPOINTING_MIN_S")
        return self


class SpeechWishes(BaseModel):
    """What a scenario may say about speech; what it leaves out is the settings' to say."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    endpointing_min_s: float | None = Field(None, ge=0)
    endpointing_max_s: float | None = Field(None, ge=0)
    stt_language: str | None = None
    tts_voice: str | None = None


class OwnWords(BotWords):
    """What the bot says by itself, among the other words of a scenario."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Notice(Consent):
    """What a candidate agrees to, where consent is required."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Questions(BaseModel):
    """How a stage announces its questions."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    announce: str = QuestionSet.model_fields["announce"].default


class ScriptStage(BaseModel):
    """A stage of the interview."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    questions: Questions | None = None


class Script(BaseModel):
    """As much of a scenario as the bot needs, each part with defaults."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    speech: SpeechWishes = SpeechWishes()
    words: OwnWords = OwnWords()
    consent: Notice = Notice()
    shows_scores: bool = False
    stages: tuple[ScriptStage, ...] = ()

    @property
    def announce(self) -> str:
        """What is said before a question of a set: with ``{number}`` and ``{count}``."""
        return next((stage.questions for stage in self.stages if stage.questions), Questions()).announce


def script_of(scenario: str) -> Script:
    """What a scenario's JSON says to the bot.

    Raises:
        ValueError: it is no JSON object, or what concerns the bot is malformed.
    """
    try:
        return Script.model_validate_json(scenario)
    except ValidationError as error:
        raise ValueError(f"what of the scenario concerns the bot: {error}") from error
