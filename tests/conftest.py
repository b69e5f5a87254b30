"""What every test may use: a real Redis and a real LiveKit server, started once and stopped at the end."""

import os

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):  # the same cases for the same code: chance finds defects on people's machines
    settings.load_profile("ci")

pytest_plugins = [
    "fixtures.redis_server",
    "fixtures.postgres",
    "fixtures.livekit_server",
    "fixtures.toxiproxy",
    "fixtures.stack",
]

SPOKEN = ("tests/e2e", "tests/contract/local_providers", "tests/integration/test_candidate_room.py")
"""Real speech: these wait more than they work, so that the others can run beside them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Two halves for two processes (`make test`): neither has two interviews by voice at a time."""
    for item in items:
        path = item.path.relative_to(config.rootpath).as_posix()
        item.add_marker(pytest.mark.xdist_group("spoken" if path.startswith(SPOKEN) else "others"))
