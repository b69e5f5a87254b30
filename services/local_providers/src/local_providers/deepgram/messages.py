"""Messages of `/v1/listen` and `/v1/speak`, fields in the published order."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

LISTEN_UUID = "30089e05-99d1-4376-b32e-c263170674af"
SPEAK_UUID = "0bb159e1-5c0a-48fb-aa29-ed7c0401f116"
VERSION = "2026-11-01.0"


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)

    def wire(self) -> str:
        """Returns the message as it goes out."""
        return self.model_dump_json(exclude_none=True)


class Word(_Message):
    """A word with its times in seconds of the stream."""

    word: str
    start: float
    end: float
    confidence: float
    punctuated_word: str | None = None


class Alternative(_Message):
    """What was heard."""

    transcript: str
    confidence: float
    words: list[Word]


class Channel(_Message):
    """One channel's alternatives."""

    alternatives: list[Alternative]
    detected_language: str | None = None
    language_confidence: float | None = None


class ModelInfo(_Message):
    """The model that heard."""

    name: str
    version: str = VERSION
    arch: str = "pocketsphinx"


class ResultsMetadata(_Message):
    """What `Results` says about its stream."""

    request_id: str
    model_info: ModelInfo
    model_uuid: str = LISTEN_UUID


class Results(_Message):
    """A transcript of a stretch of the stream, interim or final."""

    type: Literal["Results"] = "Results"
    channel_index: tuple[int, int] = (0, 1)
    duration: float
    start: float
    is_final: bool
    speech_final: bool
    channel: Channel
    metadata: ResultsMetadata
    from_finalize: bool = False


class SpeechStarted(_Message):
    """Speech was detected (`vad_events`)."""

    type: Literal["SpeechStarted"] = "SpeechStarted"
    channel: tuple[int, int] = (0, 1)
    timestamp: float


class UtteranceEnd(_Message):
    """No word for `utterance_end_ms`."""

    type: Literal["UtteranceEnd"] = "UtteranceEnd"
    channel: tuple[int, int] = (0, 1)
    last_word_end: float


class ListenMetadata(_Message):
    """Ends a stream; also the `metadata` of a file's transcript, which has no `type`."""

    type: Literal["Metadata"] | None = "Metadata"
    transaction_key: str = "deprecated"
    request_id: str
    sha256: str
    created: str
    duration: float
    channels: int
    models: list[str] = [LISTEN_UUID]
    model_info: dict[str, ModelInfo]


class FileChannels(_Message):
    """`results` of a file's transcript."""

    channels: list[Channel]


class FileTranscript(_Message):
    """Answer to a POST of a file."""

    metadata: ListenMetadata
    results: FileChannels


class ListenError(_Message):
    """A message the stream could not take."""

    type: Literal["Error"] = "Error"
    description: str
    message: str
    variant: str


class SpeakMetadata(_Message):
    """Opens a speaking stream."""

    type: Literal["Metadata"] = "Metadata"
    request_id: str
    model_name: str
    model_version: str = VERSION
    model_uuid: str = SPEAK_UUID


class Flushed(_Message):
    """All text before the `Flush` has been spoken."""

    type: Literal["Flushed"] = "Flushed"
    sequence_id: int


class Cleared(_Message):
    """All text not yet spoken has been thrown away."""

    type: Literal["Cleared"] = "Cleared"
    sequence_id: int


class SpeakWarning(_Message):
    """Something was ignored."""

    type: Literal["Warning"] = "Warning"
    description: str
    code: str


def listen_metadata(
    request_id: str, model: str, sha256: str, duration: float, channels: int, *, typed: bool
) -> ListenMetadata:
    """Builds the metadata of a stream (`typed`) or of a file."""
    return ListenMetadata(
        type="Metadata" if typed else None,
        request_id=request_id,
        sha256=sha256,
        created=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        duration=round(duration, 4),
        channels=channels,
        model_info={LISTEN_UUID: ModelInfo(name=model)},
    )
