"""What a candidate dictates: a WAV file, mono, of 16-bit PCM."""

from __future__ import annotations

import io
import wave

from tokens.domain.errors import InvalidRecording

RATES = range(8_000, 48_001)
"""Samples a second."""
MAX_S = 60
MAX_BYTES = MAX_S * RATES[-1] * 2 + 65_536
"""Of a file that is as long and as good as may be, and what else it may hold."""
HEAD_BYTES = 16_384
"""What may stand before the sound: a file of nothing but empty chunks takes seconds to read."""


def duration_of(recording: bytes) -> float:
    """Seconds of sound in a file. Raises InvalidRecording, naming what is wrong with it."""
    head = io.BytesIO(recording[:HEAD_BYTES])
    try:
        with wave.open(head, "rb") as file:
            form, rate = (file.getnchannels(), file.getsampwidth()), file.getframerate()
            there = len(recording) - head.tell()  # it has read as far as to where the sound begins
            samples = min(file.getnframes(), there // 2)  # what is there, whatever its header says
    except (wave.Error, EOFError, RuntimeError) as error:  # the last two where a chunk is cut off
        why = f"{str(error) or 'it is cut off'}, in the first {HEAD_BYTES} bytes"
        raise InvalidRecording(f"this is no WAV file of PCM ({why})") from error
    if form != (1, 2):
        raise InvalidRecording(
            f"this has {form[0]} channels of {8 * form[1]} bits: send one channel (mono) of 16 bits"
        )
    if rate not in RATES:
        raise InvalidRecording(f"this has {rate} samples a second: send {RATES[0]} to {RATES[-1]}")
    if (duration_s := samples / rate) > MAX_S:
        raise InvalidRecording(f"this lasts {duration_s:.0f} s: send {MAX_S} s at most, in parts if need be")
    return duration_s
