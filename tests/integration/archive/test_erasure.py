"""Deleting an interview from everywhere; cut short anywhere, the same call again ends the work."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fakes.clock import Clock
from fixtures.brains import TextRoom
from fixtures.records import whole_record
from viva_shared.archive import Archive, erase
from viva_shared.broker import Closing, Mailboxes

pytestmark = pytest.mark.integration

Erase = Callable[[str], Awaitable[bool]]


@pytest.fixture
def interviews_dir(tmp_path: Path) -> Path:
    return tmp_path / "interviews"


@pytest.fixture
def erasing(mailboxes: Mailboxes, archive: Archive, interviews_dir: Path) -> Erase:
    async def call(interview_id: str) -> bool:
        return await erase(
            interview_id,
            "key 1",
            closing=Closing(mailboxes, 1_000),
            archive=archive,
            interviews_dir=interviews_dir,
        )

    return call


async def held(mailboxes: Mailboxes, archive: Archive, interviews_dir: Path) -> str:
    """An interview that is in all places."""
    room = TextRoom(mailboxes)
    await room.open()
    await archive.record(whole_record(room.interview_id))
    folder = interviews_dir / room.interview_id
    folder.mkdir(parents=True)
    (folder / "transcript.md").write_text("what was said")
    return room.interview_id


async def assert_nothing_is_left(interview_id: str, mailboxes: Mailboxes, archive: Archive) -> None:
    snapshot = await mailboxes.snapshot(interview_id)
    assert snapshot is None or snapshot.status == "deleted"
    assert await archive.get(interview_id) is None
    assert await archive.events(interview_id) == []
    assert [line.actor for line in await archive.audit_log(interview_id)] == ["key 1"]


async def test_nothing_is_left_but_one_line(
    erasing: Erase, mailboxes: Mailboxes, archive: Archive, interviews_dir: Path
) -> None:
    interview_id = await held(mailboxes, archive, interviews_dir)
    assert await erasing(interview_id)
    assert await erasing(interview_id), "again"
    await assert_nothing_is_left(interview_id, mailboxes, archive)
    assert not (interviews_dir / interview_id).exists()


async def test_of_what_never_was_nothing_is_noted(erasing: Erase, archive: Archive) -> None:
    assert not await erasing("unknown")
    assert not await archive.was_deleted("unknown")
    assert await archive.audit_log() == []


async def test_what_is_in_one_place_only_is_erased_there(
    erasing: Erase, mailboxes: Mailboxes, archive: Archive, interviews_dir: Path
) -> None:
    await archive.record(whole_record("archived"))
    (interviews_dir / "rehearsed").mkdir(parents=True)
    room = TextRoom(mailboxes)
    await room.open()
    for interview_id in ("archived", "rehearsed", room.interview_id):
        assert await erasing(interview_id)
        await assert_nothing_is_left(interview_id, mailboxes, archive)


async def test_it_touches_no_other_folder(erasing: Erase, archive: Archive, interviews_dir: Path) -> None:
    (interviews_dir / "other").mkdir(parents=True)
    for odd in ("..", ".", "other/../other", "", "/"):
        await archive.record(whole_record(odd))
        assert await erasing(odd)
    assert (interviews_dir / "other").is_dir()


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("place", ["redis", "files", "database"])
async def test_a_crash_in_the_middle_is_made_good(
    place: str,
    erasing: Erase,
    mailboxes: Mailboxes,
    archive: Archive,
    interviews_dir: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interview_id = await held(mailboxes, archive, interviews_dir)

    async def crash(*_: object) -> None:
        raise Crash

    def crash_at_once(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as broken:
        match place:
            case "redis":
                broken.setattr(Closing, "_drop_letters", crash)
            case "files":
                broken.setattr(shutil, "rmtree", crash_at_once)
            case "database":
                broken.setattr(archive, "delete", crash)
        with pytest.raises(Crash):
            await erasing(interview_id)
    listed = (await archive.interviews()).interviews
    assert [interview.id for interview in listed] == [interview_id], "it can be found, to be erased again"
    assert await erasing(interview_id)
    await assert_nothing_is_left(interview_id, mailboxes, archive)
    assert not (interviews_dir / interview_id).exists()
