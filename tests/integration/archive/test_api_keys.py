"""API keys: made, verified, revoked; of the secret nothing is kept that opens a door."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fakes.clock import Clock
from sqlalchemy import text
from viva_shared.archive import ApiKeys, Database

pytestmark = pytest.mark.integration


async def test_a_key_is_shown_once_and_kept_as_a_hash(api_keys: ApiKeys, database: Database) -> None:
    key, shown = await api_keys.create("the careers site")
    assert re.fullmatch(rf"viva_{key.id}_[A-Za-z0-9_-]{{43}}", shown)
    async with database.engine.connect() as connection:
        [row] = (await connection.execute(text("SELECT * FROM api_keys"))).all()
    assert shown.split("_", 2)[2] not in str(row)
    assert key.hash not in repr(key)


async def test_only_its_own_text_opens(api_keys: ApiKeys, clock: Clock) -> None:
    key, shown = await api_keys.create("one")
    other, others = await api_keys.create("two")
    verified = await api_keys.verify(shown)
    assert verified is not None
    assert verified.name == "one"
    secret = shown.split("_", 2)[2]
    for wrong in (
        *("", "viva", "viva_", f"viva_{key.id}", f"viva_{key.id}_", f"Viva_{key.id}_{secret}", shown[:-1]),
        *(f"{shown}x", f" {shown}", f"viva_{other.id}_{secret}", f"viva_{key.id}_{key.hash}", "viva_\0_\0"),
        *("viva_" + "x" * 10_000, f"viva_{key.id}_\ud800", "viva_\ud800_x"),
    ):
        assert await api_keys.verify(wrong) is None, wrong
    assert await api_keys.verify(others) is not None


async def test_a_revoked_key_opens_nothing(api_keys: ApiKeys, clock: Clock) -> None:
    key, shown = await api_keys.create("one")
    assert await api_keys.revoke(key.id)
    first = clock.at
    clock.go_on(days=1)
    assert await api_keys.revoke(key.id)
    assert await api_keys.verify(shown) is None
    assert not await api_keys.revoke("unknown")
    [kept] = await api_keys.every()
    assert kept.revoked_at == first


async def test_the_last_use_is_known_to_a_few_minutes(api_keys: ApiKeys, clock: Clock) -> None:
    _, shown = await api_keys.create("one")

    async def used() -> object:
        await api_keys.verify(shown)
        [key] = await api_keys.every()
        return key.last_used_at

    begun = clock.at
    assert await used() == begun
    clock.go_on(minutes=4)
    assert await used() == begun
    clock.go_on(minutes=2)
    assert await used() == begun + timedelta(minutes=6)


async def test_keys_are_listed_in_the_order_of_their_making(api_keys: ApiKeys, clock: Clock) -> None:
    for name in ("c", "a", "b"):
        await api_keys.create(name)
        clock.go_on(seconds=1)
    assert [key.name for key in await api_keys.every()] == ["c", "a", "b"]
