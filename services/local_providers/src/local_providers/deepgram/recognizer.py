"""A pool of recogniser processes. A stream stays with one process, which keeps its decoder."""

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar
from uuid import uuid4

from local_providers.deepgram import worker
from local_providers.deepgram.worker import HeardWord

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")
_R = TypeVar("_R")


class RecognizerDied(Exception):
    """The process that held a stream's decoder is gone; the stream is lost, a new one will work."""

    retryable = True


class Recognizer:
    """Starts the processes and gives out streams."""

    def __init__(self, processes: int, warm_decoders: int) -> None:
        self._warm_decoders = warm_decoders
        self._pools: list[ProcessPoolExecutor | None] = [None] * processes
        self._load = [0] * processes
        self.ready = False

    async def start(self) -> None:
        """Starts every process and waits until each has loaded its model."""
        for slot in range(len(self._pools)):
            self._pools[slot] = self._new_pool()
        await asyncio.gather(*(self.call(slot, worker.ping) for slot in range(len(self._pools))))
        self.ready = True

    async def stop(self) -> None:
        """Ends the processes."""
        self.ready = False
        for pool in self._pools:
            if pool is not None:
                await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    def stream(self) -> "RecognizerStream":
        """Opens a stream on the process with the fewest."""
        slot = self._load.index(min(self._load))
        self._load[slot] += 1
        return RecognizerStream(self, slot)

    def leave(self, slot: int) -> None:
        """Counts a stream of the process less."""
        self._load[slot] -= 1

    async def call(self, slot: int, function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Runs a function of `worker` in a process.

        Raises:
            RecognizerDied: The process ended; another has been put in its place.
        """
        pool = self._pools[slot]
        if pool is None:
            raise RuntimeError("Recognizer.start() has not run")
        try:
            return await asyncio.wrap_future(pool.submit(function, *args, **kwargs))
        except BrokenProcessPool as error:
            if self._pools[slot] is pool:
                _log.error("recogniser process ended, starting another", extra={"slot": slot})
                self._pools[slot] = self._new_pool()
            raise RecognizerDied(f"recogniser process {slot} ended; open a new stream") from error

    def _new_pool(self) -> ProcessPoolExecutor:
        # Spawned: a fork would copy the server's threads and sockets.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, context, initializer=worker.warm, initargs=(self._warm_decoders,))


class RecognizerStream:
    """One listener's place in a process. Calls must not overlap."""

    def __init__(self, recognizer: Recognizer, slot: int) -> None:
        self._recognizer = recognizer
        self._slot = slot
        self._id = uuid4().hex

    async def feed(self, pcm: bytes) -> str:
        """Adds 16 kHz PCM to the utterance, returns the words guessed so far."""
        return await self._recognizer.call(self._slot, worker.feed, self._id, pcm)

    async def finish(self, pcm: bytes = b"") -> list[HeardWord]:
        """Ends the utterance, returns its words."""
        return await self._recognizer.call(self._slot, worker.finish, self._id, pcm)

    async def close(self) -> None:
        """Gives the decoder back."""
        self._recognizer.leave(self._slot)
        try:
            await self._recognizer.call(self._slot, worker.drop, self._id)
        except RecognizerDied:
            _log.info("stream's process was gone already", extra={"slot": self._slot})
