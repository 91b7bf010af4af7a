"""The program under test: the small world of its own tests, served over HTTP, with a line to it for what no page does."""

import http.client
import json
import os
import socket
import subprocess
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build" / "debug" / "rehearsal"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Rehearsal:
    """`reentry`: where what was given back comes in again, ownUnit or returningUnit (D6)."""

    def __init__(self, reentry, log):
        self.port = free_port()
        self.log = open(log, "wb")
        self.process = subprocess.Popen([PROGRAM, str(self.port), reentry], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, env=os.environ)
        self.read()
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.cookies = {}

    def read(self):
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the program has ended with {self.process.wait()}")
        return json.loads(answer)

    def tell(self, command, **more):
        self.process.stdin.write(json.dumps({"command": command, **more}).encode() + b"\n")
        self.process.stdin.flush()
        return self.read()

    def cookie(self, name):
        if name not in self.cookies:
            self.cookies[name] = self.tell("person", name=name)["cookie"]
        return self.cookies[name]

    def ask(self, method, path, cookie, fields=None):
        headers = {"Cookie": f"zhiping={cookie}", "Origin": f"http://127.0.0.1:{self.port}", "Sec-Fetch-Site": "same-origin"}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        return answer.status, answer.read().decode()

    def stop(self):
        self.process.terminate()
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.line.close()
        self.log.close()
