"""What every test may use: a real Redis and a real LiveKit server, started once and stopped at the end."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):  # the same cases for the same code: chance finds defects on people's machines
    settings.load_profile("ci")

pytest_plugins = [
    "fixtures.redis_server",
    "fixtures.postgres",
    "fixtures.livekit_server",
    "fixtures.node",
    "fixtures.toxiproxy",
    "fixtures.stack",
]

SPOKEN = (
    *("tests/e2e", "tests/contract/local_providers", "tests/integration/test_candidate_room.py"),
    "tests/web",
)
"""Real speech: these wait more than they work, so that the others can run beside them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Two halves for two processes (`make test`): neither has two interviews by voice at a time."""
    for item in items:
        path = item.path.relative_to(config.rootpath).as_posix()
        item.add_marker(pytest.mark.xdist_group("spoken" if path.startswith(SPOKEN) else "others"))


@pytest.fixture(scope="session", autouse=True)
def _an_archive_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Processes that are told of no database must not take this machine's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"sqlite:///{tmp_path_factory.mktemp('archive')}/viva.db")
        yield
