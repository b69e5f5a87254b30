"""A vendor that fails is probed until it answers; one outage is one outage, however it flaps."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from livekit.agents import APIConnectionError
from media_bot.adapters.vendors import Part, Vendors

pytestmark = pytest.mark.unit


@dataclass
class Trial:
    """Vendors whose probes answer as the test says, and what they tell."""

    answers: deque[Exception | None] = field(default_factory=deque)
    changes: list[tuple[Part, bool]] = field(default_factory=list)
    outages: int = 0
    ended: list[BaseException | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        probes = {Part.EARS: self._probe, Part.VOICE: self._probe}
        self.vendors = Vendors(probes, self._changed, self._outage, self._task_ended, probe_after_s=(0, 0))

    async def _probe(self) -> None:
        if (answer := self.answers.popleft()) is not None:
            raise answer

    def _changed(self, part: Part) -> None:
        self.changes.append((part, self.vendors.is_lost(part)))

    def _outage(self) -> None:
        self.outages += 1

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self.ended.append(None if task.cancelled() else task.exception())


async def test_it_is_lost_until_a_probe_succeeds() -> None:
    trial = Trial(deque([APIConnectionError("away"), TimeoutError(), None]))
    await trial.vendors.until_back(Part.VOICE)
    trial.vendors.failed(Part.VOICE)
    trial.vendors.failed(Part.VOICE)
    assert trial.changes == [(Part.VOICE, True)]
    assert not trial.vendors.is_lost(Part.EARS)
    await asyncio.wait_for(trial.vendors.until_back(Part.VOICE), 1)
    assert trial.changes == [(Part.VOICE, True), (Part.VOICE, False)]
    assert not trial.answers
    assert trial.ended == [None]


async def test_it_is_one_outage_until_all_that_failed_has_worked() -> None:
    trial = Trial(deque([None] * 9))
    for part in (Part.VOICE, Part.EARS, Part.VOICE):
        trial.vendors.failed(part)
        await asyncio.wait_for(trial.vendors.until_back(part), 1)
    trial.vendors.worked(Part.VOICE)
    trial.vendors.failed(Part.VOICE)
    assert trial.outages == 1, "the ears have not heard anything yet"
    trial.vendors.worked(Part.VOICE)
    assert trial.vendors.is_lost(Part.VOICE), "it is the probe that tells"
    await asyncio.wait_for(trial.vendors.until_back(Part.VOICE), 1)
    trial.vendors.worked(Part.VOICE)
    trial.vendors.worked(Part.EARS)
    trial.vendors.failed(Part.EARS)
    assert trial.outages == 2
    await trial.vendors.aclose()


async def test_a_probe_that_breaks_is_told_to_who_asked_for_it() -> None:
    trial = Trial(deque([RuntimeError("a defect")]))
    trial.vendors.failed(Part.EARS)
    with suppress(RuntimeError):
        await asyncio.wait_for(trial.vendors.until_back(Part.EARS), 1)
    assert [str(error) for error in trial.ended] == ["a defect"]


async def test_closing_stops_the_probes() -> None:
    trial = Trial(deque([TimeoutError()] * 10_000))
    trial.vendors.failed(Part.EARS)
    await trial.vendors.aclose()
    assert trial.ended == [None]
    assert trial.vendors.is_lost(Part.EARS)
