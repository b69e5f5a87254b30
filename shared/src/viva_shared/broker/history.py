"""An interview as its streams tell it, read in one round trip."""

from __future__ import annotations

from dataclasses import dataclass

from viva_shared.broker.entries import ENTRY_ID, read_entry
from viva_shared.broker.handover import is_writer
from viva_shared.broker.mailboxes import Mailboxes
from viva_shared.events import Envelope, UndecodableEvent, decode


@dataclass(frozen=True, slots=True)
class History:
    """What was in the mailbox when it was read.

    Attributes:
        status: ``open``, ``archived`` or ``deleted``.
        scenario: as it was at creation, JSON.
        has_bot: whether a media bot has the room.
        is_in_writing: whether who writes for the candidate has it.
        room_epoch: of who had it last; None: nobody ever.
        inputs, outputs: with their entry ids, oldest first; what is none is left out.
    """

    status: str
    scenario: str
    has_bot: bool
    inputs: tuple[tuple[str, Envelope], ...]
    outputs: tuple[tuple[str, Envelope], ...]
    is_in_writing: bool = False
    room_epoch: int | None = None


async def input_of(mailboxes: Mailboxes, output: Envelope) -> Envelope | None:
    """The input whose decision an output is of; None: it is of none, or that cannot be read (any more)."""
    entry_id = output.event_id.partition(":")[0]  # as ``Serving`` names what it commits
    if not ENTRY_ID.fullmatch(entry_id):
        return None
    found = await mailboxes.redis.xrange(mailboxes.keys.inputs(output.interview_id), entry_id, entry_id)
    try:
        return decode(read_entry(*found[0]).raw) if found else None
    except UndecodableEvent:
        return None


async def read_history(
    mailboxes: Mailboxes,
    interview_id: str,
    *,
    first_inputs: int | None = None,
    last_outputs: int | None = None,
) -> History | None:
    """The whole history, or only so many of its first inputs and last outputs; None: no such interview."""
    k = mailboxes.keys
    async with mailboxes.redis.pipeline(transaction=False) as pipe:
        pipe.hmget(k.state(interview_id), ["status", "scenario"])
        pipe.mget(k.bot(interview_id), k.bot_epoch(interview_id))
        pipe.xrange(k.inputs(interview_id), count=first_inputs)
        pipe.xrevrange(k.outputs(interview_id), count=last_outputs)
        (status, scenario), (held, epoch), inputs, outputs = await pipe.execute()
    if status is None:
        return None
    read = []
    for entry in (read_entry(*raw) for raw in inputs):
        try:
            read.append((entry.entry_id, decode(entry.raw)))
        except UndecodableEvent:
            continue  # the lease holder makes a dead letter of it
    said = await mailboxes.graveyard.outputs(interview_id, [read_entry(*raw) for raw in reversed(outputs)])
    return History(
        status.decode(),
        (scenario or b"").decode(),
        has_bot=held is not None and not is_writer(held),
        inputs=tuple(read),
        outputs=tuple(said),
        is_in_writing=is_writer(held),
        room_epoch=None if epoch is None else int(epoch),
    )
