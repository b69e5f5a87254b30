"""How the measurement of what a power cut takes reads a trace, and a small version of it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from bench.aof_loss import losses, read_trace

LOG = "/d/appendonlydir/appendonly.aof.1.incr.aof"


@pytest.mark.unit
def test_only_what_was_written_before_a_synchronisation_began_is_safe_once_it_is_over() -> None:
    trace = f"""\
1 10.0 write(7<{LOG}>, ""..., 100) = 100 <0.001>
1 10.1 write(9<socket:[1]>, ""..., 5) = 5 <0.001>
2 11.0 fdatasync(7<{LOG}> <unfinished ...>
1 11.1 write(7<{LOG}>, ""..., 30) = 30 <0.001>
2 11.5 <... fdatasync resumed>) = 0 <0.5>
1 11.6 write(7<{LOG}>, ""..., 7 <unfinished ...>
2 12.0 fdatasync(7<{LOG}>) = 0 <0.25>
1 12.3 <... write resumed>) = 7 <0.7>
3 12.2 fdatasync(8</d/appendonlydir/appendonly.aof.manifest>) = 0 <0.1>
1 13.0 +++ exited with 0 +++"""
    log = read_trace(trace.splitlines())
    times = (10.9, 11.49, 11.5, 12.24, 12.25, 12.5, 99.0)
    assert [log.after_power_cut(at) for at in times] == [0, 0, 100, 100, 130, 130, 130]
    assert [log.after_kill(at) for at in times] == [100, 130, 130, 130, 130, 137, 137]


@pytest.mark.integration
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize(("appendfsync", "loses"), [("everysec", True), ("always", False)])
def test_always_keeps_what_it_acknowledged(tmp_path: Path, appendfsync: str, loses: bool) -> None:
    row = losses(tmp_path, appendfsync, 3.0, 5, random.Random(1))
    assert bool(row["power_cut"]["instants_that_lost"]) is loses
    assert row["power_cut"]["oldest_s"] < 5
