"""Names of Redis keys. The interview's id is the Cluster hash tag: one interview's keys share a node."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys under one prefix (``viva``; tests take their own)."""

    prefix: str = "viva"

    def _of(self, interview_id: str, what: str) -> str:
        return f"{self.prefix}:{{{interview_id}}}:{what}"

    def inputs(self, interview_id: str) -> str:
        return self._of(interview_id, "in")

    def outputs(self, interview_id: str) -> str:
        return self._of(interview_id, "out")

    def state(self, interview_id: str) -> str:
        return self._of(interview_id, "state")

    def seen(self, interview_id: str) -> str:
        return self._of(interview_id, "seen")

    def lease(self, interview_id: str) -> str:
        return self._of(interview_id, "lease")

    def bot(self, interview_id: str) -> str:
        return self._of(interview_id, "bot")

    def bot_epoch(self, interview_id: str) -> str:
        return self._of(interview_id, "bot_epoch")

    def dispatched(self, interview_id: str) -> str:
        return self._of(interview_id, "dispatched")

    def dead(self, interview_id: str | None) -> str:
        return f"{self.prefix}:dead" if interview_id is None else self._of(interview_id, "dead")

    def buried(self, interview_id: str | None) -> str:
        """Beside ``dead``, on its node: without an interview, that key's whole name is the hash tag."""
        return self._of(self.dead(None) if interview_id is None else interview_id, "buried")

    def report(self, interview_id: str) -> str:
        return self._of(interview_id, "report")

    def calls(self, interview_id: str) -> str:
        return self._of(interview_id, "calls")

    def every(self, interview_id: str) -> tuple[str, ...]:
        """All keys of an interview, its state first: what is not among them is not deleted with it."""
        kinds = (self.state, self.lease, self.inputs, self.outputs, self.seen, self.bot_epoch, self.dead)
        more = (self.buried, self.report, self.bot, self.dispatched, self.calls)
        return tuple(key(interview_id) for key in (*kinds, *more))

    @property
    def open(self) -> str:
        return f"{self.prefix}:open"

    @property
    def settled(self) -> str:
        return f"{self.prefix}:settled"

    @property
    def bots(self) -> str:
        return f"{self.prefix}:bots"

    @property
    def ready(self) -> str:
        return f"{self.prefix}:ready"

    @property
    def limits(self) -> str:
        """What the keys of rate limits begin with."""
        return f"{self.prefix}:limits"

    @property
    def sessions(self) -> str:
        """What the keys of recruiters' sign-in sessions begin with."""
        return f"{self.prefix}:sessions"

    def worker(self, name: str) -> str:
        return f"{self.prefix}:worker:{name}"
