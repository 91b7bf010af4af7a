"""Cuts the power of a server that was killed: takes back what it had not synchronised, as `powerloss.c` has noted it."""

import ctypes
import mmap
import os
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = 4096
WRITE, SIZE, CREATE, RENAME, LINK, UNLINK, MKDIR, RMDIR, SYNCED, FOLDER_SYNCED = range(1, 11)
HEADER = struct.Struct("<9Q")


class Control(ctypes.Structure):
    """What the test and the server share; see `struct control`."""

    _fields_ = [(name, ctypes.c_uint64) for name in (
        "syncs", "fail_sync_at", "writes", "fail_write_at", "failed_at", "space_limited", "space_left", "forgets_syncs", "unknown", "die_at", "failed_inode")]


@dataclass
class Record:
    kind: int
    number: int
    inode: int
    offset: int
    length: int
    size: int
    first: str
    second: str
    data: bytes


def read_log(path):
    """The records that were written whole; the last one may have been cut off by the kill, before its change was made."""
    text, at, records = Path(path).read_bytes(), 0, []
    while at + HEADER.size <= len(text):
        kind, number, inode, offset, length, size, first, second, data = HEADER.unpack_from(text, at)
        begin = at + HEADER.size
        at = begin + first + second + data
        if at > len(text):
            break
        records.append(Record(kind, number, inode, offset, length, size, text[begin:begin + first].decode(),
                              text[begin + first:begin + first + second].decode(), text[begin + first + second:at]))
    return records


class Shim:
    """The disk under one life of the server: compile it once, `begin` it for each life, and cut its power."""

    def __init__(self, folder, root):
        self.folder, self.root = Path(folder), Path(root)
        self.folder.mkdir(exist_ok=True)
        self.library = self.folder / "powerloss.so"
        sources = [HERE / "powerloss.c", HERE / "powerloss_calls.c"]
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", self.library, *sources, "-ldl", "-lpthread"], check=True)
        self.log, self.keep, self.shared = self.folder / "log", self.folder / "keep", self.folder / "control"

    def begin(self):
        """What is on the disk now has been there for long. Returns the environment for the server."""
        shutil.rmtree(self.keep, ignore_errors=True)
        self.keep.mkdir()
        self.log.write_bytes(b"")
        self.shared.write_bytes(bytes(ctypes.sizeof(Control)))
        with open(self.shared, "r+b") as file:
            self.control = Control.from_buffer(mmap.mmap(file.fileno(), 0))
        return {"LD_PRELOAD": str(self.library), "POWERLOSS_ROOT": str(self.root), "POWERLOSS_LOG": str(self.log),
                "POWERLOSS_KEEP": str(self.keep), "POWERLOSS_CONTROL": str(self.shared)}

    def cut(self, chance=None):
        """Takes back everything that was not synchronised, or what `chance` decides of it. The server must have ended. Returns how many changes were open."""
        assert self.control.unknown == 0, "the server writes in a way that the shim does not follow"
        records = read_log(self.log)
        files, folders = {}, {}
        for record in records:
            if record.kind == SYNCED:
                files[record.inode] = max(files.get(record.inode, 0), record.number)
            elif record.kind == FOLDER_SYNCED:
                folders[record.first] = max(folders.get(record.first, 0), record.number)
        contents = {}
        for record in records:
            if record.kind in (WRITE, SIZE) and record.number > files.get(record.inode, 0):
                contents.setdefault(record.inode, []).append(record)
        names = [record for record in records if record.kind in (CREATE, RENAME, LINK, UNLINK, MKDIR, RMDIR) and not lasts(record, folders)]
        for inode, changes in contents.items():
            restore(self.keep / str(inode), changes, chance)
        for record in reversed(names[chance.randint(0, len(names)) if chance else 0:]):
            self.take_back(record)
        for file in self.root.rglob("*-shm"):
            file.unlink()
        return sum(map(len, contents.values())) + len(names)

    def take_back(self, record):
        first, second, kept = Path(record.first), Path(record.second), self.keep / str(record.inode)
        if record.kind in (CREATE, LINK):
            if is_inode(first, record.inode):
                first.unlink()
        elif record.kind == MKDIR:
            shutil.rmtree(first, ignore_errors=True)
        elif record.kind == UNLINK:
            relink(kept, first)
        elif record.kind == RMDIR:
            if first.parent.is_dir():
                first.mkdir(exist_ok=True)
        elif kept.exists():
            if is_inode(second, record.inode):
                second.unlink()
                if record.offset:
                    relink(self.keep / str(record.offset), second)
            relink(kept, first)
        elif is_inode(second, record.inode):
            second.rename(first)


def lasts(record, folders):
    """A name is on the disk once its folder is; a rename, being one change to a file system's journal, once either folder is."""
    paths = (record.first, record.second) if record.kind == RENAME else (record.first,)
    return any(folders.get(os.path.dirname(path), 0) >= record.number for path in paths)


def is_inode(path, inode):
    return os.path.lexists(path) and path.lstat().st_ino == inode


def relink(kept, path):
    if path.parent.is_dir() and not os.path.lexists(path):
        os.link(kept, path)


def restore(path, changes, chance):
    """Puts a file back to what of its open changes is on the disk: nothing, or of each page the state after any number of them."""
    with open(path, "r+b") as file:
        # A change of size is as good as a barrier; what is open after the last one is scattered.
        last = max((at for at, change in enumerate(changes) if change.kind == SIZE), default=-1) + 1
        if chance:
            scatter(file, changes[last:], chance)
            if last == 0 or chance.random() < 0.5:
                return
            changes = changes[:last]
        for change in reversed(changes):
            file.seek(change.offset if change.kind == WRITE else change.length)
            if change.data:
                file.write(change.data)
            file.truncate(change.size)


def scatter(file, writes, chance):
    """A page is written back whole, at any moment between the writes that touch it; so is the size."""
    if not writes:
        return
    pages = {}
    for write in writes:
        for page in range(write.offset // PAGE, (write.offset + write.length + PAGE - 1) // PAGE):
            pages.setdefault(page, []).append(write)
    size = chance.choice([write.size for write in writes] + [os.fstat(file.fileno()).st_size])
    for page, touching in pages.items():
        for write in reversed(touching[chance.randint(0, len(touching)):]):
            begin, end = max(write.offset, page * PAGE), min(write.offset + write.length, (page + 1) * PAGE)
            old = write.data[begin - write.offset:end - write.offset]
            file.seek(begin)
            file.write(old + bytes(end - begin - len(old)))
    file.truncate(size)
