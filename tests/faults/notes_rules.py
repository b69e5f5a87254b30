"""What must hold of recruiters' notes, whatever happened to their interview. Imports nothing of Viva."""

from __future__ import annotations

from collections.abc import Iterator

from faults.evidence import Evidence

NOTED = "what surprised you most"
"""In the words of an interviewer who works the driver's note in."""
WORKED_IN_WITHIN = 5
"""Replies heard whole: the model may fail in some, or open a stage."""


def _place(e: Evidence) -> int:
    """Of the note in the record."""
    notes = (n for n, line in enumerate(e.record) if line["what"] == "sent" and line["type"] == "nudge.given")
    return next(notes, len(e.record))


def notes_worked_in(e: Evidence) -> Iterator[str]:
    """A recruiter's note is kept once, asked about whole no more than once, and then done with."""
    before = [i for i in e.inputs if i.type == "nudge.given" and i.event_id in e.before_the_end]
    given = [(event.data["nudge_id"], event.data["note"]) for event in before]
    kept = [(nudge["nudge_id"], nudge["note"]) for nudge in e.state.get("nudges", [])]
    if given != kept:
        yield f"the notes {given} are kept as {kept}"
    heard = [reply for reply in e.sent("reply.heard") if reply["text"]]
    asked = [reply["turn_id"] for reply in heard if NOTED in reply["text"].lower()]
    if len(asked) > len(given):
        yield f"{len(given)} notes were worked in by {asked}"
    done = [nudge for nudge in e.state.get("nudges", []) if nudge["is_done"]]
    if asked and not done:
        yield f"{asked} has worked the note in, and it still waits"
    since = [
        line for line in e.record[_place(e) :] if line["what"] == "sent" and line["type"] == "reply.heard"
    ]
    if given and not done and sum(line["data"]["complete"] for line in since) >= WORKED_IN_WITHIN:
        yield f"{len(since)} replies were heard since the note, and it still waits"
    if any(nudge["turn_id"] not in {reply["turn_id"] for reply in heard} for nudge in done):
        yield f"a note is done with, and nothing of its turn was heard: {done}"
