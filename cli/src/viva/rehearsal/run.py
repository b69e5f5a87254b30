"""``viva rehearse``: hold a whole interview and say how it went."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from rich.console import Console
from rich.markdown import Markdown
from viva_shared.broker import Keys, connect
from viva_shared.report import InterviewReport, report_markdown
from viva_shared.rooms import room_name
from viva_shared.scenario import ScenarioError, load_scenario

from viva.console import ConsoleReporter
from viva.rehearsal.door import ask_for_token
from viva.rehearsal.errors import RehearsalError
from viva.rehearsal.files import write_files
from viva.rehearsal.interview import Interview, Patience, must_be_good
from viva.rehearsal.show import LiveView
from viva.settings import CliSettings
from viva.stack.child import Child, Spec
from viva.stack.errors import StackError
from viva.stack.readiness import Started
from viva.stack.running import LOGS, Interrupted, attached, interruptible, logs_of, running_stack
from viva.stack.services import environment
from viva.stack.supervisor import Supervisor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What to rehearse.

    Attributes:
        text: in writing, by REST; there is no room then.
        room_url: LiveKit as the candidate reaches it; None: as the front door says.
        attach: use the stack that is running.
    """

    session_id: str
    persona: str
    scenario: str
    text: bool = False
    room_url: str | None = None
    attach: bool = False


def new_session_id() -> str:
    """An id that nobody has."""
    return f"rehearsal-{uuid4().hex[:8]}"


async def rehearse(settings: CliSettings, what: Rehearsal) -> int:
    """Run one interview. Returns the exit code: 0 only if it reached its end. Raises StackError."""
    reporter, out = ConsoleReporter(), Console(highlight=False)
    where = attached() if what.attach else None
    _must_be_known(settings, what)
    try:
        with interruptible():
            async with AsyncExitStack() as stack:
                supervisor = None
                if where is None:
                    supervisor = await stack.enter_async_context(running_stack(settings, reporter))
                    where = {"redis_url": settings.stack_redis_url, "tokens_url": settings.tokens_url}
                await _unless_stack_fails(_hold(settings, what, where, reporter, out), supervisor)
        return 0
    except RehearsalError as error:
        logs = " and ".join(str(logs_of(name)) for name in error.logs)
        reporter.problem(f"the interview did not reach its end: {error}; read {logs}")
        return 1
    except Interrupted:
        reporter.problem("stopped before the end of the interview")
        return 130


def _must_be_known(settings: CliSettings, what: Rehearsal) -> None:
    """Say that the scenario or the persona is no good before the stack is started. Raises StackError."""
    try:
        load_scenario(what.scenario, settings.scenarios_dir)
    except ScenarioError as error:
        raise StackError(str(error)) from error
    check = (sys.executable, "-m", "candidate", "--persona", what.persona, "--check")
    told = subprocess.run(check, capture_output=True, text=True, check=False)
    if told.returncode:
        raise StackError(told.stderr.strip().splitlines()[-1])


async def _hold(
    settings: CliSettings, what: Rehearsal, where: dict[str, str], reporter: ConsoleReporter, out: Console
) -> None:
    spec = await _candidate(settings, what, where["tokens_url"])
    redis = connect(where["redis_url"])
    interview = Interview(
        what.session_id,
        redis,
        Keys(settings.key_prefix),
        Patience(settings.rehearsal_timeout_s),
        LiveView(out).show,
        reporter.patience,
    )
    LOGS.mkdir(parents=True, exist_ok=True)
    candidate = await Child.start(spec, LOGS)
    try:
        ended = await interview.until_end(candidate)
        report = await interview.report()
        _print(out, report)
        folder = settings.interviews_dir / what.session_id
        for path in write_files(folder, report, room_name(what.session_id)):
            out.print(f"wrote {path}", soft_wrap=True)
        must_be_good(ended)
        await interview.candidate_leaves(candidate)
    finally:
        await candidate.stop()
        await redis.aclose()


async def _candidate(settings: CliSettings, what: Rehearsal, tokens_url: str) -> Spec:
    """The simulated candidate's process; a token among its arguments opens this one room only."""
    name = Path(what.persona).stem.capitalize()
    how: tuple[str, ...]
    if what.text:
        how = ("--rest", tokens_url, "--scenario", what.scenario, "--name", name)
    else:
        door = await ask_for_token(
            tokens_url, session_id=what.session_id, participant_name=name, scenario=what.scenario
        )
        how = ("--url", what.room_url or door.url, "--token", door.token)
    who = ("--session-id", what.session_id, "--persona", what.persona)
    command = (sys.executable, "-m", "candidate", *how, *who)
    return Spec("candidate", command, Started(), environment(settings))


def _print(out: Console, report: InterviewReport) -> None:
    text = report_markdown(report)
    out.print()
    if out.is_terminal:
        out.print(Markdown(text))
    else:
        out.print(text, markup=False, soft_wrap=True)


async def _unless_stack_fails(work: Awaitable[T], supervisor: Supervisor | None) -> T:
    if supervisor is None:
        return await work
    task = asyncio.ensure_future(work)
    failure = asyncio.create_task(supervisor.failed())
    try:
        await asyncio.wait([task, failure], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise StackError(failure.result())
        return task.result()
    finally:
        for each in (task, failure):
            each.cancel()
        await asyncio.gather(task, failure, return_exceptions=True)
