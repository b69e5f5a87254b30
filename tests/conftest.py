"""What every test may use: a real Redis and a real LiveKit server, started once and stopped at the end."""

pytest_plugins = ["fixtures.redis_server", "fixtures.livekit_server", "fixtures.stack"]
