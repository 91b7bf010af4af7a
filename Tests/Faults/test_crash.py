"""kill -9 at any moment: nothing that was acknowledged is lost, nothing happens twice (R-01, I-33 … I-36)."""

from trial import KINDS

# A data folder goes through so many deaths; then there is little left to decide in it.
LIVES = 3
READY_WITHIN = 2


def test_killed_at_any_moment(trials, rounds, tell):
    left, done = rounds(30, 500), set()
    while left > 0:
        trial = trials(f"crash-{left}")
        trial.start()
        for _ in range(min(left, LIVES)):
            left -= 1
            one_death(trial)
        trial.finish()
        tell(trial.told())
        assert trial.slowest <= READY_WITHIN, "the site is ready again soon"
        done |= {sent.kind for sent in trial.record.acknowledged()}
        trial.close()
        if left == 0:
            assert done == KINDS, "all kinds of work were done"


def one_death(trial):
    trial.work()
    trial.pause(trial.chance.uniform(0.05, 2))
    trial.server.kill()
    trial.rest()
    trial.check()
    trial.start()
    trial.settle()
