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

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARIES = Path(os.environ.get("ZHIPING_BIN", ROOT / ".build" / "debug"))
CHINA = timezone(timedelta(hours=8))
# Enough of a province to walk through, filled in some seconds by a debug build.
SIZE = ("--units", 300, "--people", 400, "--dossiers", 900)


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


def stand_in(system, port):
    """Starts our own stand-in for the province's platform with the personas as its accounts; the site expects of it what it does unasked."""
    folder = system.folder / "identity"
    system.run("identity-platform", "import", "--folder", folder, system.folder / "personas.json")
    system.begin("identity-platform", "serve", "--folder", folder, "--port", port, "--issuer", system.issuer,
                 "--redirect-uri", f"{system.origin}/sign-in/callback", "--client-id", "zhiping")
    return {}


class System:
    """Starts a provider of identities and the site, on data of their own; `stop` ends them and removes the data."""

    def __init__(self, start_provider=stand_in, **environment):
        self.folder = Path(tempfile.mkdtemp(prefix="zhiping-browser-"))
        self.environment = os.environ | {"IDENTITY_CLIENT_SECRET": secrets.token_hex(32)} | environment
        self.processes = []
        port, provider_port, watch_port = free_port(), free_port(), free_port()
        self.origin = f"http://127.0.0.1:{port}"
        self.watch = f"http://127.0.0.1:{watch_port}"
        self.issuer = f"http://127.0.0.1:{provider_port}"
        try:
            self.start(port, provider_port, watch_port, start_provider)
        except BaseException:
            self.stop()
            raise

    def start(self, port, provider_port, watch_port, start_provider):
        accounts = self.folder / "personas.json"
        self.run("zhiping", "demo", "--data", self.folder, "--accounts", accounts, "--today", today(), *SIZE)
        self.personas = json.loads(accounts.read_text())
        expected = start_provider(self, provider_port)
        self.begin("zhiping", "serve", "--data", self.folder, "--host", "127.0.0.1", "--port", port, "--watch-port", watch_port,
                   "--issuer", self.issuer, **expected)
        self.await_answer(f"{self.issuer}/.well-known/openid-configuration")
        self.await_answer(f"{self.watch}/readyz")

    def labels(self):
        return [persona["label"] for persona in self.personas]

    def command(self, program, arguments):
        """One of our programs by its name, or another's by its whole path."""
        return [str(BINARIES / program), *map(str, arguments)]

    def run(self, program, *arguments, **environment):
        subprocess.run(self.command(program, arguments), env=self.environment | environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def begin(self, program, *arguments, **environment):
        with open(self.log(program), "wb") as log:
            self.processes.append(subprocess.Popen(
                self.command(program, arguments), env=self.environment | environment, stdout=log, stderr=subprocess.STDOUT))

    def log(self, program):
        return self.folder / f"{Path(program).name}.log"

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
        raise RuntimeError(f"{process.args[0]} ended with {process.returncode}:\n{self.log(process.args[0]).read_text()}")

    def faults(self):
        """What the site's log calls unforeseen, and whatever in it is no line of the log."""
        return [line for line in self.log("zhiping").read_text().splitlines() if not is_ordinary(line)]

    def numbers(self):
        """ID and phone numbers of the personas: what the site must keep to itself."""
        return [persona[key] for persona in self.personas for key in ("idNumber", "phone") if persona[key]]

    def leaks(self):
        """Where the site has written one of them: in its log, its database or its files."""
        written = [path for pattern in ("zhiping*", "files/**/*") for path in self.folder.glob(pattern) if path.is_file()]
        return [path.name for path in written for number in self.numbers() if number.encode() in path.read_bytes()]

    def end(self):
        for process in self.processes:
            process.terminate()
        return [process.wait(timeout=20) for process in self.processes]

    def stop(self):
        endings = self.end()
        shutil.rmtree(self.folder)
        return endings


def serving(system):
    """A system for as long as tests ask for it; what it did meanwhile is a test of its own."""
    yield system
    faults, endings, leaks = system.faults(), system.end(), system.leaks()
    system.stop()
    assert endings == [0, 0], "both programs end cleanly when they are told to"
    assert faults == [], "nothing unforeseen happened on the server"
    assert leaks == [], "no number of a person is written anywhere in plain text"
