"""The programs under test as processes: how they are started, asked, killed and ended."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARIES = Path(os.environ.get("ZHIPING_BIN", ROOT / ".build" / "debug"))
PATIENCE = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, patience=PATIENCE):
    """Looks again and again until the condition holds; returns what it said and how long it took."""
    begun, pause = time.monotonic(), threading.Event()
    while True:
        found = condition()
        elapsed = time.monotonic() - begun
        if found:
            return found, elapsed
        assert elapsed < patience, f"{what} within {patience} s"
        pause.wait(0.01)


def probe(port, path, patience=5):
    """The status of one of the two probes; 0 when nothing answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def run(program, *words, **environment):
    command = [BINARIES / program, *map(str, words)]
    done = subprocess.run(command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    assert done.returncode == 0, f"{program} {words[0]} ended with {done.returncode}: {done.stdout[-2000:]}"
    return done.stdout


class Program:
    """A process with a log of its own, that outlives no test."""

    def __init__(self, log):
        self.log = Path(log)
        self.process = None

    def begin(self, program, *words, **environment):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BINARIES / program, *map(str, words)], env=os.environ | environment, stdout=log, stderr=log)

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def end(self, patience=PATIENCE):
        """SIGTERM; returns the exit code, and how long it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=patience), time.monotonic() - begun

    def faults(self):
        """What the log calls unforeseen, and whatever in it is no line of the log."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if not is_ordinary(line)] if self.log.exists() else []


def is_ordinary(line):
    try:
        return json.loads(line)["level"] not in ("error", "critical")
    except (ValueError, KeyError, TypeError):
        return False


class Server(Program):
    """The site on one data folder."""

    def __init__(self, province, data, log, port=None, origin=None, **environment):
        super().__init__(log)
        self.province, self.data, self.port, self.origin = province, Path(data), port or province.port, origin or province.origin
        # Where it tells how it is; of nobody's concern but the operator's.
        self.watch = free_port()
        self.environment = {"WATCH_PORT": str(self.watch)} | environment

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    def start(self, **environment):
        """Begins to serve; returns how long it took until the site said it was ready."""
        assert self.probe("/healthz") == 0, "another server is still there"
        self.begin("zhiping", "serve", "--data", self.data, "--port", self.port, "--origin", self.origin, "--issuer", self.province.issuer,
                   **{"IDENTITY_CLIENT_SECRET": self.province.secret} | self.environment | environment)
        return wait_for(self.is_ready, "the site is ready")[1]

    def is_ready(self):
        assert self.runs, f"the server ended with {self.process.poll()}:\n{self.log.read_text(errors='replace')[-3000:]}"
        return self.probe("/readyz") == 200

    def probe(self, path):
        return probe(self.watch, path)

    def metric(self, name):
        """A number as /metrics tells it; None when it does not."""
        connection = http.client.HTTPConnection("127.0.0.1", self.watch, timeout=5)
        try:
            connection.request("GET", "/metrics")
            found = re.search(rf"^{re.escape(name)} (\S+)$", connection.getresponse().read().decode(), re.M)
            return float(found.group(1)) if found else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def failures(self, kind):
        """How often the database has failed in this way, as the metrics count it."""
        return self.metric(f'zhiping_database_failures_total{{kind="{kind}"}}') or 0
