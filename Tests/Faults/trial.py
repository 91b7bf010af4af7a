"""One data folder through many lives of the server: work, something happens, start again, send again what was not answered, compare."""

import json
import random
import shutil
import subprocess
import threading

from books import complaints
from record import Record
from servers import Server
from visitor import Visitor

# Decisions that were answered and are sent once more all the same, after each life.
AGAIN = 3
KINDS = {"pass", "accept", "submit", "save", "attach", "reveal"}


class Trial:
    def __init__(self, province, name, seed, **environment):
        self.province, self.name, self.seed = province, name, seed
        self.chance = random.Random(f"{seed}/{name}")
        self.folder = province.copy(name)
        self.before, damage = province.books(name)
        assert damage == []
        self.record = Record()
        self.server = Server(province, self.folder, province.folder / f"{name}.log", **province.environment(name) | environment)
        self.workers = []
        self.slowest = 0.0
        self.lives = 0
        self.shifts = 0

    def live(self, **environment):
        """Starts the server, and lets everybody work."""
        self.start(**environment)
        self.work()

    def start(self, **environment):
        self.slowest = max(self.slowest, self.server.start(**environment))
        self.lives += 1

    def work(self, kind=Visitor):
        # Nobody does the same twice, in whatever life: what he uploads is told by its content.
        self.shifts += 1
        self.workers = self.province.workers(self.server, self.record, f"{self.seed}/{self.lives}/{self.shifts}", kind)
        for worker in self.workers:
            worker.start()

    def rest(self):
        """Everybody stops, after the answer he is waiting for; returns who was cut off."""
        for worker in self.workers:
            worker.done.set()
        for worker in self.workers:
            worker.join(60)
            assert not worker.is_alive(), f"{worker.person} waits for an answer that does not come"
        wrong = [line for worker in self.workers for line in worker.wrong]
        assert wrong == [], f"{wrong}; the log: {self.server.faults()[-3:]}"
        cut_off, self.workers = [(worker.person, worker.cut_off) for worker in self.workers if worker.cut_off], []
        return cut_off

    def pause(self, seconds):
        """Lets the others work for so long, or until the server has ended."""
        if self.server.process is None:
            threading.Event().wait(seconds)
            return
        try:
            self.server.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            pass

    def settle(self):
        """Sends again what was not answered, and some of what was: the outcome is the first one."""
        visitors = {}
        try:
            answered = [sent for sent in self.record.acknowledged() if sent.is_move][-40:]
            again = self.chance.sample(answered, min(AGAIN, len(answered)))
            for sent in self.record.unsettled() + again:
                visitor = visitors.setdefault(sent.person, self.province.visitor(sent.person, self.server))
                answer = self.record.repeat(sent, visitor)
                # A file may find its place taken by those that came after it: it is refused for good, and has no effect.
                final = (200, 303, 409, 422) if sent.kind == "attach" else (200, 303, 409)
                assert answer.status in final, f"{sent.kind} sent again was answered with {answer.status}"
                assert sent not in again or answer.status == 303, f"{sent.kind} was acknowledged, and {answer.status} when it was sent again"
        finally:
            for visitor in visitors.values():
                visitor.close()
        assert self.record.unsettled() == []

    def wrong(self):
        """How the data folder contradicts what clients were told; the server must have ended."""
        keys = json.loads((self.folder / "keys.json").read_text())
        assert {"current", "keys", "index"} <= keys.keys(), "the key file is whole"
        now, damage = self.province.books(self.name)
        return damage + complaints(self.record, self.before, now)

    def check(self):
        wrong = self.wrong()
        assert wrong == [], f"seed {self.seed}, life {self.lives}: {wrong[:20]}"
        self.province.verify(self.name)

    def finish(self):
        """Ends the server as it should be ended, and compares once more."""
        code, _ = self.server.end()
        assert code == 0
        self.check()
        assert self.server.faults() == [], "nothing unforeseen happened on the server"

    def close(self):
        """Nothing of it is left, however the test went."""
        self.server.kill()
        for worker in self.workers:
            worker.visitor.patience = 0
            worker.done.set()
        for worker in self.workers:
            worker.join(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def told(self):
        counts = {kind: sum(sent.kind == kind for sent in self.record.acknowledged()) for kind in sorted(KINDS)}
        open_once = sum(sent.answers[:1] == [(599, "")] for sent in self.record.all)
        return f"{len(self.record.acknowledged())} acknowledged {counts}, {open_once} cut off, slowest start {self.slowest:.2f} s"
