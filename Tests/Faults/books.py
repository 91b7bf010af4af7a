"""What stands in the server's database and file store, read while no server has it open, and held against what clients were told."""

import csv
import hashlib
import io
import shutil
import sqlite3
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

POSTGRES = Path("/usr/lib/postgresql/15/bin")
COLUMNS = {
    "trail": "request_key, dossier_id, number, step, stage_before, stage_after",
    "dossiers": "id, version, stage",
    "drafts": "dossier_id, revision, body",
    "attachments": "dossier_id, id, digest, CASE WHEN removed_at IS NULL THEN 1 ELSE 0 END",
    "files": "digest, bytes",
    "revelations": "dossier_id",
}


class Books:
    """The tables that count, and the contents of the files they name."""

    def __init__(self, rows, store):
        self.store = Path(store)
        self.trail, self.dossiers, self.drafts, self.attachments, self.files, self.revelations = (
            rows(f"SELECT {columns} FROM {table}") for table, columns in COLUMNS.items())
        self.trail = [(key, dossier, int(number), *rest) for key, dossier, number, *rest in self.trail]
        self.dossiers = {dossier: (int(version), stage) for dossier, version, stage in self.dossiers}
        self.drafts = {dossier: (int(revision), body) for dossier, revision, body in self.drafts}
        self.keys = Counter(key for key, *_ in self.trail)
        self.entries = {key: entry for key, *entry in self.trail}
        self.lengths = Counter(dossier for _, dossier, *_ in self.trail)
        self.revealed = Counter(dossier for dossier, in self.revelations)


