"""What a worker counts for Prometheus."""

from __future__ import annotations

import pytest
from brain.application.ports import ModelError
from brain.application.speaking import Budget
from fakes.model import SILENCE, ScriptedModel
from fakes.queue import RecordingQueue
from fixtures.brains import TextRoom, build_worker, eventually, working
from prometheus_client import REGISTRY
from viva_shared.broker import Mailboxes, until_available

pytestmark = pytest.mark.integration


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"viva_{name}_total", labels) or 0.0


async def test_a_failure_of_the_model_and_whose_words_stood_in(mailboxes: Mailboxes) -> None:
    names = [("model_failures", {"kind": "quota"}), ("replies", {"source": "scenario"})]
    before = [metric(name, **labels) for name, labels in names]
    by_the_model = metric("replies", source="model")
    room = TextRoom(mailboxes)
    model = ScriptedModel(["Hello."], [ModelError("429", retryable=False, kind="quota")])
    async with working(build_worker(mailboxes, model, RecordingQueue())):
        await room.open()
        await room.hear()
        await room.say("hello")
        await room.hear()
    assert [metric(name, **labels) for name, labels in names] == [count + 1 for count in before]
    assert metric("replies", source="model") == by_the_model + 1


async def test_a_silent_model(mailboxes: Mailboxes) -> None:
    before = metric("model_failures", kind="silent")
    room = TextRoom(mailboxes)
    model = ScriptedModel([SILENCE])
    async with working(build_worker(mailboxes, model, RecordingQueue(), budget=Budget(0.1, 0.1))):
        await room.open()
        await room.hear()
    assert metric("model_failures", kind="silent") == before + 1


async def test_a_lost_lease_and_the_take_over(mailboxes: Mailboxes) -> None:
    lost, taken = metric("leases_lost"), metric("take_overs")
    room = TextRoom(mailboxes)
    worker = build_worker(mailboxes, ScriptedModel([SILENCE]), RecordingQueue(), budget=Budget(60, 60))
    async with working(worker):
        await room.open()
        await room.wait_for(lambda out: (out and out[-1].type == "reply.chunk") or None, "the greeting")
        assert (metric("leases_lost"), metric("take_overs")) == (lost, taken)
        await mailboxes.redis.set(mailboxes.keys.lease(room.interview_id), "another|99", px=100)

        async def counted() -> tuple[float, float]:
            return metric("leases_lost"), metric("take_overs")

        await eventually(counted, lambda got: got == (lost + 1, taken + 1))


async def test_an_outage_counts_once_however_long_it_is() -> None:
    before, tries = metric("redis_outages"), 0

    async def call() -> int:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise ConnectionError("away")
        return tries

    assert await until_available("test", call) == 4
    assert metric("redis_outages") == before + 1
