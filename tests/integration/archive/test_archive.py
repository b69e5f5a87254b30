"""What the archive keeps, lists and finds, and what it does when two write at once; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from fakes.clock import Clock
from fixtures.records import KEPT, NASTY, STARTED, an_interview, changed, whole_record
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from viva_shared.archive import AlreadyArchived, Archive, Database, Deleted, Interview, InvalidCursor, Status
from viva_shared.archive.models import Base

pytestmark = pytest.mark.integration


async def everything(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables, as the driver gives them."""
    async with database.reading() as session:
        return {
            name: [tuple(row) for row in await session.execute(select(table).order_by(*table.primary_key))]
            for name, table in Base.metadata.tables.items()
        }


async def test_a_whole_interview_comes_back(archive: Archive) -> None:
    record = whole_record("i1")
    await archive.record(record)
    found = await archive.get("i1")
    assert found is not None
    assert found.candidate_name == KEPT
    assert found == changed(record.interview, candidate_name=KEPT)
    assert await archive.turns("i1") == [changed(record.turns[0], text=KEPT)]
    events = await archive.events("i1")
    assert [(e.stream, e.entry_id, e.event_id, e.occurred_at) for e in events] == [
        (e.stream, e.entry_id, e.event_id, e.occurred_at) for e in record.events
    ]
    assert events[1].body == f'{{"text": "1 \\u0000 {KEPT}"}}'
    assert [(s.score, s.evidence) for s in await archive.scores("i1")] == [
        (80, ["I said \0"]),
        (None, ["I said \0"]),
    ]
    assert await archive.report("i1") == record.report


async def test_what_is_not_there_is_none(archive: Archive) -> None:
    assert await archive.get("nobody") is None
    assert await archive.report("nobody") is None
    assert await archive.turns("nobody") == []
    assert not await archive.was_deleted("nobody")


