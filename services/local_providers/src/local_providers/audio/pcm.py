"""Encodings and sample rates. Inside, sound is mono float32 in [-1, 1] or 16-bit PCM."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.float32]
RawEncoding = Literal["linear16", "linear32", "mulaw", "alaw"]
RAW_ENCODINGS: tuple[str, ...] = get_args(RawEncoding)
SAMPLE_BYTES: dict[str, int] = {"linear16": 2, "linear32": 4, "mulaw": 1, "alaw": 1}
RECOGNITION_RATE = 16_000

_MULAW_BIAS = 132


def _mulaw_table() -> Samples:
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4).astype(np.int32) & 7, (code & 15).astype(np.int32)
    magnitude = (((mantissa << 3) + _MULAW_BIAS) << exponent) - _MULAW_BIAS
    return (np.where(code & 128, -magnitude, magnitude) / 32768).astype(np.float32)


def _alaw_table() -> Samples:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = (code >> 4).astype(np.int32) & 7, (code & 15).astype(np.int32)
    low, high = (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
    magnitude = np.where(exponent == 0, low, high)
    return (np.where(code & 128, magnitude, -magnitude) / 32768).astype(np.float32)


_TABLES: dict[str, Samples] = {"mulaw": _mulaw_table(), "alaw": _alaw_table()}


def decode(data: bytes, encoding: str) -> Samples:
    """Returns the samples of raw audio, whose length must be whole samples.

    Raises:
        ValueError: The encoding is not one of `RAW_ENCODINGS`, or the data ends within a sample.
    """
    match encoding:
        case "linear16":
            return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
        case "linear32":
            samples: Samples = np.nan_to_num(np.frombuffer(data, "<f4").astype(np.float32))
            return samples.clip(-1, 1)
        case "mulaw" | "alaw":
            return _TABLES[encoding][np.frombuffer(data, np.uint8)]
        case _:
            raise ValueError(f"encoding {encoding!r} is not supported; use one of {', '.join(RAW_ENCODINGS)}")


def encode(samples: Samples, encoding: str) -> bytes:
    """Returns samples in a raw encoding.

    Raises:
        ValueError: The encoding is not one of `RAW_ENCODINGS`.
    """
    match encoding:
        case "linear16":
            return to_int16(samples).tobytes()
        case "linear32":
            return samples.astype("<f4").tobytes()
        case "mulaw" | "alaw":
            table = _TABLES[encoding]
            order = np.argsort(table)
            middles = (table[order][1:] + table[order][:-1]) / 2
            return order[np.searchsorted(middles, samples)].astype(np.uint8).tobytes()
        case _:
            raise ValueError(f"encoding {encoding!r} is not supported; use one of {', '.join(RAW_ENCODINGS)}")


def to_int16(samples: Samples) -> npt.NDArray[np.int16]:
    """Returns samples as 16-bit integers, clipped."""
    scaled: Samples = np.rint(samples * np.float32(32768))
    return scaled.clip(-32768, 32767).astype(np.int16)


def downmix(samples: Samples, channels: int) -> Samples:
    """Returns the mean of interleaved channels."""
    if channels == 1:
        return samples
    whole = len(samples) - len(samples) % channels
    mixed: Samples = samples[:whole].reshape(-1, channels).mean(axis=1, dtype=np.float32)
    return mixed


def resample(samples: Samples, source_hz: int, target_hz: int) -> Samples:
    """Returns a whole clip at another sample rate."""
    if source_hz == target_hz or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, source_hz, target_hz), dtype=np.float32)


class StreamDecoder:
    """Turns a stream of raw bytes, cut anywhere, into mono 16-bit PCM at the recogniser's rate."""

    def __init__(self, encoding: str, sample_rate: int, channels: int) -> None:
        """Prepares for one stream.

        Raises:
            ValueError: The encoding is not one of `RAW_ENCODINGS`.
        """
        decode(b"", encoding)
        self._encoding, self._channels = encoding, channels
        self._frame_bytes = SAMPLE_BYTES[encoding] * channels
        self._rest = b""
        self._resampler = (
            None
            if sample_rate == RECOGNITION_RATE
            else soxr.ResampleStream(sample_rate, RECOGNITION_RATE, 1, dtype="float32")
        )

    def push(self, data: bytes, last: bool = False) -> bytes:
        """Returns PCM for the bytes so far; `last` also empties the resampler."""
        data = self._rest + data
        whole = len(data) - len(data) % self._frame_bytes
        self._rest = data[whole:]
        samples = downmix(decode(data[:whole], self._encoding), self._channels)
        if self._resampler is not None:
            samples = np.asarray(self._resampler.resample_chunk(samples, last=last), dtype=np.float32)
        return to_int16(samples).tobytes()
