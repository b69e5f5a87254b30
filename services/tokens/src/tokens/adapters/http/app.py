"""The application: its routes and how they refuse."""

from __future__ import annotations

from fastapi import FastAPI

from tokens.adapters.http import connections, livekit, rooms, system
from tokens.adapters.http.problems import handle_problems
from tokens.adapters.http.services import Services

ROUTERS = (system.router, livekit.router, connections.router, rooms.router)


def build_app(services: Services) -> FastAPI:
    """The application on the given use cases; it opens and closes nothing."""
    app = FastAPI(title="Viva front door", version="0.1.0")
    app.state.services = services
    handle_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
