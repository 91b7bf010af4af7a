"""The two programs under test, filled with the demo province and running on free ports."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("ZHIPING_BIN", ROOT / ".build" / "debug"))
CHINA = timezone(timedelta(hours=8))


def today():
    return datetime.now(CHINA).date()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_ordinary(line):
    try:
        return json.loads(line)["level"] not in ("error", "critical")
    except (ValueError, KeyError, TypeError):
        return False


class System:
    """Starts both programs on data of its own; `stop` ends them and removes the data."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="zhiping-browser-"))
        self.environment = os.environ | {"IDENTITY_CLIENT_SECRET": secrets.token_hex(32)}
        self.processes = []
        port, identity_port = free_port(), free_port()
        self.origin = f"http://127.0.0.1:{port}"
        self.issuer = f"http://127.0.0.1:{identity_port}"
        accounts, identity = self.folder / "personas.json", self.folder / "identity"
        self.run("zhiping", "demo", "--data", self.folder, "--accounts", accounts, "--today", today())
        self.run("identity-platform", "import", "--folder", identity, accounts)
        self.personas = json.loads(accounts.read_text())
        self.begin("identity-platform", "serve", "--folder", identity, "--port", identity_port, "--issuer", self.issuer,
                   "--redirect-uri", f"{self.origin}/sign-in/callback", "--client-id", "zhiping")
        self.begin("zhiping", "serve", "--data", self.folder, "--host", "127.0.0.1", "--port", port, "--issuer", self.issuer)
        self.await_answer(f"{self.issuer}/healthz")
        self.await_answer(f"{self.origin}/readyz")

    def labels(self):
        return [persona["label"] for persona in self.personas]

    def command(self, program, arguments):
        return [str(BINARIES / program), *map(str, arguments)]

    def run(self, program, *arguments):
        subprocess.run(self.command(program, arguments), env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def begin(self, program, *arguments):
        with open(self.log(program), "wb") as log:
            self.processes.append(subprocess.Popen(
                self.command(program, arguments), env=self.environment, stdout=log, stderr=subprocess.STDOUT))

    def log(self, program):
        return self.folder / f"{program}.log"

    def await_answer(self, address):
        deadline = datetime.now() + timedelta(seconds=20)
        while datetime.now() < deadline:
            try:
                urllib.request.urlopen(address, timeout=2).close()
                return
            except urllib.error.URLError:
                for process in self.processes:
                    self.check_alive(process)
        raise RuntimeError(f"{address} does not answer")

    def check_alive(self, process):
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return
        raise RuntimeError(f"{process.args[0]} ended with {process.returncode}:\n{self.log(Path(process.args[0]).name).read_text()}")

    def faults(self):
        """What the site's log calls unforeseen, and whatever in it is no line of the log."""
        return [line for line in self.log("zhiping").read_text().splitlines() if not is_ordinary(line)]

    def stop(self):
        for process in self.processes:
            process.terminate()
        endings = [process.wait(timeout=20) for process in self.processes]
        shutil.rmtree(self.folder)
        return endings
