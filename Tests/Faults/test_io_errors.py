"""The disk fails once: whoever was asking is told, the process does not trust its database any more, and nothing acknowledged is lost (R-03)."""

import subprocess
import time
from collections import Counter

import pytest

ENDS_WITHIN = 1


@pytest.mark.parametrize("call", ["sync", "write"])
def test_the_nth_call_fails(trials, disks, rounds, tell, call):
    slowest, ended = 0.0, 0
    for turn in range(rounds(5, 40)):
        # A folder of its own for each: what can be decided in one is soon done.
        trial = trials(f"error-{call}-{turn}")
        elapsed = one_failure(trial, disks(trial), call, turn)
        if elapsed is not None:
            ended += 1
            slowest = max(slowest, elapsed)
        tell(f"{trial.told()}; it ended {ended} times so far, at the most {slowest:.2f} s after the error")
        trial.close()
    assert ended > 0
    assert slowest <= ENDS_WITHIN


def one_failure(trial, disk, call, turn):
    """The call that is so many turns away fails; returns how long after it the process ended, None when it did not have to."""
    trial.start(**disk.begin())
    setattr(disk.control, f"fail_{call}_at", getattr(disk.control, f"{call}s") + 1 + turn)
    trial.work()
    elapsed = end_of(trial, disk)
    cut_off = trial.rest()
    if elapsed is None:
        # An upload can fail by itself; what holds the database open must not go on with it.
        assert disk.control.failed_inode not in database(trial), "the process ends when the disk has failed below the database"
        assert any(status >= 500 for sent in trial.record.all for status, _ in sent.answers)
        trial.server.kill()
    else:
        assert trial.server.process.returncode != 0
        assert cut_off or trial.record.unsettled(), "somebody was told"
    # What the disk did not take is not there when it is read again.
    disk.cut()
    trial.check()
    trial.start()
    trial.settle()
    trial.server.kill()
    trial.check()
    return elapsed


def end_of(trial, disk):
    """How long after the error the process ended; None when it goes on."""
    try:
        trial.server.process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        assert disk.control.failed_at > 0, f"a call was made to fail; {disk.control.syncs} syncs and {disk.control.writes} writes so far, {len(trial.record.heard)} answers: {Counter((each.method, each.status) for each in trial.record.heard)}; {trial.server.faults()[-2:]}"
        return None
    assert disk.control.failed_at > 0, "it ended by the failed call"
    return time.monotonic() - disk.control.failed_at / 1e9


def database(trial):
    return {file.stat().st_ino for file in trial.folder.glob("zhiping.sqlite*")}
