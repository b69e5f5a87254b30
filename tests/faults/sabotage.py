"""Faults of processes: kills, pauses and stops of workers, jobs and Redis. What ended is started again."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from random import Random

from redis.exceptions import RedisError

from faults.evidence import Json
from faults.stack import Brain, Stack

SPARE = 2
"""Workers that are left alone at any time: what is measured is not how long a process takes to start."""
MOST_KILLS_OF_A_REPLY = 2
REVIVED_AFTER_S = 1.5, 3.0
"""What ended is started again after this, as by Kubernetes: its start does not slow down who takes over."""
STOP_S = 15.0
"""A worker that is told to stop has ended within this."""


class Nothing(Exception):
    """There is nothing just now that this fault could be done to."""


class Sabotage:
    """Each fault is a method that returns what it was done to; raises Nothing."""

    def __init__(
        self, stack: Stack, random: Random, revived_after_s: tuple[float, float] = REVIVED_AFTER_S
    ) -> None:
        self._stack = stack
        self._revived_after_s = revived_after_s
        self._random = random
        self._lock = threading.Lock()
        self._revivals: list[threading.Thread] = []
        self._failures: list[BaseException] = []
        self._killed_in: dict[str, int] = {}
        self.crashes: list[str] = []
        """Brain processes that ended though nobody had told them to, or not as they should."""

    def watch(self) -> None:
        """Look for processes that ended by themselves; they are started again, too."""
        for brain in (*self._stack.workers, *self._stack.jobs):
            with self._lock:
                crashed = brain.is_well and not brain.process.is_running()
                brain.is_well = brain.is_well and not crashed
            if crashed:
                self.crashes.append(f"{brain.process.name} ended by itself: see {brain.process.log}")
                self._revive(brain)

    def join(self) -> None:
        """Wait until all that has ended is up again."""
        self.watch()
        for revival in self._revivals:
            revival.join()
        if self._failures:
            raise self._failures[0]

    # -- whom --

    def _take(self, brains: Sequence[Brain], spare: int) -> Brain:
        """One that is well, and now is not, while so many others are."""
        with self._lock:
            well = [brain for brain in brains if brain.is_well]
            if len(well) <= spare:
                raise Nothing
            brain = self._random.choice(well)
            brain.is_well = False
            return brain

    @contextmanager
    def _borrowed(self, brains: Sequence[Brain], spare: int) -> Iterator[Brain]:
        brain = self._take(brains, spare)
        try:
            yield brain
        finally:
            brain.is_well = True

    def borrowed_worker(self) -> AbstractContextManager[Brain]:
        """A worker to which nothing is done meanwhile."""
        return self._borrowed(self._stack.workers, 0)

    def under_way(self) -> dict[str, Json]:
        """Replies that are being given, by interview: turn, holder's pid, pieces out."""
        redis = self._stack.redis
        try:
            leases = list(redis.scan_iter(f"{self._stack.prefix}:*:lease"))
            pipe = redis.pipeline(transaction=False)
            for lease in leases:
                pipe.get(lease).xrevrange(lease.removesuffix(b"lease") + b"out", count=1)
            answers = pipe.execute()
        except RedisError as error:
            raise Nothing from error
        found = {}
        for lease, token, last in zip(leases, answers[::2], answers[1::2], strict=True):
            reply = last_reply(last)
            if token and reply:
                interview_id = lease.decode().partition("{")[2].partition("}")[0]
                pid = int(token.decode().rpartition("|")[0].split("-")[-2])
                found[interview_id] = {**reply, "pid": pid}
        return found

    # -- workers --

    def kill_mid_reply(self) -> Json:
        """kill -9 of a worker that is giving a reply."""
        replies = self.under_way()
        targets = [
            (interview_id, reply)
            for interview_id, reply in replies.items()
            if reply["pieces"]
            and self._killed_in.get(f"{interview_id} {reply['turn']}", 0) < MOST_KILLS_OF_A_REPLY
        ]
        self._random.shuffle(targets)
        for _, reply in targets:
            victims = [brain for brain in self._stack.workers if brain.process.pid == reply["pid"]]
            others = sum(brain.is_well for brain in self._stack.workers if brain not in victims)
            if victims and others >= SPARE:
                return self._kill(self._take(victims, 0), replies)
        raise Nothing

    def kill_worker(self) -> Json:
        """kill -9 of any worker."""
        return self._kill(self._take(self._stack.workers, SPARE), self.under_way())

    def kill_jobs(self) -> Json:
        """kill -9 of a job worker."""
        brain = self._take(self._stack.jobs, 1)
        self.kill(brain)
        return {"process": brain.process.name}

    def kill(self, brain: Brain) -> None:
        """kill -9 of this one; it is started again."""
        brain.is_well = False
        brain.process.signal(signal.SIGKILL)
        self._revive(brain)

    def _kill(self, brain: Brain, replies: dict[str, Json]) -> Json:
        pid, at = brain.process.pid, time.time()
        self.kill(brain)
        turns = {i: reply["turn"] for i, reply in replies.items() if reply["pid"] == pid}
        for interview_id, turn in turns.items():
            name = f"{interview_id} {turn}"
            self._killed_in[name] = self._killed_in.get(name, 0) + 1
        return {"process": brain.process.name, "pid": pid, "at": at, "turns": turns}

    def pause_worker(self) -> Json:
        """SIGSTOP of a worker for longer than a lease lives, then SIGCONT."""
        with self._borrowed(self._stack.workers, SPARE) as brain:
            brain.process.signal(signal.SIGSTOP)
            time.sleep(self._random.uniform(1.2, 3.0))
            brain.process.signal(signal.SIGCONT)
            return {"process": brain.process.name}

    def stop_worker(self) -> Json:
        """SIGTERM: it drains, and ends by itself."""
        brain = self._take(self._stack.workers, SPARE)
        brain.process.signal(signal.SIGTERM)
        try:
            if code := brain.process.wait(STOP_S):
                self.crashes.append(f"{brain.process.name} ended with {code} on SIGTERM")
        except subprocess.TimeoutExpired:
            self.crashes.append(f"{brain.process.name} did not end within {STOP_S} s of SIGTERM")
            brain.process.signal(signal.SIGKILL)
        self._revive(brain)
        return {"process": brain.process.name}

    def _revive(self, brain: Brain) -> None:
        """Start it again after a moment, as Kubernetes would."""
        delay = self._random.uniform(*self._revived_after_s)

        def revive() -> None:
            try:
                brain.process.wait(STOP_S)
                time.sleep(delay)
                brain.start_again()
                brain.is_well = True
            except BaseException as error:  # noqa: BLE001  raised again by join
                self._failures.append(error)

        thread = threading.Thread(target=revive, name=f"revive {brain.process.name}")
        self._revivals.append(thread)
        thread.start()

    # -- Redis --

    def pause_redis(self) -> Json:
        """SIGSTOP of Redis for some seconds: nobody gets an answer."""
        seconds = self._random.uniform(0.5, 5.0)
        self._stack.ground.redis.process.signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._stack.ground.redis.process.signal(signal.SIGCONT)
        return {"seconds": seconds}

    def kill_redis(self) -> Json:
        """kill -9 of Redis, and a start on its append-only file."""
        return self._restart_redis(signal.SIGKILL)

    def stop_redis(self) -> Json:
        """SIGTERM of Redis, and a start on its append-only file."""
        return self._restart_redis(signal.SIGTERM)

    def _restart_redis(self, how: signal.Signals) -> Json:
        redis = self._stack.ground.redis
        redis.process.signal(how)
        redis.process.wait(STOP_S)
        time.sleep(self._random.uniform(0.2, 2.0))
        redis.start()
        return {}


def last_reply(last: list[tuple[bytes, dict[bytes, bytes]]]) -> Json | None:
    """Which reply is under way, by the last of an interview's outputs; None if none is."""
    for _, fields in last:
        try:
            event = json.loads(fields[b"event"])
            kind, data = event["type"], event["data"]
        except (KeyError, TypeError, ValueError):
            return None
        if kind == "reply.chunk":
            return {"turn": data["turn_id"], "pieces": data["seq"] + 1}
        if kind == "reply.started":
            return {"turn": data["turn_id"], "pieces": 0}
    return None
