"""How an interview leaves Redis: jobs record it and close its mailbox, or somebody deletes it."""

from __future__ import annotations

from collections.abc import Iterator

from model.state import Archivist, State, Steps


def closing(s: State, mutant: str = "") -> Steps:
    """The steps of who closes interviews. Nobody waits for them: they may come at any moment, or never."""
    if s.may_be_deleted and s.status == "open":
        lease = s.lease if mutant == "delete_leaves_the_lease" else None
        yield "it is deleted", s.deleted()._replace(lease=lease)
    for i, archivist in enumerate(s.archivists):
        for step, after, t in _archives(s, archivist, mutant):
            others = t.archivists
            yield f"a{i} {step}", t._replace(archivists=(*others[:i], after, *others[i + 1 :]))


def _archives(s: State, a: Archivist, mutant: str) -> Iterator[tuple[str, Archivist, State]]:
    """A job's next steps: what it does, what it is after that, and what has become of the rest."""
    record = a.record
    match a.at:
        case "idle" if s.status == "open":
            yield "looks", Archivist("looked", record._replace(looked=s.cursor)), s
        case "looked":
            yield "reads", Archivist("read", record._replace(inputs=len(s.log), seen=s.cursor)), s
            if s.status == "archived":
                yield "reads too late", Archivist("read", record), s
        case "read":
            is_older = record < s.stored and mutant != "older_record_is_kept"
            if s.status == "deleted" and mutant != "deletion_is_not_marked":
                yield "is told that it was deleted", Archivist(), s
            else:
                yield "writes", a._replace(at="written"), s if is_older else s._replace(stored=record)
        case "written" if s.status != "open" or _forbids(s, a) - {mutant}:
            yield "may not close it", Archivist(), s
        case "written":
            yield "closes it", Archivist(), s._replace(status="archived")


def _forbids(s: State, a: Archivist) -> set[str]:
    """What the function looks at, by who does not."""
    found = {
        "archive_without_tail_check": s.cursor < len(s.log),
        "archive_with_open_effect": bool(s.ask or s.deadlines),
        "archive_of_what_changed": s.cursor != a.record.looked,
        "archive_under_a_holder": s.lease is not None,
    }
    return {mutant for mutant, is_so in found.items() if is_so}
