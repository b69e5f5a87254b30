"""The real functions, workers and producers do what the model knows, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from schedules.broken import DEFECTS, RARE, broken
from schedules.gates import Wire
from schedules.runs import Runs, functions

pytestmark = pytest.mark.integration

SCHEDULES = 2_000

TROUBLES = {
    *("crashes", "dies of the poison", "dies of ask N", "closes ask N", "rejects N"),
    *("gives up the interview", "gives up the interview over the poison"),
    *("the lease expires", "the lease expires under its holder", "lost N"),
    *("is to stop", "stops", "hands back N", "rings", "reads its own bells", "rings anew", "leaves"),
    *("claims bell N", "keeps bell N", "is busy", "passes bell N to wN", "reads its mail"),
    *("takes up ask N", "may not release", "is told that N is done", "commits the late answer of N"),
    *("leaves piece N under way", "leaves answer N under way"),
    *("aN closes it", "aN may not close it", "aN is told that it was deleted", "it is deleted"),
    *("append N is refused", "finds it archived", "finds it deleted"),
    *("piece N of wN comes late", "answer N of wN comes late"),
}
LOSSES = {
    *("append N", "ring", "reads bell N", "claims bell N", "acquires N", "commits N", "rejects N"),
    *("commits the answer of N", "emits N", "appends the answer of N", "confirms deadline N"),
    *("releases", "acknowledges", "passes bell N to wN", "hands back N", "rings anew"),
}


@pytest.fixture
def wire(redis_url: str) -> Iterator[Wire]:
    wire = Wire(redis_url)
    yield wire
    wire.close()


@pytest.mark.timeout(600)
def test_the_code_does_what_the_model_knows(
    wire: Wire, key_prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with functions(wire):
        tally = Runs(wire, key_prefix).run(range(SCHEDULES))
    with capsys.disabled():
        print(f"\n{tally}")
    assert tally.schedules == SCHEDULES
    expected = {*TROUBLES, *(f"{step}, the answer is lost" for step in LOSSES)}
    missing = expected - tally.steps.keys()
    assert not missing


@pytest.mark.parametrize("defect", sorted({*DEFECTS} - RARE))
def test_a_defect_is_noticed(wire: Wire, key_prefix: str, defect: str) -> None:
    with broken(defect, wire):
        assert Runs(wire, key_prefix).find(range(200))
