"""Metrics, as Prometheus finds them: each process serves its own, and each metric is documented."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
import viva_shared.metrics  # noqa: F401 - registers them
from fixtures.processes import free_port, wait_for
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.integration

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
OURS = {family.name for family in REGISTRY.collect() if family.name.startswith("viva_")}


def scraped(url: str) -> set[str]:
    """Names of our metrics at a URL; empty while nobody answers."""
    try:
        with urlopen(url, timeout=2) as answer:
            families = text_string_to_metric_families(answer.read().decode())
            return {family.name for family in families if family.name.startswith("viva_")}
    except OSError:
        return set()


@contextmanager
def running(log: Path, *module: str, **environment: object) -> Iterator[subprocess.Popen[bytes]]:
    env = os.environ | {name: str(value) for name, value in environment.items()}
    with (
        log.open("wb") as out,
        subprocess.Popen([sys.executable, "-m", *module], stdout=out, stderr=out, env=env) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def test_every_metric_is_documented() -> None:
    assert len(OURS) >= 7
    assert {name for name in OURS if f"| `{name}_total` |" not in OPERATIONS} == set()


def test_a_brain_process_serves_its_metrics_and_works_without_them(redis_url: str, tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "REDIS_URL": redis_url,
        "VIVA_KEY_PREFIX": f"viva-test-{tmp_path.name}",
        "VIVA_METRICS_PORT": port,
        "VIVA_LLM_PROVIDER": "local",
    }
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with running(first, "brain", "worker", **environment):
        wait_for(lambda: scraped(f"http://127.0.0.1:{port}/metrics") >= OURS, "the metrics", 30)
        with running(second, "brain", "worker", **environment):
            wait_for(lambda: "worker.ready" in second.read_text(), "a worker without a port", 30)
        assert "metrics.not_served" in second.read_text()


@pytest.mark.e2e
def test_a_bot_serves_the_metrics_of_its_rooms(redis_url: str, tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "REDIS_URL": redis_url,
        "LIVEKIT_URL": f"ws://127.0.0.1:{free_port()}",
        "VIVA_BOT_PORT": free_port(),
        "VIVA_BOT_METRICS_PORT": port,
        "TMPDIR": tmp_path,
    }
    with running(tmp_path / "log", "media_bot", **environment):
        wait_for(
            lambda: "viva_redis_outages" in scraped(f"http://127.0.0.1:{port}/metrics"),
            "the metrics of a room's process",
            60,
        )
    assert list(tmp_path.glob("viva-bot-metrics-*")) == []
