"""The viva command."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from viva_shared.livekit_tokens import TOKEN_TTL, Role, mint_token
from viva_shared.settings import LiveKitSettings, SettingsError, load_settings

from viva import deadletters, keys
from viva.console import ConsoleReporter, fail
from viva.doctor import doctor as run_doctor
from viva.migration import run_migrate
from viva.rehearsal.run import Rehearsal, new_session_id
from viva.rehearsal.run import rehearse as run_rehearsal
from viva.settings import CliSettings, enter_root
from viva.stack.errors import StackError
from viva.stack.services import environment
from viva.up import up as run_up

app = typer.Typer(
    help="Viva: an AI interviewer by voice.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.add_typer(deadletters.app, name="deadletters")
app.add_typer(keys.app, name="keys")


@app.command()
def up() -> None:
    """Start the whole local stack and keep it running; Ctrl-C stops every process."""
    enter_root()
    raise typer.Exit(asyncio.run(run_up(load_settings(CliSettings), ConsoleReporter())))


@app.command()
def rehearse(
    persona: Annotated[str, typer.Option(help="Who is interviewed: a name, or a YAML file.")] = "alice",
    scenario: Annotated[str, typer.Option(help="Which interview.")] = "screening",
    text: Annotated[bool, typer.Option("--text", help="In writing, by REST, and not in a room.")] = False,
    session: Annotated[str, typer.Option(help="The interview's id; default: a new one.")] = "",
    room_url: Annotated[str, typer.Option(help="LiveKit, as the candidate reaches it.")] = "",
    attach: Annotated[bool, typer.Option("--attach", help="Use the stack that is running.")] = False,
) -> None:
    """Hold a whole interview with a simulated candidate, and show it as it happens."""
    if persona.endswith((".yaml", ".yml")):
        persona = str(Path(persona).resolve())
    enter_root()
    what = Rehearsal(session or new_session_id(), persona, scenario, text, room_url or None, attach)
    raise typer.Exit(asyncio.run(run_rehearsal(load_settings(CliSettings), what)))


@app.command()
def doctor() -> None:
    """Say what is installed, running and configured, and what to do about what is not."""
    enter_root()
    raise typer.Exit(asyncio.run(run_doctor()))


@app.command()
def token(
    identity: Annotated[str, typer.Option(help="Who enters the room.")],
    room: Annotated[str, typer.Option(help="Which room; interview-<id> for an interview that was created.")],
    observer: Annotated[bool, typer.Option("--observer", help="Hidden, and only listens.")] = False,
    ttl: Annotated[int, typer.Option(help="Seconds in which the token opens the door.", min=1)] = int(
        TOKEN_TTL.total_seconds()
    ),
) -> None:
    """Print a LiveKit token for a room. A candidate's brings the interviewer there."""
    if not identity.strip() or not room.strip():
        raise typer.BadParameter("--identity and --room must not be empty")
    enter_root()
    settings = load_settings(LiveKitSettings)
    role: Role = "observer" if observer else "candidate"
    print(mint_token(settings, room=room, identity=identity, role=role, ttl=timedelta(seconds=ttl)))


@app.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Up or down to this one; base: no tables at all.")] = "head",
    check: Annotated[bool, typer.Option("--check", help="Only say whether it is as it should be.")] = False,
) -> None:
    """Bring the archive's database to the schema that this version needs. Stop the services to go down."""
    raise typer.Exit(run_migrate(revision, check=check))


@app.command()
def replay(interviews: Annotated[list[str], typer.Argument(help="Ids of interviews.")]) -> None:
    """Run interviews' logs through the stage machine again, and show how a state differs, if it does."""
    enter_root()
    settings = load_settings(CliSettings)
    command = (sys.executable, "-m", "brain", "replay", *interviews)
    raise typer.Exit(subprocess.run(command, env=os.environ | environment(settings), check=False).returncode)


def run() -> None:
    """Entry point: errors that a user can mend are one message and an exit code, not a traceback."""
    try:
        app()
    except SettingsError as error:
        fail(f"{error} (.env.example explains every variable)")
        sys.exit(2)
    except StackError as error:
        fail(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
