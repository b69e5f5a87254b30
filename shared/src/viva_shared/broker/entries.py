"""Stream entries as they are in Redis, before anybody has believed them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

FIRST = "0-0"
ENTRY_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
"""Whole: use ``fullmatch``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stream entry, not decoded yet: what is in it may be anything."""

    entry_id: str
    raw: bytes


def read_entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    """The entry's event; all its fields if it has none, so that a dead letter shows what it was."""
    raw = fields.get(b"event")
    if raw is None:
        raw = b"\n".join(name + b"=" + value for name, value in fields.items())
    return Entry(entry_id.decode(), raw)
