"""What the front door can be told by its environment."""

from __future__ import annotations

from pydantic import Field
from viva_shared.settings import LiveKitSettings, ScenarioSettings


class TokensSettings(LiveKitSettings, ScenarioSettings):
    """Where to listen, beside how to reach LiveKit and Redis and which scenarios there are."""

    host: str = Field("127.0.0.1", alias="VIVA_TOKENS_HOST")
    port: int = Field(8080, alias="VIVA_TOKENS_PORT")
