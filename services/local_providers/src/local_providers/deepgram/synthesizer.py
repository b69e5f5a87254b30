"""Speech by the flite command, in a subprocess per sentence."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from local_providers.audio.files import read_audio
from local_providers.audio.pcm import Samples, resample
from local_providers.deepgram.sentences import SentenceBuffer

_log = logging.getLogger(__name__)


class SynthesisFailed(Exception):
    """flite could not speak a text. Trying the same text again is of no use."""

    retryable = False


class Synthesizer:
    """Speaks sentences, a bounded number at once."""

    def __init__(self, command: str, timeout_s: float, at_once: int) -> None:
        self._command = command
        self._timeout_s = timeout_s
        self._slots = asyncio.Semaphore(at_once)

    async def sentence(self, text: str, voice: str, speed: float, sample_rate: int) -> Samples:
        """Speaks one sentence.

        Args:
            text: Any text; it goes to flite's standard input, never to a command line.
            voice: One of flite's voices.
            speed: 1.0 is the voice's own speed, 1.5 is half as fast again.
            sample_rate: Sample rate of the result, in Hz.

        Raises:
            SynthesisFailed: flite is missing, failed, or took too long.
        """
        async with self._slots:
            with tempfile.TemporaryDirectory(prefix="viva-flite-") as folder:
                out = Path(folder) / "out.wav"
                await self._flite(text, voice, speed, out)
                return await asyncio.to_thread(_load, out, sample_rate)

    async def text(self, text: str, voice: str, speed: float, sample_rate: int) -> AsyncIterator[Samples]:
        """Speaks a text sentence by sentence."""
        buffer = SentenceBuffer()
        sentences = buffer.push(text)
        if (rest := buffer.flush()) is not None:
            sentences.append(rest)
        for sentence in sentences:
            yield await self.sentence(sentence, voice, speed, sample_rate)

    async def _flite(self, text: str, voice: str, speed: float, out: Path) -> None:
        stretch = f"duration_stretch={1 / speed:.3f}"
        # flite's own `kal` is 8 kHz; `kal16` is the same speaker at 16 kHz.
        name = "kal16" if voice == "kal" else voice
        try:
            process = await asyncio.create_subprocess_exec(
                *(self._command, "-voice", name, "--setf", stretch, "-f", "-", "-o", str(out)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except FileNotFoundError as error:
            raise SynthesisFailed(
                f"{self._command!r} not found; install flite or set VIVA_LOCAL_FLITE"
            ) from error
        try:
            _, problem = await asyncio.wait_for(process.communicate(_plain(text).encode()), self._timeout_s)
        except TimeoutError as error:
            raise SynthesisFailed(f"flite took longer than {self._timeout_s} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise SynthesisFailed(
                f"flite ended with {process.returncode}: {problem.decode(errors='replace')[:200]}"
            )


def _plain(text: str) -> str:
    """Returns text for flite, which reads ASCII: typographic quotes and dashes become plain ones."""
    table = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": ",", "—": ",", "…": ".", "\0": " "})
    return " ".join(text.translate(table).split()) + "\n"


def _load(path: Path, sample_rate: int) -> Samples:
    samples, rate, _ = read_audio(path.read_bytes())
    return resample(samples, rate, sample_rate)
