"""What was sent and what was answered: the test's own memory, to hold against the server's."""

import re
import threading
from dataclasses import dataclass, field

from visitor import Posting

MOVES = ("pass", "accept", "submit")


@dataclass
class Sent:
    kind: str
    key: str
    person: str
    dossier: str
    version: int
    posting: Posting
    mark: str = ""
    digest: str = ""
    detached: str = ""
    answers: list = field(default_factory=list)

    @property
    def is_move(self):
        return self.kind in MOVES

    @property
    def is_open(self):
        return not any(status < 500 for status, _ in self.answers)

    @property
    def took_effect(self):
        """The client was told so."""
        return any(status == (200 if self.kind == "reveal" else 303) for status, _ in self.answers)

    @property
    def is_uncertain(self):
        """It failed or was cut off, and nobody said afterwards what had become of it; to a saving sent again, 409 does not."""
        return not self.took_effect and any(status >= 500 for status, _ in self.answers) and (self.is_open or self.kind == "save")

    @property
    def numbers(self):
        """The entries of the trail that the answers have named."""
        return {int(number) for _, location in self.answers for number in re.findall(rf"done={self.dossier}-(\d+)", location)}


# The place of an answer that never came.
NONE = (599, "")


class Record:
    def __init__(self):
        self.all = []
        self.lock = threading.Lock()
        self.heard = []

    def send(self, sent, visitor):
        """Posts, and remembers that before, and the answer after."""
        with self.lock:
            self.all.append(sent)
        return self.repeat(sent, visitor)

    def repeat(self, sent, visitor):
        resets = visitor.resets
        try:
            answer = visitor.post(sent.posting)
        except Exception:
            sent.answers.append(NONE)
            raise
        sent.answers += [NONE] * (visitor.resets - resets)
        sent.answers.append((answer.status, answer.location))
        return answer

    def unsettled(self):
        return [sent for sent in self.all if sent.is_open]

    def acknowledged(self):
        return [sent for sent in self.all if sent.took_effect]
