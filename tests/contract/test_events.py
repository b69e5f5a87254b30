"""The golden events: what is on the streams of running deployments. A file here is never edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viva_shared.events import (
    MAX_EVENT_BYTES,
    Input,
    Output,
    Payload,
    ReplyChunk,
    UndecodableEvent,
    decode,
    new_event,
)

pytestmark = pytest.mark.contract

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
PAYLOADS: list[type[Payload]] = [*get_args(get_args(Input)[0]), *get_args(get_args(Output)[0])]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_event_is_read_and_written_unchanged(path: Path) -> None:
    text = path.read_text()
    event = decode(text)
    assert path.stem == f"{event.type}.v{event.version}"
    written = json.loads(event.encode())
    golden = json.loads(text)
    assert {key: written[key] for key in golden} == golden | {"data": written["data"]}
    assert {key: written["data"][key] for key in golden["data"]} == golden["data"]


def test_every_type_has_a_golden_event() -> None:
    types = {f"{payload.model_fields['type'].default}.v{payload.version}" for payload in PAYLOADS}
    assert types == {path.stem for path in GOLDEN}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_reader_ignores_what_it_does_not_know(path: Path) -> None:
    newer = json.loads(path.read_text())
    newer["colour"] = "blue"
    newer["data"]["colour"] = "blue"
    assert decode(json.dumps(newer)) == decode(path.read_text())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "no.such"}, "no.such"),
        ({"version": 99}, "version 99"),
        ({"event_id": ""}, "event_id"),
        ({"occurred_at": "2026-11-20T15:00:00"}, "occurred_at"),
        ({"data": None}, "data"),
    ],
)
def test_what_is_not_understood_is_named(change: dict[str, object], reason: str) -> None:
    golden = json.loads(next(p for p in GOLDEN if p.stem == "utterance.heard.v1").read_text())
    with pytest.raises(UndecodableEvent, match=reason):
        decode(json.dumps(golden | change))


@given(st.binary(max_size=200))
def test_bytes_never_do_more_than_be_refused(raw: bytes) -> None:
    with pytest.raises(UndecodableEvent):
        decode(raw)


def test_an_oversized_event_is_refused_on_both_sides() -> None:
    golden = decode(next(p for p in GOLDEN if p.stem == "reply.chunk.v1").read_text())
    huge = ReplyChunk(turn_id="t1", seq=0, text="é" * (MAX_EVENT_BYTES // 2))
    with pytest.raises(ValueError, match="shorten"):
        new_event("i1", huge, golden.occurred_at).encode()
    with pytest.raises(UndecodableEvent, match="limit"):
        decode(b" " * (MAX_EVENT_BYTES + 1))
