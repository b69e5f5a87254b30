"""Whether the process lives, and what it counts."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from viva_shared import metrics

router = APIRouter(tags=["system"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Liveness: this process answers."""
    return {"status": "ok"}


@router.get("/metrics", include_in_schema=False)
async def prometheus() -> Response:
    """For Prometheus."""
    content, content_type = metrics.exposition()
    return Response(content, media_type=content_type)
