"""Settings of the brain's processes."""

from __future__ import annotations

from pydantic import Field
from viva_shared.settings import ArchiveSettings, LiveKitSettings, ProviderSettings


class BrainSettings(ProviderSettings, LiveKitSettings, ArchiveSettings):
    """One worker, or the jobs."""

    jobs_redis_url: str = Field("", alias="JOBS_REDIS_URL")
    """Where arq keeps its jobs: one node or Sentinel, never a Cluster. Empty: REDIS_URL."""
    model: str = Field("gemini-flash-lite-latest", alias="VIVA_MODEL")
    lease_ttl_s: float = Field(0.75, alias="VIVA_LEASE_TTL_S", gt=0.1)
    """How long a dead worker's interviews wait for another: at most this and a heartbeat."""
    heartbeat_s: float = Field(0.15, alias="VIVA_HEARTBEAT_S", gt=0)
    """Between two signs of life. A worker that shows none for the length of a lease has lost it."""
    drain_s: float = Field(5.0, alias="VIVA_DRAIN_S", ge=0)
    """After SIGTERM: how long replies under way may go on before they are left to another worker."""
    max_interviews: int = Field(50, alias="VIVA_MAX_INTERVIEWS", ge=1)
    """Interviews that one worker serves at a time; further ones wait for another worker."""
    max_tries: int = Field(5, alias="VIVA_MAX_TRIES", ge=1)
    """How often an input or effect is begun before it counts as poison."""
    first_chunk_s: float = Field(1.3, alias="VIVA_MODEL_FIRST_CHUNK_S", gt=0)
    """Seconds to the model's first words, retries included, before the scenario's own words are said."""
    stall_s: float = Field(3.0, alias="VIVA_MODEL_STALL_S", gt=0)
    """Seconds without a further word before a reply under way counts as cut."""
    extract_s: float = Field(15.0, alias="VIVA_MODEL_EXTRACT_S", gt=0)
    """Seconds for what is found beside the conversation: missing facts, and the score of an answer."""
    questions_s: float = Field(8.0, alias="VIVA_MODEL_QUESTIONS_S", gt=0)
    """Seconds to make the questions of a set, before the scenario's own are asked: a start waits for them."""
    settled_s: float = Field(600.0, alias="VIVA_SETTLED_S", ge=0)
    """After the last input of an interview that is over: whoever was in the room has gone."""
    metrics_host: str = Field("127.0.0.1", alias="VIVA_METRICS_HOST")
    metrics_port: int = Field(0, alias="VIVA_METRICS_PORT", ge=0, le=65535)
    """Where this process serves its metrics to Prometheus; 0: nowhere. Each on a host needs its own."""

    @property
    def model_name(self) -> str:
        """What the report names: the vendor's model, or the local provider's rule-based interviewer."""
        return "viva-local-interviewer" if self.llm_provider == "local" else self.model

    @property
    def jobs_url(self) -> str:
        """Where arq's queues are."""
        return self.jobs_redis_url or self.redis_url
