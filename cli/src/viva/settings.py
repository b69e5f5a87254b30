"""What the viva command can be told by its environment."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field
from viva_shared.settings import ArchiveSettings, LiveKitSettings, Port, ProviderSettings, ScenarioSettings

NO_PAGE = "none"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class CliSettings(LiveKitSettings, ProviderSettings, ScenarioSettings, ArchiveSettings):
    """Ports of the local stack and how long a rehearsal may take, beside what the services read.

    Redis and the local providers are started unless their URL is set at all, LiveKit unless its URL is not on
    loopback.
    """

    redis_port: Port = Field(6390, alias="VIVA_REDIS_PORT")
    tokens_port: Port = Field(8080, alias="VIVA_TOKENS_PORT")
    local_port: Port = Field(8790, alias="VIVA_LOCAL_PORT")
    web_port: Port = Field(3000, alias="VIVA_WEB_PORT")
    web_dir: Path = Field(Path("services/web/dist"), alias="VIVA_WEB_DIR")
    """Of the built page; ``none``: it is served by somebody else."""
    bot_port: Port = Field(8081, alias="VIVA_BOT_PORT")
    rehearsal_timeout_s: float = Field(900.0, alias="VIVA_REHEARSAL_TIMEOUT_S", gt=0)

    @property
    def own_redis(self) -> bool:
        """Whether the stack brings its own Redis."""
        return "redis_url" not in self.model_fields_set

    @property
    def stack_redis_url(self) -> str:
        """Where the stack's Redis is, its own or the given one."""
        return f"redis://127.0.0.1:{self.redis_port}/0" if self.own_redis else self.redis_url

    @property
    def own_livekit(self) -> bool:
        """Whether the stack brings its own LiveKit."""
        return urlsplit(self.livekit_url).hostname in LOOPBACK

    @property
    def livekit_port(self) -> int:
        """Where the stack's own LiveKit listens."""
        return urlsplit(self.livekit_url).port or 7880

    @property
    def own_local_providers(self) -> bool:
        """Whether the stack brings its own local providers."""
        return self.needs_local_providers and "local_providers_url" not in self.model_fields_set

    @property
    def stack_local_providers_url(self) -> str:
        """Where the stack's local providers are."""
        own = "local_providers_url" not in self.model_fields_set
        return f"http://127.0.0.1:{self.local_port}" if own else self.local_providers_url

    @property
    def serves_page(self) -> bool:
        """Whether the stack serves the page: one that is not built is missed only if its folder was named."""
        is_wanted = "web_dir" in self.model_fields_set
        return str(self.web_dir) != NO_PAGE and (is_wanted or (self.web_dir / "index.html").is_file())

    @property
    def page_url(self) -> str:
        """Where the stack serves the page."""
        return f"http://localhost:{self.web_port}"

    @property
    def tokens_url(self) -> str:
        """Where the front door is."""
        return f"http://127.0.0.1:{self.tokens_port}"


def find_root() -> Path:
    """The project's folder: the nearest above with a ``livekit.yaml``, else the one this code is in."""
    here = Path.cwd()
    for place in (here, *here.parents, *Path(__file__).resolve().parents):
        if (place / "livekit.yaml").exists() and (place / "pyproject.toml").exists():
            return place
    return here


def enter_root() -> Path:
    """Work in the project's folder, where ``.env``, ``scenarios`` and ``.viva`` are."""
    root = find_root()
    os.chdir(root)
    return root
