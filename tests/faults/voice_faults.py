"""Faults of interviews by voice: one at a time, each at an interview that can bear it, until it is got over.

What is measured is then one fault's doing. Which comes when is shuffled by the seed; none is left out.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

from redis.exceptions import RedisError

from faults.evidence import Json
from faults.record import Record, read_record
from faults.sabotage import Nothing, Sabotage
from faults.stack import Brain
from faults.voice_stack import VoiceStack

BACK_S = 20.0
"""For so long a bot that comes back is waited for."""
REVIVED_AFTER_S = 3.0
"""A bot that ended is started again this long after the next one was heard."""
STOP_S = 25.0
TRUST_S = 6.0
"""After Redis was away, bots show themselves before the next one is killed."""
LATEST_S = 5.0
"""At most so long after an answer was begun: while it goes on, or the reply to it."""
CLOSING = 5
"""After so many answers an interview may end any moment."""


class VoiceInjector:
    """Call ``step`` until the interviews are over, then ``stop``."""

    def __init__(self, stack: VoiceStack, seed: int) -> None:
        self._stack = stack
        self._random = Random(f"voice injector:{seed}")
        self._sabotage = Sabotage(stack, Random(f"voice sabotage:{seed}"))
        self.log = stack.folder / "faults.jsonl"
        self._record = Record(self.log)
        self._deck: list[str] = []
        self._touched: dict[str, list[int]] = {}

    def kinds(self) -> dict[str, tuple[Callable[[str], Json], int]]:
        """The faults, each with its cards in the deck."""
        return {
            "kill -9 of a bot's job": (self.kill_job, 2),
            "kill -9 of a whole bot": (self.kill_bot, 1),
            "bot's job paused (SIGSTOP)": (self.pause_job, 2),
            "bot drained (SIGTERM)": (self.drain_bot, 1),
            "kill -9 of a worker mid-reply, by voice": (self.kill_worker, 1),
            "Redis paused, by voice": (self.pause_redis, 1),
            "Redis killed and started again, by voice": (self.restart_redis, 1),
            "text to speech fails": (self.mute, 1),
            "speech cut off": (self.cut_speech, 1),
        }

    @property
    def crashes(self) -> list[str]:
        """What ended by itself, or not as it should."""
        return self._sabotage.crashes

    def step(self) -> None:
        """Do the next fault, if there is an interview for it, and wait until it is got over."""
        self._watch()
        if (interview_id := self._ripe()) is None:
            return
        if not self._deck:
            self._deck = [kind for kind, (_, cards) in self.kinds().items() for _ in range(cards)]
            self._random.shuffle(self._deck)
        time.sleep(self._random.uniform(0.0, LATEST_S))
        kind = self._deck.pop()
        began = time.time()
        try:
            done = self.kinds()[kind][0](interview_id)
        except Nothing:
            self._deck.insert(0, kind)
            return
        self._record.write("fault", **{"kind": kind, "began": began, "ended": time.time(), **done})
        for other in done.get("rooms") or self._interviews():
            self._touched.setdefault(other, []).append(self._answers(other))

    def stop(self) -> None:
        """Undo what was done."""
        self._stack.mend()
        self._sabotage.join()

    def _watch(self) -> None:
        self._sabotage.watch()
        for bot in self._stack.bots:
            if not bot.process.is_running():
                self.crashes.append(f"{bot.process.name} ended by itself: see {bot.process.log}")
                bot.start_again()

    # -- where --

    def _lines(self, interview_id: str, what: str) -> list[Json]:
        record = self._stack.records / f"{interview_id}.jsonl"
        return [line for line in read_record(record) if line["what"] == what]

    def _answers(self, interview_id: str) -> int:
        return len(self._lines(interview_id, "said"))

    def _interviews(self) -> list[str]:
        """Those that go on."""
        records = sorted(self._stack.records.glob("*.jsonl"))
        return [
            path.stem for path in records if read_record(path)[-1:] and not self._lines(path.stem, "spans")
        ]

    def _ripe(self) -> str | None:
        """An interview that goes on, with an answer since its last fault; the one that has had fewest."""
        ripe = []
        for interview_id in self._interviews():
            had, answers = self._touched.get(interview_id, []), self._answers(interview_id)
            if answers > (had[-1] if had else 0) and answers < CLOSING:
                ripe.append((len(had), interview_id))
        return min(ripe)[1] if ripe else None

    def _jobs(self) -> dict[str, int]:
        """The process of each interview's bot."""
        found = {}
        for interview_id in self._interviews():
            with suppress(RedisError):
                holder = self._stack.redis.get(self._stack.key(interview_id, "bot")) or b""
                if process := re.search(r":([0-9]+)/", holder.decode()):
                    found[interview_id] = int(process.group(1))
        return found

    def _job(self, interview_id: str) -> int:
        jobs = self._jobs()
        if interview_id not in jobs:
            raise Nothing
        return jobs[interview_id]

    def _bot(self, interview_id: str) -> tuple[Brain, list[str]]:
        """The whole bot that has this interview, and all that it has."""
        bot = self._stack.bot_of(self._job(interview_id))
        if bot is None:
            raise Nothing
        rooms = [other for other, job in self._jobs().items() if self._stack.bot_of(job) is bot]
        return bot, rooms

    # -- bots --

    def _lost(self, rooms: list[str], at: float) -> Json:
        """Wait until each of these rooms has heard another bot."""
        old = {room: {s["track"] for s in self._lines(room, "sounds") if s["at"] < at} for room in rooms}
        waiting = set(rooms)
        while waiting and time.time() < at + BACK_S:
            for room in list(waiting):
                is_back = any(s["track"] not in old[room] for s in self._lines(room, "sounds"))
                if is_back or room not in self._interviews():
                    waiting.discard(room)
            time.sleep(0.1)
        return {"at": at, "rooms": rooms}

    def kill_job(self, interview_id: str) -> Json:
        """kill -9 of the process that has the room."""
        job, at = self._job(interview_id), time.time()
        os.kill(job, signal.SIGKILL)
        return self._lost([interview_id], at)

    def pause_job(self, interview_id: str) -> Json:
        """SIGSTOP of that process until the next bot was heard, then SIGCONT."""
        job, at = self._job(interview_id), time.time()
        os.kill(job, signal.SIGSTOP)
        try:
            return self._lost([interview_id], at)
        finally:
            with suppress(ProcessLookupError):  # its server may have given it up
                os.kill(job, signal.SIGCONT)

    def kill_bot(self, interview_id: str) -> Json:
        """kill -9 of a whole bot, with all that it has; it is started again."""
        bot, rooms = self._bot(interview_id)
        at = time.time()
        os.killpg(bot.process.pid, signal.SIGKILL)
        return self._replaced(bot, rooms, at)

    def drain_bot(self, interview_id: str) -> Json:
        """SIGTERM of a bot; it is started again."""
        bot, rooms = self._bot(interview_id)
        at = time.time()
        bot.process.signal(signal.SIGTERM)
        return self._replaced(bot, rooms, at)

    def _replaced(self, bot: Brain, rooms: list[str], at: float) -> Json:
        done = self._lost(rooms, at)
        bot.process.wait(STOP_S)
        time.sleep(REVIVED_AFTER_S)
        bot.start_again()
        return {**done, "process": bot.process.name}

    # -- what is around them --

    def kill_worker(self, interview_id: str) -> Json:
        """kill -9 of a worker that gives a reply."""
        give_up = time.monotonic() + BACK_S
        while time.monotonic() < give_up:
            with suppress(Nothing):
                return self._sabotage.kill_mid_reply()
            time.sleep(0.03)
        raise Nothing

    def pause_redis(self, interview_id: str) -> Json:
        """SIGSTOP of Redis for so long that candidates are asked to wait."""
        process = self._stack.ground.redis.process
        began, seconds = time.time(), self._random.uniform(4.0, 8.0)
        process.signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.signal(signal.SIGCONT)
        return self._settled(began)

    def restart_redis(self, interview_id: str) -> Json:
        """kill -9 of Redis, and a start on its append-only file."""
        began = time.time()
        self._sabotage.kill_redis()
        return self._settled(began)

    def mute(self, interview_id: str) -> Json:
        """Text to speech is refused for some seconds."""
        model, began = self._stack.ground.model, time.time()
        order = {"target": "speak", "status": 503, "times": None}
        model.post("/admin/faults", json=order).raise_for_status()
        time.sleep(self._random.uniform(4.0, 8.0))
        model.delete("/admin/faults").raise_for_status()
        return self._settled(began)

    def cut_speech(self, interview_id: str) -> Json:
        """No speech to text and no text to speech for some seconds."""
        began = time.time()
        self._stack.speech.cut()
        time.sleep(self._random.uniform(3.0, 6.0))
        self._stack.speech.mend()
        return self._settled(began) | {"ears": True}

    def _settled(self, began: float) -> Json:
        ended = time.time()
        time.sleep(TRUST_S)
        return {"began": began, "ended": ended}
