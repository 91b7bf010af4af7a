"""A PostgreSQL server in a temporary folder, and the province on it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from books import POSTGRES, postgres_books
from province import Province
from servers import ROOT


def shell(line, *words):
    command = ["bash", "-c", f'source "$0"; {line}', ROOT / "bin" / "lib.sh", *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, f"{line}: {done.stderr}"
    return done.stdout.strip()


class Postgres:
    """Starts on a port of its own, which it keeps; `stop` removes it."""

    def __init__(self):
        self.parent = Path(tempfile.mkdtemp(prefix="zhiping-postgres-"))
        # Its own user has to come through.
        self.parent.chmod(0o755)
        self.folder = self.parent / "cluster"
        self.start()
        self.port = int((self.folder / "port").read_text())

    def start(self):
        shell('start_postgres "$1"', self.folder)

    def crash(self):
        """Ends it at once, as a fall of the machine would; what it had written stays."""
        shell('as_postgres "$postgres_programs/pg_ctl" stop --pgdata="$1" --wait --silent --mode=immediate', self.folder)

    def url(self, name, port=None):
        return f"postgresql://zhiping@127.0.0.1:{port or self.port}/{name}"

    def run(self, statement):
        subprocess.run([POSTGRES / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", statement, self.url("postgres")],
                       check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        shell('stop_postgres "$1"', self.folder)
        shutil.rmtree(self.parent)


class SharedProvince(Province):
    """The province in PostgreSQL: a copy is a database made from the template's, and a folder with the keys and files that nodes share."""

    def __init__(self, postgres, **size):
        self.postgres = postgres
        postgres.run("CREATE DATABASE template")
        super().__init__(**size)

    def environment(self, name, port=None):
        folder = self.folder / name
        return {"DATABASE_URL": self.postgres.url(name, port), "KEY_FILE": str(folder / "keys.json"), "FILES_DIR": str(folder / "files")}

    def copy_folder(self, name):
        self.postgres.run(f'CREATE DATABASE "{name}" TEMPLATE template')
        return super().copy_folder(name)

    def books(self, name):
        return postgres_books(self.postgres.url(name), self.folder / name / "files")
