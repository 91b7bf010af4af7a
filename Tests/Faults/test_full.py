"""The disk is full: writing is refused with a page that says so, reading goes on, and writing again when there is room (R-04)."""

from servers import wait_for

ROOM = 300_000
SEEN_WITHIN = 15


def test_disk_full(trials, disks, rounds, tell):
    trial = trials("full")
    disk = disks(trial)
    trial.start(**disk.begin())
    refused = 0
    for _ in range(rounds(2, 10)):
        begun = len(trial.record.heard)
        disk.control.space_left = trial.chance.randint(0, ROOM)
        disk.control.space_limited = 1
        trial.work()
        trial.pause(3)
        wait_for(lambda: trial.server.probe("/readyz") == 503, "the site says that it cannot write", 5)
        wait_for(lambda: trial.server.failures("full"), "a metric tells of it", SEEN_WITHIN)
        trial.pause(1)
        cut_off = trial.rest()
        heard = trial.record.heard[begun:]
        failures = [each for each in heard if each.status >= 500]
        refused += len(failures)
        assert trial.server.runs and cut_off == [], "the site stays, and answers everybody"
        assert {each.status for each in failures} <= {503, 507}
        assert all("未保存" in each.text for each in failures)
        assert [each.path for each in failures if each.method != "POST"] == [], "reading goes on"
        disk.control.space_limited = 0
        wait_for(lambda: trial.server.probe("/readyz") == 200, "the site can write again", 5)
        trial.settle()
    assert refused > 0
    tell(f"{trial.told()}, {refused} refused")
    code, _ = trial.server.end()
    assert code == 0
    trial.check()
