"""How an interview leaves Redis: the archive records it and closes its mailbox, or somebody deletes it."""

from __future__ import annotations

from model.state import Record, State, Steps


def closing(s: State, mutant: str = "") -> Steps:
    """The steps of who closes interviews. Nobody waits for them: they may come at any moment, or never."""
    if s.status != "open":
        return
    if "delete" in s.closings:
        lease = s.lease if mutant == "delete_leaves_the_lease" else None
        yield "it is deleted", s.deleted()._replace(lease=lease)
    if "archive" not in s.closings:
        return
    if s.record is None:
        yield "the archive looks", s._replace(record=Record(s.cursor))
    elif s.record.inputs < 0:
        yield "the archive records", s._replace(record=s.record._replace(inputs=len(s.log)))
    elif _forbids(s, s.record) - {mutant}:
        yield "the archive may not close it", s._replace(record=None)
    else:
        yield "the archive closes it", s._replace(status="archived")


def _forbids(s: State, record: Record) -> set[str]:
    """What the function looks at, by who does not."""
    found = {
        "archive_without_tail_check": s.cursor < len(s.log),
        "archive_with_open_effect": bool(s.ask or s.deadlines),
        "archive_of_what_changed": s.cursor != record.cursor,
        "archive_under_a_holder": s.lease is not None,
    }
    return {mutant for mutant, is_so in found.items() if is_so}
