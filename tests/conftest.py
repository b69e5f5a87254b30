"""What every test may use: a real Redis and a real LiveKit server, started once and stopped at the end."""

import os

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
