"""Another process holds the database: everybody is told soon that it cannot be now, and everything goes on afterwards (R-05)."""

import sqlite3
import threading
import time

from servers import wait_for

HELD = 10
SEEN_WITHIN = 15
ANSWERED_WITHIN = 2.5


def test_database_held_by_another_process(trials, tell):
    trial = trials("locked")
    trial.live()
    trial.pause(1)
    held, released, probed = hold(trial)
    trial.pause(1)
    went_on = len(trial.record.heard)
    trial.rest()
    answers = [heard for heard in trial.record.heard if held < heard.begun < released - ANSWERED_WITHIN]
    posts = [heard for heard in answers if heard.method == "POST"]
    tell(f"{len(answers)} answers while it was held, {len(posts)} of them to posts; slowest {max(heard.elapsed for heard in answers):.2f} s")
    assert posts and {heard.status for heard in posts} == {503}, "nothing can be written"
    assert all("retry-after" in heard.headers and "未保存" in heard.text for heard in posts)
    assert {heard.status for heard in answers if heard.method == "GET"} <= {200, 409, 503}
    assert all(heard.elapsed <= ANSWERED_WITHIN for heard in answers)
    assert set(probed) == {(200, 503)}
    assert any(heard.status == 303 for heard in trial.record.heard[:went_on] if heard.begun > released), "it goes on"
    wait_for(lambda: trial.server.probe("/readyz") == 200, "the site is ready again", 5)
    trial.settle()
    trial.finish()


def hold(trial):
    """Holds the file as nobody but the server ever should; returns from when until when, and what the probes said meanwhile."""
    probed = []
    connection = sqlite3.connect(trial.folder / "zhiping.sqlite", isolation_level=None, timeout=5)
    connection.execute("BEGIN EXCLUSIVE")
    held, pause = time.monotonic(), threading.Event()
    # The probe looks at most once a second.
    pause.wait(1.1)
    wait_for(lambda: trial.server.failures("busy"), "a metric tells of it", SEEN_WITHIN)
    while time.monotonic() - held < HELD:
        probed.append((trial.server.probe("/healthz"), trial.server.probe("/readyz")))
        pause.wait(0.5)
    connection.execute("ROLLBACK")
    connection.close()
    return held, time.monotonic(), probed
