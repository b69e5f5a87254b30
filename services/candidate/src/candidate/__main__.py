"""A simulated candidate: ``python -m candidate --session-id ID --persona alice``."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

import httpx
from pydantic import JsonValue
from viva_shared.logs import configure_logging
from viva_shared.settings import Settings

from candidate.adapters.personas import load_persona, persona_names
from candidate.adapters.rest import RestInterview
from candidate.adapters.tokens import get_ticket
from candidate.application.conversation import Conversation
from candidate.application.outcome import Ending, Limits, Outcome, Tell
from candidate.application.ports import CandidateError, RoomRefusedError
from candidate.application.writing import correspond
from candidate.domain.persona import Persona
from candidate.session import CandidateSession

LIVEKIT_URL = "ws://127.0.0.1:7880"
TOKENS_URL = "http://127.0.0.1:8080"
log = logging.getLogger("candidate")


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    codes = ", ".join(f"{ending.value} {ending.name.lower()}" for ending in Ending)
    options = argparse.ArgumentParser("candidate", description=__doc__, epilog=f"Exit codes: {codes}.")
    options.add_argument("--url", help=f"LiveKit; default: what the token's answer says, or {LIVEKIT_URL}")
    options.add_argument("--tokens", default=TOKENS_URL, help="the front door (default: %(default)s)")
    options.add_argument("--session-id", help="the interview; default: a new one")
    options.add_argument("--scenario", help="the scenario of a new interview; default: the front door's")
    options.add_argument("--persona", default="alice", help=f"{', '.join(persona_names())}, or a YAML file")
    options.add_argument("--name", help="the participant's name (default: the persona's)")
    options.add_argument("--token", help="a LiveKit token, instead of asking the front door for one")
    options.add_argument("--check", action="store_true", help="only look whether the persona can be used")
    options.add_argument("--text", action="store_true", help="type on lk.chat instead of speaking")
    options.add_argument(
        "--rest", metavar="URL", help="no room: the interview in writing, by REST at this front door"
    )
    options.add_argument("--record", type=Path, metavar="WAV", help="write the interviewer's audio here")
    options.add_argument("--events", action="store_true", help="events as JSON lines instead of text")
    limits = Limits()
    options.add_argument("--agent-timeout", type=float, default=limits.agent_s, metavar="S")
    options.add_argument("--silence-timeout", type=float, default=limits.silence_s, metavar="S")
    return options


def teller(*, events: bool) -> Tell:
    """Writes what happens to standard output, for people or for programs."""

    def tell(event: str, data: dict[str, JsonValue]) -> None:
        if events:
            line = json.dumps({"event": event, **data}, ensure_ascii=False)
        else:
            who = {"reply": "interviewer", "said": "candidate"}.get(event, f"({event})")
            line = f"{who}: {data.get('text', data.get('reason', ''))}".rstrip(": ")
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    return tell


async def take_part(options: argparse.Namespace, persona: Persona, tell: Tell) -> Outcome:
    """Hold the interview in writing, or get a token, join, and hold the conversation."""
    if options.rest:
        return await _write(options, persona, tell)
    url, token = options.url or LIVEKIT_URL, options.token
    if token is None:
        session_id = options.session_id or uuid.uuid4().hex[:12]
        try:
            name = options.name or persona.name
            ticket = await get_ticket(options.tokens, session_id, name, scenario=options.scenario)
        except RoomRefusedError as error:
            return Outcome(Ending.REFUSED, str(error), 0)
        url, token = options.url or ticket.url, ticket.token
        tell("ticket", {"session_id": session_id, "room": ticket.room_name})
    session = CandidateSession(url, token, voice=persona.voice, microphone=not options.text)
    limits = Limits(agent_s=options.agent_timeout, silence_s=options.silence_timeout)
    conversation = Conversation(session, persona, typing=options.text, limits=limits, tell=tell)
    try:
        return await conversation.hold()
    finally:
        await session.leave()
        if options.record:
            session.agent_audio.write(options.record)
            log.info("recorded %.1f s of speech in %s", session.agent_audio.voiced_seconds, options.record)


async def _write(options: argparse.Namespace, persona: Persona, tell: Tell) -> Outcome:
    session_id = options.session_id or uuid.uuid4().hex[:12]
    name = options.name or persona.name
    async with httpx.AsyncClient(base_url=options.rest, timeout=30, trust_env=False) as http:
        interview = RestInterview(
            http, session_id, name, scenario=options.scenario, patience_s=options.silence_timeout
        )
        return await correspond(interview, persona, tell)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    options = parser().parse_args(arguments)
    if options.check:
        try:
            load_persona(options.persona)
        except CandidateError as error:
            sys.stderr.write(f"{error}\n")
            return Ending.REFUSED.value
        return 0
    configure_logging("candidate", Settings())
    tell = teller(events=options.events)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave the room, do not vanish from it
    try:
        outcome = asyncio.run(take_part(options, load_persona(options.persona), tell))
    except CandidateError as error:
        outcome = Outcome(Ending.REFUSED, str(error), 0)
    except KeyboardInterrupt:
        return 130
    tell("ended", {"ending": outcome.ending.name, "reason": outcome.reason, "exchanges": outcome.exchanges})
    if outcome.ending is not Ending.CLOSED:
        log.error("%s", outcome.reason)
    return outcome.ending.value


if __name__ == "__main__":
    sys.exit(main())
