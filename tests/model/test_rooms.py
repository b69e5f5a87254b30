"""A room has one holder in every state, and the check would notice each rule that is broken."""

from __future__ import annotations

import pytest
from model.rooms import MUTANTS, SETUPS, RoomSearch, check

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("setup", SETUPS)
def test_a_room_has_one_holder(setup: str) -> None:
    verdict = RoomSearch(SETUPS[setup]).run()
    assert not verdict.wrong, verdict.trace


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_rule_is_noticed(mutant: str) -> None:
    assert check(mutant), MUTANTS[mutant]
