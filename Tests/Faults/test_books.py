"""The comparison itself: whatever is changed behind the clients' backs, it says so."""

import sqlite3
from contextlib import closing

import pytest
from books import complaints, sqlite_books
from trial import Trial


@pytest.fixture(scope="module")
def worked(province, pytestconfig):
    """A folder in which everybody has worked for a while, with everything that the clients know of it."""
    trial = Trial(province, "books", pytestconfig.getoption("--seed"))
    trial.live()
    trial.pause(3)
    trial.rest()
    trial.finish()
    yield trial
    trial.close()


ONE_MOVE = "FROM trail WHERE request_key IN ({moves})"
# In which an entry that was copied is another one.
OTHER = {"number": "number + 1", "request_key": "'abcdefghijklmnopqrstuvwxyz'"}
CHANGES = {
    "an entry is gone": f"DELETE {ONE_MOVE}",
    "an entry is another step": "UPDATE trail SET step = 'fail' WHERE request_key IN ({moves})",
    "an entry nobody made": "INSERT INTO trail ({columns}) SELECT {others} FROM trail ORDER BY number DESC LIMIT 1",
    "a version is one too high": "UPDATE dossiers SET version = version + 1 WHERE id = (SELECT MAX(dossier_id) FROM trail)",
    "a stage is another": "UPDATE dossiers SET stage = 'failed' WHERE id = (SELECT dossier_id FROM trail WHERE request_key IN ({moves}))",
    "a draft is as it was": "UPDATE drafts SET body = replace(body, '{mark}', '') WHERE body LIKE '%{mark}%'",
    "a saving is missing": "UPDATE drafts SET revision = revision - 1 WHERE body LIKE '%{mark}%'",
    "a file is gone": "DELETE FROM attachments WHERE digest = '{digest}'",
    "a file was taken away": "UPDATE attachments SET removed_at = 1 WHERE digest = '{digest}'",
    "a look was forgotten": "DELETE FROM revelations WHERE dossier_id = '{revealed}'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(worked, change):
    applied = worked.record.acknowledged()
    saved = [sent for sent in applied if sent.kind == "save" and sent.mark][-1]
    moves = [sent.key for sent in applied if sent.kind == "pass"][-1]
    proof = [sent.digest for sent in applied if sent.kind == "pass" and sent.digest][-1]
    revealed = [sent.dossier for sent in applied if sent.kind == "reveal"][-1]
    path = worked.folder / "zhiping.sqlite"
    whole = path.read_bytes()
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            for trigger, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f'DROP TRIGGER "{trigger}"')
            columns = [column[1] for column in connection.execute("PRAGMA table_info(trail)")]
            others = [OTHER.get(column, column) for column in columns]
            done = connection.execute(CHANGES[change].format(
                moves=f"'{moves}'", mark=saved.mark, digest=proof, revealed=revealed, columns=", ".join(columns), others=", ".join(others)))
            assert done.rowcount > 0
        now, _ = sqlite_books(worked.folder)
        assert complaints(worked.record, worked.before, now) != []
    finally:
        for file in worked.folder.glob("zhiping.sqlite-*"):
            file.unlink()
        path.write_bytes(whole)


def test_a_damaged_content_is_noticed(worked):
    digest = [sent.digest for sent in worked.record.acknowledged() if sent.digest][-1]
    path = worked.folder / "files" / "contents" / digest[:2] / digest
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:-1] + b"x"):
        path.write_bytes(damaged)
        assert any("not whole" in line for line in worked.wrong())
    path.unlink()
    assert any("missing" in line for line in worked.wrong())
    path.write_bytes(whole)
    worked.check()
