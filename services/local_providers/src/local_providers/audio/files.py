"""Audio files (WAV, FLAC, Ogg, MP3) in memory, by libsndfile."""

import io

import numpy as np
import soundfile  # type: ignore[import-untyped]

from local_providers.audio.pcm import Samples

_WRITERS: dict[str, tuple[str, str]] = {
    "wav": ("WAV", "PCM_16"),
    "wav-mulaw": ("WAV", "ULAW"),
    "wav-alaw": ("WAV", "ALAW"),
    "flac": ("FLAC", "PCM_16"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}


def read_audio(data: bytes) -> tuple[Samples, int, int]:
    """Reads a file of any format that libsndfile knows.

    Returns:
        Mono samples, the sample rate in Hz, and the number of channels the file had.

    Raises:
        ValueError: The data is no such file.
    """
    try:
        frames, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"not a readable audio file: {error.error_string}") from error
    return np.ascontiguousarray(frames.mean(axis=1, dtype=np.float32)), int(rate), int(frames.shape[1])


def write_audio(samples: Samples, sample_rate: int, form: str) -> bytes:
    """Writes mono samples as a file of the given form (a key of `_WRITERS`)."""
    container, subtype = _WRITERS[form]
    out = io.BytesIO()
    soundfile.write(out, samples, sample_rate, format=container, subtype=subtype)
    return out.getvalue()
