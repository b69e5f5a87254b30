"""`/health` and `/admin/faults`: for tests and for `viva doctor`, not part of any vendor's protocol."""

from fastapi import APIRouter, Response

from local_providers.deepgram.recognizer import Recognizer
from local_providers.faults import Fault, FaultOrder, FaultRegistry, Target


def admin_router(registry: FaultRegistry, recognizer: Recognizer) -> APIRouter:
    """Builds the admin routes."""
    router = APIRouter()

    @router.get("/health")
    async def health(response: Response) -> dict[str, object]:
        if not recognizer.ready:
            response.status_code = 503
        return {"status": "ok" if recognizer.ready else "starting", "faults": len(registry.list())}

    @router.post("/admin/faults", status_code=201)
    async def add(order: FaultOrder) -> Fault:
        return registry.add(order)

    @router.get("/admin/faults")
    async def listing() -> list[Fault]:
        return registry.list()

    @router.delete("/admin/faults", status_code=204)
    async def clear(target: Target | None = None) -> None:
        registry.clear(target)

    return router
