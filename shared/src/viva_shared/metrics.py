"""What Viva counts, for Prometheus. docs/operations.md explains each metric and what to watch.

One registry a process, as the client has it: a metric stands here, and the code that knows counts it.
Every label has few values, whatever comes in.
"""

from __future__ import annotations

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest, start_http_server

log = structlog.get_logger(__name__)

DEAD_LETTERS = Counter(
    "viva_dead_letters", "Stream entries that could not be read or applied.", ["stream", "kind"]
)
INPUTS_APPLIED = Counter("viva_inputs_applied", "Inputs that the stage machine has applied.", ["type"])
TAKE_OVERS = Counter("viva_take_overs", "Interviews taken with effects open that another tenure had begun.")
LEASES_LOST = Counter("viva_leases_lost", "Leases that passed to another while they were being served.")
REDIS_OUTAGES = Counter("viva_redis_outages", "Times that a call found Redis away, and waited for it.")
MODEL_FAILURES = Counter(
    "viva_model_failures", "Requests to the model that failed, tries included.", ["kind"]
)
REPLIES = Counter(
    "viva_replies", "Replies by whose words ended them: the model's, or the scenario's own.", ["source"]
)
ARCHIVED = Counter("viva_interviews_archived", "Interviews that have left Redis for the archive.")
ARCHIVE_OUTAGES = Counter(
    "viva_archive_outages", "Times that a job found the archive's database away, and was put off."
)
ARCHIVE_FAILURES = Counter(
    "viva_archive_failures", "Times that an interview could not be archived or erased, for a defect."
)


def serve(host: str, port: int) -> None:
    """Serve ``/metrics`` from a thread of its own; port 0 serves nothing.

    A port that is taken is an error in the log and nothing more: interviews do not wait for their figures.
    """
    if not port:
        return
    try:
        start_http_server(port, host)
    except OSError as error:
        log.error("metrics.not_served", host=host, port=port, error=str(error))
    else:
        log.info("metrics.served", url=f"http://{host}:{port}/metrics")


def exposition() -> tuple[bytes, str]:
    """All metrics of this process in Prometheus' text format, and its content type."""
    return generate_latest(), CONTENT_TYPE_LATEST
