"""Interviews by real processes under all kinds of faults, and planted defects: `make faults` in small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from faults.campaign import hold
from faults.planted import ALL, CONTROLS, judge_all
from faults.process import TESTS
from faults.stack import PACE, ground, stack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

QUICK = ("acknowledge_on_read", "effects_not_kept", "append_without_seen", "no_dead_letter")


def test_interviews_under_faults_break_no_rule(tmp_path: Path) -> None:
    with ground(tmp_path) as on, stack(on, "viva") as brains:
        outcome = hold(brains, 12, 4, pause_s=0.2, length=0.3, limit_s=150, options=("--persona", "alice"))
    assert outcome.violations == []
    assert outcome.interviews == 12
    assert len(outcome.faults) >= 20, outcome.faults
    assert 3 * len({hit.kill for hit in outcome.hits}) >= outcome.kills > 2
    assert max(outcome.waits(disturbed=False)) < 3


def test_planted_defects_are_found(tmp_path: Path) -> None:
    which = [planted for planted in ALL if planted.defect in QUICK]
    verdicts = judge_all(which, tmp_path / "planted", at_once=len(QUICK), pace=PACE)
    assert [str(verdict) for verdict in verdicts if not verdict.is_right] == []
    assert len(verdicts) == len(QUICK)


def test_every_defect_can_be_planted() -> None:
    plant_all = "from faults import defects, planted; [getattr(defects, p.defect)() for p in planted.ALL]"
    subprocess.run([sys.executable, "-c", plant_all], cwd=TESTS, check=True, timeout=60)


def test_every_fault_is_tried_without_a_defect_too() -> None:
    assert {planted.aim for planted in CONTROLS} == {planted.aim for planted in ALL}