async def test_times_are_instants_in_utc(archive: Archive) -> None:
    at = datetime(2026, 7, 1, 1, 30, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    await archive.register(an_interview("i1", created_at=at))
    found = await archive.get("i1")
    assert found is not None
    assert found.created_at == at
    assert found.created_at.tzinfo is UTC
    with pytest.raises(Exception, match="has no zone"):
        await archive.register(an_interview("i2", created_at=datetime(2026, 7, 1)))  # noqa: DTZ001


async def test_a_second_record_changes_nothing(archive: Archive, database: Database) -> None:
    await archive.record(whole_record("i1"))
    before = await everything(database)
    await archive.record(whole_record("i1"))
    assert await everything(database) == before


async def test_a_later_record_takes_the_place_of_an_earlier(archive: Archive) -> None:
    await archive.record(whole_record("i1", events=2))
    await archive.record(replace(whole_record("i1", events=5), turns=(), report=None))
    assert len(await archive.events("i1")) == 10
    assert await archive.turns("i1") == []
    assert await archive.report("i1") is None


async def test_an_earlier_record_that_comes_late_changes_nothing(
    archive: Archive, database: Database
) -> None:
    """Another job was quicker; or what this one read had expired in the meantime."""
    newest = whole_record("i1", events=5)
    newest.interview.version = 5
    await archive.record(newest)
    before = await everything(database)
    whole = replace(newest, interview=changed(newest.interview, version=4, candidate_name="?"), turns=())
    for older in (
        whole,
        replace(whole, events=whole_record("i1", events=4).events),
        replace(newest, events=newest.events[:5]),
        replace(newest, events=()),
    ):
        await archive.record(older)
        assert await everything(database) == before


async def test_what_a_redis_has_lost_with_its_last_second_is_overwritten(archive: Archive) -> None:
    """It went on from an earlier version, later."""
    await archive.record(whole_record("i1", events=5))
    inputs = whole_record("i1", events=3).events[:3]
    went_on = [*inputs, changed(inputs[-1], position=3, entry_id="99-0")]
    await archive.record(replace(whole_record("i1"), events=went_on))
    assert [event.entry_id for event in await archive.events("i1")] == ["1-0", "2-0", "3-0", "99-0"]


async def test_registering_never_overwrites_what_is_known_of_later(archive: Archive) -> None:
    created = an_interview("i1", status=Status.CREATED, ended_at=None, end_reason=None, candidate_name="A.")
    running = changed(created, status=Status.RUNNING, candidate_name="Alice")
    await archive.register(running)
    await archive.register(changed(created, created_by="key 1", candidate_name="B."))
    found = await archive.get("i1")
    assert found is not None
    assert (found.status, found.candidate_name, found.created_by) == (Status.RUNNING, "Alice", "key 1")
    await archive.record(whole_record("i1", text="Alice B."))
    await archive.register(running)
    found = await archive.get("i1")
    assert found is not None
    assert (found.status, found.candidate_name, found.created_by) == (Status.ENDED, "Alice B.", "key 1")
    assert (await archive.interviews(search="alice b")).interviews == [found]


async def test_the_first_archiving_counts(archive: Archive, clock: Clock) -> None:
    await archive.record(whole_record("i1"))
    await archive.mark_archived("i1")
    first = clock.at
    clock.go_on(hours=1)
    await archive.mark_archived("i1")
    await archive.record(whole_record("i1"))
    await archive.mark_archived("unknown")
    found = await archive.get("i1")
    assert found is not None
    assert found.archived_at == first


# -- the list --


async def fill(archive: Archive, **of_each: dict[str, object]) -> None:
    for number, (interview_id, fields) in enumerate(of_each.items()):
        at = STARTED + timedelta(minutes=number // 2)  # two at a time: the id decides
        await archive.register(an_interview(interview_id, **{"created_at": at} | fields))


async def ids(archive: Archive, **query: Any) -> list[str]:
    return [interview.id for interview in (await archive.interviews(**query)).interviews]


async def test_pages_go_from_the_newest_to_the_oldest(archive: Archive) -> None:
    await fill(archive, **{f"i{number}": {} for number in range(7)})
    pages, after = [], None
    while True:
        page = await archive.interviews(limit=3, after=after)
        pages.append([interview.id for interview in page.interviews])
        if page.next is None:
            break
        after = page.next
        await archive.register(an_interview(f"new{len(pages)}", created_at=STARTED + timedelta(days=1)))
    assert pages == [["i6", "i5", "i4"], ["i3", "i2", "i1"], ["i0"]]
    assert await ids(archive, limit=9) == ["new2", "new1", *(f"i{n}" for n in range(6, -1, -1))]


async def test_an_invented_cursor_is_refused(archive: Archive) -> None:
    for cursor in ("", "nonsense", "????", "MjAyNi0wMS0wMSBpMQ==", "é"):
        with pytest.raises(InvalidCursor, match="take the one of the page before"):
            await archive.interviews(after=cursor)


async def test_a_search_finds_parts_in_any_case(archive: Archive) -> None:
    await fill(
        archive,
        plain={"candidate_name": "Bob"},
        umlaut={"candidate_name": "JÜRGEN Groß"},
        job={"job_title": "Head of 100% Fun_ding"},
        scenario={"scenario_title": "Vorstellungsgespräch \\ Interview"},
        nameless={"candidate_name": None, "scenario_title": None},
    )
    assert await ids(archive, search="bo") == ["plain"]
    assert await ids(archive, search="jürgen GROSS") == ["umlaut"]
    assert await ids(archive, search="00% f") == ["job"]
    assert await ids(archive, search="n_d") == ["job"]
    assert await ids(archive, search="n%d") == []
    assert await ids(archive, search="\\ inter") == ["scenario"]
    assert await ids(archive, search="NAMELESS") == ["nameless"]
    assert await ids(archive, search="bob\nscreening") == ["plain"], "one text, whatever its parts"
    assert await ids(archive, search=NASTY) == []


async def test_filters_are_combined(archive: Archive) -> None:
    await fill(
        archive,
        a={"status": Status.CREATED},
        b={"status": Status.RUNNING},
        c={"status": Status.RUNNING, "scenario": "other"},
        d={"scenario": "other"},
    )
    assert await ids(archive, status=Status.RUNNING) == ["c", "b"]
    assert await ids(archive, scenario="other") == ["d", "c"]
    assert await ids(archive, scenario="other", status=Status.ENDED, search="alice") == ["d"]


async def test_what_is_older_comes_page_by_page(archive: Archive) -> None:
    await fill(
        archive,
        ended={"ended_at": STARTED},
        late={"created_at": STARTED - timedelta(days=9), "ended_at": STARTED + timedelta(days=9)},
        never={"created_at": STARTED, "ended_at": None},
        young={"created_at": STARTED + timedelta(days=9), "ended_at": None},
    )
    day_after = STARTED + timedelta(days=1)
    first = await archive.older_than(day_after, limit=1)
    second = await archive.older_than(day_after, after=first[0].id, limit=5)
    assert [interview.id for interview in (*first, *second)] == ["ended", "never"]


# -- deletion --


async def test_a_deletion_leaves_one_line_without_content(
    archive: Archive, database: Database, clock: Clock
) -> None:
    await archive.record(whole_record("i1", text="a secret"))
    await archive.record(whole_record("i2"))
    assert await archive.delete("i1", "key 1")
    clock.go_on(days=1)
    assert not await archive.delete("i1", "key 2")
    assert await archive.was_deleted("i1")
    assert "a secret" not in str(await everything(database))
    [line] = await archive.audit_log("i1")
    assert (line.actor, line.action, line.at) == ("key 1", "interview.deleted", clock.at - timedelta(days=1))
    assert await ids(archive) == ["i2"]


async def test_what_was_deleted_does_not_come_back(archive: Archive) -> None:
    await archive.delete("i1", "me")
    for attempt in (archive.record(whole_record("i1")), archive.register(an_interview("i1"))):
        with pytest.raises(Deleted):
            await attempt
    assert await archive.get("i1") is None
    assert await archive.events("i1") == []


async def test_an_id_that_is_used_again(archive: Archive, clock: Clock) -> None:
    """What was made after the deletion is another interview; what is archived is not overwritten by one."""
    await archive.record(whole_record("i1"))
    await archive.delete("i1", "me")
    clock.go_on(days=1)
    another = an_interview("i1", created_at=clock.at)
    await archive.register(another)
    await archive.mark_archived("i1")
    await archive.register(another)
    clock.go_on(days=1)
    third = whole_record("i1")
    third.interview.created_at = clock.at
    for attempt in (archive.record(third), archive.register(third.interview)):
        with pytest.raises(AlreadyArchived, match="needs another id"):
            await attempt
    assert await archive.events("i1") == []
    assert await archive.delete("i1", "me")
    assert len(await archive.audit_log("i1")) == 2


async def test_a_deletion_during_a_record_waits_for_it(
    archive: Archive, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the record would bring back what the deletion did not see."""
    has_begun, may_go_on = asyncio.Event(), asyncio.Event()
    put = archive._put

    async def slow(session: AsyncSession, interview: Interview) -> None:
        await put(session, interview)
        has_begun.set()
        await may_go_on.wait()

    monkeypatch.setattr(archive, "_put", slow)
    recording = asyncio.create_task(archive.record(whole_record("i1")))
    await has_begun.wait()
    deleting = asyncio.create_task(archive.delete("i1", "me"))
    done, _ = await asyncio.wait({deleting}, timeout=0.2)
    assert not done
    may_go_on.set()
    await asyncio.gather(recording, deleting)
    assert await archive.get("i1") is None
    assert (await everything(database))["events"] == []


async def test_many_writers_at_once(archive: Archive, database_url: str) -> None:
    """Of one interview and of several, in several processes' pools."""
    databases = [Database(database_url) for _ in range(3)]
    archives = [Archive(database, lambda: STARTED) for database in databases]
    numbers = range(4)
    await asyncio.gather(
        *(each.record(whole_record(f"i{n}", events=20)) for each in archives for n in numbers),
        *(each.register(an_interview(f"i{n}", status=Status.CREATED)) for each in archives for n in numbers),
        *(each.audit("me", "wrote") for each in archives),
    )
    for n in numbers:
        assert len(await archive.events(f"i{n}")) == 40
        found = await archive.get(f"i{n}")
        assert found is not None
        assert found.status is Status.ENDED
    assert len(await archive.audit_log()) == len(archives)
    for database in databases:
        await database.aclose()


async def test_what_was_said_is_in_no_error(archive: Archive) -> None:
    record = whole_record("i1", text="a secret")
    twice = replace(record, turns=[*record.turns, *record.turns])
    with pytest.raises(IntegrityError) as defect:
        await archive.record(twice)
    assert "a secret" not in str(defect.value)
    assert await archive.get("i1") is None


async def test_a_huge_interview(archive: Archive) -> None:
    await archive.record(whole_record("i1", events=3_000, text="x" * 200))
    assert len(await archive.events("i1")) == 6_000
    assert await archive.delete("i1", "me")


async def test_audit_lines_come_newest_first(archive: Archive) -> None:
    for number in range(5):
        await archive.audit("me", f"did {number}", "i1" if number % 2 else None, {"n": number})
    lines = await archive.audit_log(limit=2)
    assert [line.action for line in lines] == ["did 4", "did 3"]
    assert [line.detail for line in await archive.audit_log(before=lines[-1].id)] == [
        {"n": n} for n in (2, 1, 0)
    ]
    assert [line.action for line in await archive.audit_log("i1")] == ["did 3", "did 1"]
