"""Faults that are aimed: each brings out certain defects for sure, and does no harm where there are none.

An aim goes on until the interviews are over.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from random import Random

from faults.evidence import Json
from faults.process import Process
from faults.sabotage import Nothing, Sabotage
from faults.stack import Brain, Stack
from faults.surroundings import Surroundings

PAUSED_S = 1.5
"""Longer than a lease lives, and than it takes another worker to take over."""
NOTICED_S = 0.5
"""Within this a worker that wakes has found its lease gone."""
AT_ONCE_S = 0.0, 0.2
"""After this a killed worker is started again, to be there for the next blow."""
BREATH_S = 2.5
"""Between two blows."""


class Aims:
    """What can be done to a stack while a driver runs. Takes care that it stays whole."""

    def __init__(self, stack: Stack, driver: Process) -> None:
        self._stack = stack
        self._driver = driver
        self._sabotage = Sabotage(stack, Random(0), AT_ONCE_S)
        self._around = Surroundings(stack, Random(0), self._sabotage)
        self.plants = self._around.plants

    def join(self) -> None:
        """Wait until what was killed is up again."""
        self._sabotage.join()

    def nothing(self) -> None:
        """No fault at all, but what the driver does by itself."""

    def kill_mid_reply(self) -> None:
        """kill -9 of a worker when some of a reply is out."""
        for _, reply in self._replies(lambda reply: 4 <= reply["pieces"] <= 10):
            self._kill(reply["pid"])

    def kill_at_the_start(self) -> None:
        """kill -9 of a worker when it has just committed an utterance."""
        for _, reply in self._replies(lambda reply: reply["pieces"] == 0):
            self._kill(reply["pid"])

    def pause_mid_reply(self) -> None:
        """SIGSTOP of a worker in a reply, until another has taken over; then it goes on."""
        for _, reply in self._replies(lambda reply: 1 <= reply["pieces"] <= 4):
            self._pause(reply["pid"])

    def pause_then_kill_the_next(self) -> None:
        """The same; and when it has found its lease gone, kill -9 of the one that took over."""
        for interview_id, reply in self._replies(lambda reply: 1 <= reply["pieces"] <= 4):
            self._pause(reply["pid"])
            time.sleep(NOTICED_S)
            holder = self._under_way().get(interview_id)
            if holder and holder["turn"] == reply["turn"] and holder["pid"] != reply["pid"]:
                self._kill(holder["pid"])

    def cut_off_the_listener(self) -> None:
        """The candidates' connections cut, in the middle of a reply."""
        for _ in self._replies(lambda reply: reply["pieces"] == 4):
            self._stack.candidates.cut()
            time.sleep(PAUSED_S)
            self._stack.candidates.mend()

    def cut_off_the_speaker(self) -> None:
        """The candidates' connections cut as soon as a reply is out: what they say next finds no Redis."""
        going_on: Json = {}
        while self._driver.is_running():
            before, going_on = going_on, self._under_way()
            if before.keys() - going_on.keys():
                self._stack.candidates.cut()
                time.sleep(PAUSED_S)
                self._stack.candidates.mend()
                time.sleep(BREATH_S)
                going_on = {}
            time.sleep(0.01)

    def poison(self) -> None:
        """Garbage among the inputs."""
        for _ in self._replies(lambda _: True):
            self._around.garbage_in()

    def _replies(self, fits: Callable[[Json], bool]) -> Iterator[tuple[str, Json]]:
        while self._driver.is_running():
            found = [(name, reply) for name, reply in self._under_way().items() if fits(reply)]
            well = {brain.process.pid for brain in self._stack.workers if brain.is_well}
            if len(well) > 1 and found and found[0][1]["pid"] in well:
                yield found[0]
                time.sleep(BREATH_S)
            time.sleep(0.02)

    def _under_way(self) -> dict[str, Json]:
        try:
            return self._sabotage.under_way()
        except Nothing:
            return {}

    def _brain(self, pid: int) -> Brain:
        return next(brain for brain in self._stack.workers if brain.process.pid == pid)

    def _pause(self, pid: int) -> None:
        brain = self._brain(pid)
        brain.process.signal(signal.SIGSTOP)
        time.sleep(PAUSED_S)
        brain.process.signal(signal.SIGCONT)

    def _kill(self, pid: int) -> None:
        self._sabotage.kill(self._brain(pid))
