"""``viva up``: the local stack for use by hand."""

from __future__ import annotations

from viva.console import ConsoleReporter
from viva.settings import CliSettings
from viva.stack.errors import StackError
from viva.stack.running import LOGS, Interrupted, interruptible, running_stack

NOT_BUILT = "not built: `make web` builds it"


async def up(settings: CliSettings, reporter: ConsoleReporter) -> int:
    """Run the stack until Ctrl-C. Returns the exit code: 0 when asked to end, else raises StackError."""
    try:
        with interruptible():
            async with running_stack(settings, reporter, with_page=True) as supervisor:
                for line in urls(settings):
                    reporter.line(line)
                raise StackError(await supervisor.failed())
    except Interrupted:
        reporter.done("everything is stopped")
        return 0


def urls(settings: CliSettings) -> list[str]:
    """What a person needs to know of a running stack."""
    return [
        "",
        "Viva is up. Ctrl-C stops everything.",
        f"  page         {settings.page_url if settings.serves_page else NOT_BUILT}",
        f"  front door   {settings.tokens_url}  (POST /livekit/token; {settings.tokens_url}/docs)",
        f"  LiveKit      {settings.livekit_url}",
        f"  Redis        {settings.stack_redis_url}",
        f"  speech to text {settings.stt_provider}, text to speech {settings.tts_provider}, "
        f"model {settings.llm_provider}",
        f"  logs         {LOGS}/",
        "  in another terminal, .venv/bin/viva: rehearse --attach · token --identity me --room try · doctor",
    ]
