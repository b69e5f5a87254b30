"""What must hold of an interview by voice that goes on in writing for a while. Imports nothing of Viva."""

from __future__ import annotations

from collections.abc import Iterator

from faults.evidence import Evidence


def written_once(e: Evidence) -> Iterator[str]:
    """What was answered in writing is in the log once, as it was sent, and got one reply."""
    wrote = [(f"answer:{line['turn_id']}", line["text"]) for line in e.record if line["what"] == "wrote"]
    texts = [i.data for i in e.inputs if i.type == "utterance.heard" and i.data.get("via") == "text"]
    if (found := [(data["utterance_id"], data["text"]) for data in texts]) != wrote:
        yield f"{wrote} was written, the log has {found}"
    came = [i.data.get("via", "voice") for i in e.inputs if i.type == "candidate.joined"]
    if came.count("text") != len(wrote):
        yield f"the candidate came by {came}, and has written {len(wrote)} times"
    for utterance_id, _ in found:
        started = e.outs("reply.started")
        replies = [s.data["turn_id"] for s in started if s.data["in_reply_to"] == utterance_id]
        if len(replies) != 1:
            yield f"{utterance_id} has {len(replies)} replies: {replies}"


def one_holder(e: Evidence) -> Iterator[str]:
    """Who has lost the room writes nothing: no bot while the candidate writes, none after the next one."""
    epochs = [i.data["bot_epoch"] for i in e.inputs if i.type == "bot.joined"]
    if epochs != sorted(set(epochs)):
        yield f"the bots came under the epochs {epochs}"
    joined, in_writing = 0, False
    for event in e.inputs:
        if event.type == "bot.joined":
            joined, in_writing = event.data["bot_epoch"], False
        elif event.type == "candidate.joined" and event.data.get("via") == "text":
            in_writing = True
        elif in_writing and event.type == "utterance.heard" and event.data.get("via", "voice") == "voice":
            yield f"{event.event_id} was spoken to bot {joined}, whose room was taken"
