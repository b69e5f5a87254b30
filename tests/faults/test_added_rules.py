"""The checker on notes, and on writing in between, by records made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from faults.evidence import Event, Evidence, Json
from faults.notes_rules import NOTED, WORKED_IN_WITHIN, notes_worked_in
from faults.writing_rules import one_holder, written_once

pytestmark = pytest.mark.unit

NOTE = {"nudge_id": "n1", "note": "Ask what surprised them most."}


def sent(kind: str, **data: Any) -> Json:
    return {"what": "sent", "event_id": f"{kind}:{data}", "type": kind, "data": data}


def heard(turn_id: str, text: str) -> Json:
    return sent("reply.heard", turn_id=turn_id, text=text, complete=True)


def event(n: int, kind: str, **data: Any) -> Event:
    return Event(f"{n}-0", f"e{n}", kind, "2026-01-01T00:00:00Z", None, data)


def noted(*replies: Json, **kept: Any) -> Evidence:
    """A note, and these replies; of the note ``kept`` is left."""
    given = event(1, "nudge.given", **NOTE)
    evidence = Evidence("i1", [sent("nudge.given", **NOTE), *replies], [given])
    evidence.__dict__["state"] = {"nudges": [NOTE | {"turn_id": "t2", "is_done": True} | kept]}
    return evidence


ASKED = heard("t2", f"Could you tell me {NOTED}?")


def forget_the_note(e: Evidence) -> None:
    e.state["nudges"] = []


def ask_twice(e: Evidence) -> None:
    e.record.append(heard("t3", f"Could you tell me {NOTED}?"))


def keep_it_waiting(e: Evidence) -> None:
    e.state["nudges"][0]["is_done"] = False


def never_ask(e: Evidence) -> None:
    keep_it_waiting(e)
    e.record[1:] = [heard(f"t{n}", "I see.") for n in range(WORKED_IN_WITHIN)]


def be_done_with_what_nobody_heard(e: Evidence) -> None:
    del e.record[1]


@pytest.mark.parametrize(
    "flaw", [forget_the_note, ask_twice, keep_it_waiting, never_ask, be_done_with_what_nobody_heard]
)
def test_what_becomes_of_a_note(flaw: Callable[[Evidence], None]) -> None:
    evidence = noted(ASKED)
    assert list(notes_worked_in(evidence)) == []
    flaw(evidence)
    assert list(notes_worked_in(evidence))


def changed() -> Evidence:
    """A bot, an answer in writing, and the next bot."""
    inputs = [
        event(1, "bot.joined", bot_epoch=1),
        event(2, "candidate.joined", via="voice"),
        event(3, "utterance.heard", utterance_id="u1", text="Hello.", via="voice"),
        event(4, "candidate.joined", via="text"),
        event(5, "utterance.heard", utterance_id="answer:t3", text="Alice.", via="text"),
        event(6, "bot.joined", bot_epoch=3),
        event(7, "utterance.heard", utterance_id="u2", text="Goodbye.", via="voice"),
    ]
    outputs = [event(1, "reply.started", turn_id="t4", in_reply_to="answer:t3")]
    return Evidence("i1", [{"what": "wrote", "turn_id": "t3", "text": "Alice."}], inputs, outputs)


def without(n: int) -> Callable[[Evidence], Evidence]:
    return lambda e: replace(e, inputs=[i for i in e.inputs if i.entry_id != f"{n}-0"])


def moved(n: int, to: int) -> Callable[[Evidence], Evidence]:
    def move(e: Evidence) -> Evidence:
        inputs = list(e.inputs)
        inputs.insert(to - 1, inputs.pop(n - 1))
        return replace(e, inputs=inputs)

    return move


def answer_it_twice(e: Evidence) -> Evidence:
    return replace(e, outputs=e.outputs * 2)


def broken(e: Evidence) -> Iterator[str]:
    yield from written_once(e)
    yield from one_holder(e)


@pytest.mark.parametrize(
    "flaw", [without(4), without(5), moved(7, 5), moved(6, 1), answer_it_twice], ids=range(5)
)
def test_who_writes_in_between(flaw: Callable[[Evidence], Evidence]) -> None:
    assert list(broken(changed())) == []
    assert list(broken(flaw(changed())))
