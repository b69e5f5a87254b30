"""The protocol holds in every state, and the check would notice each rule that is broken."""

from __future__ import annotations

import pytest
from model.mutants import MUTANTS
from model.search import SETUPS, Search, check

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("setup", SETUPS)
def test_the_protocol_holds(setup: str) -> None:
    verdict = Search(SETUPS[setup]).run()
    assert not verdict.wrong, verdict.trace


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_rule_is_noticed(mutant: str) -> None:
    assert check(mutant), MUTANTS[mutant]
