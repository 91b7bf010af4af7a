"""The power fails: what was not synchronised is gone, wholly or in part, and nothing that was acknowledged (R-02, I-34)."""

LIVES = 3


def test_power_cut_at_any_moment(trials, disks, rounds, tell):
    left, lost = rounds(10, 200), 0
    while left > 0:
        trial = trials(f"power-{left}")
        disk = disks(trial)
        trial.start(**disk.begin())
        for _ in range(min(left, LIVES)):
            # Everything that could be lost is lost, and a part of it, in turns.
            lost += one_cut(trial, disk, trial.chance if left % 2 else None)
            left -= 1
        trial.finish()
        tell(f"{trial.told()}, {lost} changes were open so far")
        trial.close()
    assert lost > 0, "there was something to lose"


def one_cut(trial, disk, chance):
    trial.work()
    trial.pause(trial.chance.uniform(0.2, 1.5))
    trial.server.kill()
    trial.rest()
    lost = disk.cut(chance)
    trial.check()
    trial.start(**disk.begin())
    trial.settle()
    return lost


def test_forgotten_synchronisations_are_noticed(trials, disks):
    """The test can fail: on a disk that only says that it has written, acknowledged work is lost, and that is seen."""
    trial = trials("power-forgetful")
    disk = disks(trial)
    environment = disk.begin()
    disk.control.forgets_syncs = 1
    trial.live(**environment)
    trial.pause(1.5)
    trial.server.kill()
    trial.rest()
    assert len(trial.record.acknowledged()) > 0
    disk.cut()
    assert any(line.startswith("lost: ") for line in trial.wrong())
