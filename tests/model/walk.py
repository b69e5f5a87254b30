"""Visits every state that a model's steps lead to, breadth first: the shortest way to what is wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a search found: nothing wrong, or the shortest way to it."""

    states: int
    wrong: str = ""
    trace: tuple[str, ...] = ()


class Walk(Generic[S]):
    """What a model says of itself, and the walk through it."""

    def start(self) -> S:
        raise NotImplementedError

    def steps(self, s: S) -> Iterator[tuple[str, S]]:
        """Every step that can come next, by name."""
        raise NotImplementedError

    def unsafe(self, s: S) -> str:
        """What is wrong in this state; empty if nothing is."""
        raise NotImplementedError

    def is_at_rest(self, s: S) -> bool:
        raise NotImplementedError

    def stuck(self, s: S) -> str:
        """What is wrong with a state from which it does not come to rest."""
        return f"stuck at {s}"

    def budget(self, s: S) -> tuple[int, ...]:
        """The faults that are left: nothing may have to go wrong to come to rest."""
        raise NotImplementedError

    def is_endless(self, s: S) -> bool:
        """Whether only a mutant comes here."""
        return False

    def same(self, s: S) -> S:
        """One state for all that differ in names only."""
        return s

    def run(self) -> Verdict:
        start = self.same(self.start())
        came: dict[S, S | None] = {start: None}
        before: dict[S, list[S]] = {}
        queue = deque([start])
        while queue:
            s = queue.popleft()
            if wrong := self.unsafe(s):
                return Verdict(len(came), wrong, self._trace(came, s))
            for _, t in self.steps(s):
                if self.is_endless(t):
                    continue
                t = self.same(t)
                if self.budget(t) == self.budget(s):
                    before.setdefault(t, []).append(s)
                if t not in came:
                    came[t] = s
                    queue.append(t)
        live = self._live(came, before)
        for s in came:  # breadth first: the first is the shortest
            if s not in live:
                return Verdict(len(came), self.stuck(s), self._trace(came, s))
        return Verdict(len(came))

    def _live(self, came: dict[S, S | None], before: dict[S, list[S]]) -> set[S]:
        """From where it can come to rest without a further fault."""
        live = {s for s in came if self.is_at_rest(s)}
        queue = deque(live)
        while queue:
            for s in before.get(queue.popleft(), ()):
                if s not in live:
                    live.add(s)
                    queue.append(s)
        return live

    def _trace(self, came: dict[S, S | None], s: S) -> tuple[str, ...]:
        """The names of the steps that lead there, in the terms of the beginning."""
        way = [s]
        while (s_before := came[way[-1]]) is not None:
            way.append(s_before)
        names, now = [], self.start()
        for then in reversed(way[:-1]):
            alike = ((name, t) for name, t in self.steps(now) if self.same(t) == then)
            name, now = next(alike, ("(the same, by other names)", then))
            names.append(name)
        return tuple(names)
