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
    OversizedEvent,
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
        ({"version": 2, "data": {"said": "in a shape of tomorrow"}}, "version 2 of utterance.heard"),
        ({"type": ["utterance.heard"]}, "unknown type"),
    ],
)
def test_what_is_not_understood_is_named(change: dict[str, object], reason: str) -> None:
    golden = json.loads(next(p for p in GOLDEN if p.stem == "utterance.heard.v1").read_text())
    with pytest.raises(UndecodableEvent, match=reason):
        decode(json.dumps(golden | change))


@pytest.mark.parametrize(
    ("raw", "flaw", "event_id"),
    [
        (b"\xff\xfe", "garbage", None),
        (b"[]", "garbage", None),
        (b"[" * 10_000, "garbage", None),
        (b'{"event_id": "e1", "type": "no.such", "version": 1}', "unknown_type", "e1"),
        (b'{"event_id": "e1", "type": "bot.joined", "version": 2}', "unknown_version", "e1"),
        (b'{"event_id": "e1", "type": "bot.joined", "version": 1}', "invalid", "e1"),
        (b'{"event_id": 7, "type": "bot.joined", "version": 1}', "invalid", None),
    ],
)
def test_the_flaw_and_the_id_that_can_be_read_all_the_same(
    raw: bytes, flaw: str, event_id: str | None
) -> None:
    with pytest.raises(UndecodableEvent) as refused:
        decode(raw)
    assert (refused.value.flaw, refused.value.event_id) == (flaw, event_id)


def test_a_reason_is_short_however_long_the_name_it_complains_about() -> None:
    golden = json.loads(next(p for p in GOLDEN if p.stem == "tool.called.v1").read_text())
    for change in ({"type": "x" * 50_000}, {"data": golden["data"] | {"arguments": {"y" * 50_000: {1: 2}}}}):
        with pytest.raises(UndecodableEvent) as refused:
            decode(json.dumps(golden | change | {"occurred_at": "yesterday"}))
        assert len(str(refused.value)) <= 300


@given(st.binary(max_size=200))
def test_bytes_never_do_more_than_be_refused(raw: bytes) -> None:
    with pytest.raises(UndecodableEvent):
        decode(raw)


def test_an_event_over_the_limit_is_refused_on_both_sides() -> None:
    golden = decode(next(p for p in GOLDEN if p.stem == "reply.chunk.v1").read_text())
    event = new_event("i1", ReplyChunk(turn_id="t1", seq=0, text="é" * 500), golden.occurred_at)
    encoded = event.encode()
    size = len(encoded.encode())
    assert decode(event.encode(size).encode(), size) == event
    with pytest.raises(OversizedEvent, match=f"{size} bytes, the limit is {size - 1}"):
        event.encode(size - 1)
    with pytest.raises(UndecodableEvent, match=f"{size} bytes, the limit is {size - 1}") as refused:
        decode(encoded.encode(), size - 1)
    assert refused.value.flaw == "oversized"


def test_what_was_let_in_once_is_read_without_a_limit() -> None:
    golden = decode(next(p for p in GOLDEN if p.stem == "reply.chunk.v1").read_text())
    huge = ReplyChunk(turn_id="t1", seq=0, text="e" * 2 * MAX_EVENT_BYTES)
    assert decode(new_event("i1", huge, golden.occurred_at).encode()).data == huge
