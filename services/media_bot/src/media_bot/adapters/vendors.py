"""The vendors of speech when they fail: which of them is lost, and when it answers again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import Any

import structlog
from livekit.agents import APIConnectOptions, APIError, stt, tts, utils
from livekit.agents.voice.agent_session import SessionConnectOptions

log = structlog.get_logger(__name__)

STT_RATE = 16_000
SILENCE_S = 1.0
PROBE_S = 12.0
"""The Deepgram plugin needs 5 s to notice that its stream was closed as it should be."""
PROBE_AFTER_S = (0.5, 1.0, 2.0, 4.0)
ONCE = APIConnectOptions(max_retry=0, timeout=5.0)


class Part(Enum):
    """What a vendor does for the conversation."""

    EARS = "stt_error"
    VOICE = "tts_error"


def connect_options(stall_s: float) -> SessionConnectOptions:
    """Short retries, for the candidate waits; and never so many failures that the session closes itself.

    Args:
        stall_s: how long a reply may stall; a synthesis that waits for its rest must not time out before.
    """
    return SessionConnectOptions(
        stt_conn_options=APIConnectOptions(max_retry=3, retry_interval=1.0, timeout=3.0),
        tts_conn_options=APIConnectOptions(max_retry=1, timeout=max(6.0, stall_s + 1.0)),
        max_unrecoverable_errors=10**9,
    )


async def hears(model: stt.STT[Any]) -> None:
    """Stream a little silence through to its proper end. Raises APIError or TimeoutError."""
    try:
        async with asyncio.timeout(PROBE_S), model.stream(conn_options=ONCE) as stream:
            stream.push_frame(utils.audio.silence_frame(SILENCE_S, STT_RATE))
            listening = asyncio.ensure_future(_read(stream))
            if not (await asyncio.wait({listening}, timeout=SILENCE_S))[0]:
                stream.end_input()  # not at once: a connection that is cut would look like one that ends
            await listening
    finally:
        await model.aclose()


async def speaks(model: tts.TTS[Any]) -> None:
    """Synthesise a word. Raises APIError or TimeoutError."""
    try:
        async with asyncio.timeout(PROBE_S), model.stream(conn_options=ONCE) as stream:
            stream.push_text("Hello.")
            stream.end_input()
            await _read(stream)
    finally:
        await model.aclose()


async def _read(stream: AsyncIterable[object]) -> None:
    async for _ in stream:
        pass


class Vendors:
    """Which parts are lost, each from an error that was not recovered until a probe succeeds.

    Args:
        probes: raises as long as a part does not answer.
        changed: called when a part was lost or is back.
        outage: called once from the first failure until all that failed has done real work again.
        ended: called with each task that probes, at its end.
        probe_after_s: waits before each probe; the last one repeats.
    """

    def __init__(
        self,
        probes: Mapping[Part, Callable[[], Awaitable[None]]],
        changed: Callable[[Part], None],
        outage: Callable[[], object],
        ended: Callable[[asyncio.Task[None]], None],
        probe_after_s: Sequence[float] = PROBE_AFTER_S,
    ) -> None:
        self._probes = probes
        self._changed = changed
        self._outage = outage
        self._ended = ended
        self._probe_after_s = probe_after_s
        self._recoveries: dict[Part, asyncio.Task[None]] = {}
        self._failures: dict[Part, int] = {}

    def is_lost(self, part: Part) -> bool:
        """Whether it has failed and not answered since."""
        return part in self._recoveries

    async def until_back(self, part: Part) -> None:
        """Wait as long as it is lost."""
        if (recovery := self._recoveries.get(part)) is not None:
            await asyncio.wait({recovery})

    def failed(self, part: Part) -> None:
        """It gave up."""
        if part in self._recoveries:
            return
        is_news = not self._failures
        self._failures[part] = self._failures.get(part, 0) + 1
        log.error("vendor.lost", part=part.name.lower(), failures=self._failures[part])
        task = asyncio.get_running_loop().create_task(self._recover(part), name=f"recovery of {part.name}")
        task.add_done_callback(self._ended)
        self._recoveries[part] = task
        self._changed(part)
        if is_news:
            self._outage()

    def worked(self, part: Part) -> None:
        """It did real work: a failure that comes now is a new one."""
        if part not in self._recoveries:
            self._failures.pop(part, None)

    async def _recover(self, part: Part) -> None:
        attempt = self._failures[part]
        while True:
            await asyncio.sleep(self._probe_after_s[min(attempt, len(self._probe_after_s)) - 1])
            try:
                await self._probes[part]()
            except (APIError, TimeoutError) as error:
                log.info("vendor.still_lost", part=part.name.lower(), attempt=attempt, error=str(error))
                attempt += 1
            else:
                break
        log.info("vendor.back", part=part.name.lower())
        del self._recoveries[part]
        self._changed(part)

    async def aclose(self) -> None:
        """Stop probing."""
        for task in self._recoveries.values():
            task.cancel()
        await asyncio.gather(*self._recoveries.values(), return_exceptions=True)
