"""A voice that needs no key: the ``flite`` program."""

from __future__ import annotations

import asyncio
import tempfile
import wave
from pathlib import Path

import numpy as np

from candidate.application.ports import CandidateError
from candidate.domain.hearing import SAMPLE_RATE
from candidate.domain.persona import Voice
from candidate.domain.sound import Samples


class FliteError(CandidateError):
    """flite is missing, or did not speak."""


class Flite:
    """Speech from text, mono at ``SAMPLE_RATE``. What was spoken once is kept."""

    def __init__(self, voice: Voice = "slt", *, program: str = "flite") -> None:
        self._voice = voice
        self._program = program
        self._spoken: dict[str, Samples] = {}

    async def speech(self, text: str) -> Samples:
        """The samples of ``text``.

        Raises:
            FliteError: the program is not installed, or failed on this text.
        """
        if text not in self._spoken:
            with tempfile.TemporaryDirectory(prefix="viva-candidate-") as folder:
                path = Path(folder) / "speech.wav"
                await self._run(text, path)
                self._spoken[text] = read_wav(path)
        return self._spoken[text]

    async def _run(self, text: str, path: Path) -> None:
        arguments = ["-voice", self._voice, "-t", text, "-o", str(path)]
        try:
            process = await asyncio.create_subprocess_exec(
                self._program,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except FileNotFoundError as error:
            raise FliteError(f"{self._program!r} is not installed: apt-get install flite") from error
        try:
            _, complaint = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            raise FliteError(f"flite failed on {text!r}: {complaint.decode(errors='replace').strip()}")


def read_wav(path: Path) -> Samples:
    """The samples of a mono 16-bit file at ``SAMPLE_RATE``."""
    with wave.open(str(path), "rb") as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        if shape != (1, 2, SAMPLE_RATE):
            raise FliteError(f"{path.name}: channels, bytes, Hz are {shape}, not (1, 2, {SAMPLE_RATE})")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)


def write_wav(path: Path, samples: Samples, rate: int = SAMPLE_RATE) -> None:
    """Write mono samples; the folder must exist."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