def sqlite_books(folder):
    """Reads a copy, so that what is on the disk stays as the server left it. Nobody may have the folder open."""
    folder = Path(folder)
    with tempfile.TemporaryDirectory(prefix="zhiping-books-") as aside:
        for file in folder.glob("zhiping.sqlite*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, aside)
        connection = sqlite3.connect(Path(aside) / "zhiping.sqlite")
        try:
            books = Books(lambda query: connection.execute(query).fetchall(), folder / "files")
            damage = [row[0] for row in connection.execute("PRAGMA integrity_check").fetchall() if row[0] != "ok"]
            damage += [f"a row of {row[0]} refers to nothing" for row in connection.execute("PRAGMA foreign_key_check").fetchall()]
        finally:
            connection.close()
    return books, damage


def postgres_books(url, store):
    def rows(query):
        command = [POSTGRES / "psql", "--no-psqlrc", "--csv", "--tuples-only", "--command", query, url]
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        csv.field_size_limit(1 << 30)
        return list(csv.reader(io.StringIO(text)))

    books = Books(rows, store)
    books.attachments = [(dossier, id, digest, int(there)) for dossier, id, digest, there in books.attachments]
    return books, []


def complaints(record, before, now):
    """Everything in which the books contradict what clients were told, in words; nothing when all is well."""
    return [*trails(record, before, now), *moves(record, now), *drafts(record, before, now), *revelations(record, before, now), *files(record, now)]


def trails(record, before, now):
    """Each trail is whole and goes with its dossier (I-36), and nobody has added what nobody sent."""
    by_dossier = {}
    for key, dossier, number, step, stage_before, stage_after in sorted(now.trail, key=lambda entry: entry[1:3]):
        by_dossier.setdefault(dossier, []).append((number, stage_before, stage_after))
    for dossier, entries in by_dossier.items():
        if [number for number, *_ in entries] != list(range(1, len(entries) + 1)):
            yield f"the trail of {dossier} has gaps"
        if any(earlier[2] != later[1] for earlier, later in zip(entries, entries[1:])):
            yield f"the trail of {dossier} does not go from stage to stage"
        if now.dossiers[dossier][1] != entries[-1][2]:
            yield f"{dossier} is not where its trail ends"
    for dossier, (version, _) in now.dossiers.items():
        earlier = before.dossiers[dossier][0] - before.lengths[dossier] if dossier in before.dossiers else 1
        if version - now.lengths[dossier] != earlier:
            yield f"{dossier} has version {version} after {now.lengths[dossier]} entries"
    known = {sent.key for sent in record.all if sent.is_move}
    for key, count in now.keys.items():
        if count != 1:
            yield f"the key {key} stands {count} times in the trail"
        if key not in before.keys and key not in known:
            yield f"nobody sent {key}"
    for key in before.keys:
        if key not in now.keys:
            yield f"{key} was in the trail before"


def moves(record, now):
    """Acknowledged: one entry of the step, with the number that was told. Refused: none. Two never succeed on the same version."""
    succeeded = Counter()
    for sent in record.all:
        if not sent.is_move:
            continue
        entry = now.entries.get(sent.key)
        if sent.took_effect:
            succeeded[(sent.dossier, sent.version)] += 1
            if entry is None:
                yield f"lost: {sent.kind} on {sent.dossier} was acknowledged"
            elif entry[0] != sent.dossier or entry[2] != sent.kind:
                yield f"the entry of {sent.key} is another step"
            elif sent.numbers - {entry[1]}:
                yield f"{sent.kind} on {sent.dossier} was answered with entry {sent.numbers}, and is {entry[1]}"
        elif not sent.is_open and entry is not None:
            yield f"{sent.kind} on {sent.dossier} was refused with {sent.answers} and took effect"
    yield from (f"two decisions on version {version} of {dossier}" for (dossier, version), count in succeeded.items() if count > 1)


def drafts(record, before, now):
    """A draft has been saved as often as was told, and holds what was saved last. Each is written by one client, one form after the other."""
    savings = {}
    for sent in record.all:
        if sent.kind == "save":
            savings.setdefault(sent.dossier, []).append(sent)
    for dossier, all_sent in savings.items():
        begun, (revision, body) = before.drafts[dossier][0], now.drafts[dossier]
        certain = Counter(sent.version for sent in all_sent if sent.took_effect)
        possible = {sent.version for sent in all_sent if sent.is_uncertain}
        yield from (f"two savings over revision {version} of {dossier}" for version, count in certain.items() if count > 1)
        if any(version >= revision for version in certain) or any(version not in certain and version not in possible for version in range(begun, revision)):
            yield f"lost: the draft of {dossier} has revision {revision} after savings over {sorted(certain)}, perhaps {sorted(possible)}"
        marked = {}
        for sent in all_sent:
            if sent.mark and sent.version < revision and (sent.took_effect or sent.is_uncertain and sent.version not in certain):
                marked.setdefault(sent.version, []).append(sent.mark)
        if marked and not any(mark in body for mark in marked[max(marked)]):
            yield f"lost: the last saving of {dossier}"


def revelations(record, before, now):
    for dossier in {sent.dossier for sent in record.all if sent.kind == "reveal"}:
        sent = [each for each in record.all if each.kind == "reveal" and each.dossier == dossier]
        least = before.revealed[dossier] + sum(each.took_effect for each in sent)
        most = least + sum(each.is_uncertain for each in sent)
        if not least <= now.revealed[dossier] <= most:
            yield f"{now.revealed[dossier]} looks at the numbers beside {dossier} instead of {least} to {most}"


def files(record, now):
    """A file that was acknowledged is beside its dossier, once; every file that a row names is whole."""
    there = Counter((dossier, digest) for dossier, _, digest, _ in now.attachments)
    shown = {(dossier, digest) for dossier, _, digest, is_there in now.attachments if is_there}
    names = {(dossier, id): digest for dossier, id, digest, _ in now.attachments}
    touched = {(sent.dossier, names.get((sent.dossier, sent.detached))) for sent in record.all if sent.detached}
    for sent in record.all:
        if sent.digest and sent.took_effect:
            place = (sent.dossier, sent.digest)
            if there[place] != 1:
                yield f"a file of {sent.dossier} is there {there[place]} times"
            elif place not in shown and place not in touched:
                yield f"lost: a file of {sent.dossier} was taken away by nobody"
        if sent.detached and sent.took_effect and (sent.dossier, names.get((sent.dossier, sent.detached))) in shown:
            yield f"a file of {sent.dossier} that was taken away is there again"
    for digest, length in now.files:
        path = now.store / "contents" / digest[:2] / digest
        if not path.exists():
            yield f"the content {digest[:8]} is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"the content {digest[:8]} is not whole: {path.stat().st_size} of {length} bytes"
