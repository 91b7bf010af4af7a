"""SIGTERM under load: what is under way is finished, and nobody who asks again while nobody listens notices anything (R-22)."""

import json

from visitor import PatientVisitor

ENDS_WITHIN = 20


def test_restarts_under_load(trials, rounds, tell):
    trial = trials("stop")
    trial.start()
    trial.work(PatientVisitor)
    slowest = 0.0
    for _ in range(rounds(10, 20)):
        trial.pause(trial.chance.uniform(0.2, 1))
        code, elapsed = trial.server.end()
        assert code == 0
        slowest = max(slowest, elapsed)
        trial.start()
    resets = sum(worker.visitor.resets for worker in trial.workers)
    cut_off = trial.rest()
    tell(f"{trial.told()}, slowest end {slowest:.2f} s, {resets} connections reset before they were taken")
    assert cut_off == [], "everybody was answered"
    assert taken(trial.server) == len(trial.record.heard), "no request that the server took was left without its answer"
    assert slowest <= ENDS_WITHIN
    trial.finish()


def taken(server):
    """Requests of people with a session, by the server's log."""
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    return sum(line["message"] == "request" and line["metadata"]["account"] != "none" for line in lines)
