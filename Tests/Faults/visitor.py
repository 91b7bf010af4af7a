"""Somebody with a session, who reads pages and posts forms over connections of his own."""

import http.client
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

PATIENCE = 30


class Unanswered(Exception):
    """The connection ended before the answer was whole: whether the request took effect is unknown."""


class NotReached(Unanswered):
    """Nothing listened: the request cannot have taken effect."""


@dataclass
class Answer:
    status: int
    headers: dict
    text: str

    @property
    def location(self):
        return self.headers.get("location", "")


@dataclass
class File:
    field: str
    name: str
    content: bytes


@dataclass
class Posting:
    """A posted form, byte for byte, so that it can be sent again."""

    path: str
    content_type: str
    body: bytes = field(repr=False)


def posting(path, fields, files=None, multipart=False):
    if files is None and not multipart:
        return Posting(path, "application/x-www-form-urlencoded", urllib.parse.urlencode(fields).encode())
    mark = "mark-7d1b0c9e"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    for file in files or []:
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{file.field}"; filename="{file.name}"\r\n\r\n'.encode() + file.content + b"\r\n")
    return Posting(path, f"multipart/form-data; boundary={mark}", b"".join(parts) + f"--{mark}--\r\n".encode())


@dataclass
class Heard:
    """An answer, when it was asked for, and how long it took; of a failure, its page as well."""

    method: str
    path: str
    begun: float
    elapsed: float
    status: int
    headers: dict
    text: str


class Visitor:
    # How often a request was sent again because its connection had ended.
    resets = 0

    def __init__(self, address, cookie, origin, patience=PATIENCE, heard=None):
        self.address, self.cookie, self.origin, self.patience = address, cookie, origin, patience
        self.connection = None
        self.heard = heard

    def get(self, path):
        return self.request("GET", path, {})

    def post(self, posting):
        return self.request("POST", posting.path, {"Content-Type": posting.content_type, "Origin": self.origin}, posting.body)

    def request(self, method, path, headers, body=None):
        begun = time.monotonic()
        host = urllib.parse.urlsplit(self.origin).netloc
        if self.connection is None:
            self.connection = http.client.HTTPConnection(*self.address, timeout=self.patience)
            try:
                self.connection.connect()
            except ConnectionRefusedError as error:
                self.close()
                raise NotReached(str(error)) from error
            except OSError as error:
                self.close()
                raise Unanswered(repr(error)) from error
        try:
            self.connection.request(method, path, body, {"Host": host, "Cookie": self.cookie} | headers)
            response = self.connection.getresponse()
            answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unanswered(repr(error)) from error
        if answer.headers.get("connection") == "close":
            self.close()
        if self.heard is not None:
            text = answer.text if answer.status >= 500 else ""
            self.heard.append(Heard(method, path, begun, time.monotonic() - begun, answer.status, answer.headers, text))
        return answer

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class PatientVisitor(Visitor):
    """Asks over a connection for each request, and again while nobody listens. Of a connection that ends before the answer has come
    nobody knows what became of it; forms have keys, so asking again is safe then, too, and is counted."""

    def request(self, method, path, headers, body=None):
        begun = time.monotonic()
        while True:
            try:
                return super().request(method, path, {"Connection": "close"} | headers, body)
            except Unanswered as error:
                if time.monotonic() - begun > self.patience or isinstance(error.__cause__, TimeoutError):
                    raise
                self.resets += not isinstance(error, NotReached)
                threading.Event().wait(0.02)
            finally:
                self.close()
