"""The very first start dies with any one of its changes to the disk, by a kill or with the power: the next one completes it (R-01, R-02)."""

import os
import random
import shutil
import signal
import subprocess

import pytest
from books import sqlite_books
from powerloss import Shim, read_log
from servers import BINARIES


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def migrate(folder, **environment):
    return subprocess.run([BINARIES / "zhiping", "migrate", "--data", folder], env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace")


def begin(shim):
    """An empty place, and a disk that has noted nothing."""
    shutil.rmtree(shim.root, ignore_errors=True)
    shim.root.mkdir(mode=0o700)
    return shim.begin()


def test_killed_with_any_change(folder, tmp_path, rounds, seed, tell):
    folder.mkdir()
    shim = Shim(tmp_path / "disk", folder)
    whole = migrate(folder, **begin(shim))
    assert whole.returncode == 0, whole.stdout
    count = max(record.number for record in read_log(shim.log))
    chance = random.Random(seed)
    points = range(1, count + 1)
    chosen = sorted({*chance.sample(points, min(rounds(8, count), count)), *names(shim.log)})
    for point in chosen:
        for cut in ("kill", "all", "some"):
            environment = begin(shim)
            shim.control.die_at = point
            died = migrate(folder, **environment)
            # Two runs need not make the same changes in the same order; one that was through by then has nothing to complete.
            assert died.returncode in (0, -signal.SIGKILL), died.stdout
            if cut != "kill":
                shim.cut(chance if cut == "some" else None)
            again = migrate(folder)
            assert again.returncode == 0, f"seed {seed}, change {point} of {count}, {cut}: {again.stdout}"
            assert sqlite_books(folder)[1] == []
    tell(f"{len(chosen)} of {count} changes, each with a kill and two kinds of power cut")


def names(log):
    """The changes that make, move or remove a name: fewest, and most likely to matter."""
    return [record.number for record in read_log(log) if record.first]
