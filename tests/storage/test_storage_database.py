"""The database: on the disk before anybody is told, one writer, faults that harm nobody else."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from genmusic.errors import StorageError
from genmusic.storage import Database, LogRow, SessionArchive, SessionRow

ROW = SessionRow("s1", "1.0", 2**64 - 1, {"arousal": 0.5, "key": None}, "opus")


@pytest.fixture
def database(tmp_path):
    made = Database(tmp_path / "kept.db")
    yield made
    made.close()


@pytest.fixture
def archive(database):
    return SessionArchive(database)


def test_a_session_comes_back_as_it_was_kept(archive):
    log = (LogRow(64, "melody.mute", True), LogRow(128, "skip", None))
    archive.begin(ROW, 0.0).result()
    archive.append("s1", 0, log, 64).result()
    archive.mark({"s1": {"frame": 96, "themes": ["a"]}}, 1.0).result()
    found = archive.take("s1").result()

    assert (found.id, found.seed, found.controls, found.codec) == (
        "s1", 2**64 - 1, {"arousal": 0.5, "key": None}, "opus",
    )  # fmt: skip
    assert found.log == log
    assert found.checkpoints == ({"frame": 96, "themes": ["a"]},)


def test_a_log_that_goes_back_forgets_what_lay_beyond(archive):
    archive.begin(ROW, 0.0).result()
    archive.append("s1", 0, [LogRow(64, "edition", "a"), LogRow(256, "edition", "b")], 64).result()
    for frame in (100, 200, 300):
        archive.mark({"s1": {"frame": frame}}, 1.0).result()
    archive.append("s1", 1, [LogRow(192, "space", 0.1)], 192).result()
    found = archive.take("s1").result()

    assert [(row.frame, row.name) for row in found.log] == [(64, "edition"), (192, "space")]
    assert [state["frame"] for state in found.checkpoints] == [100]


def test_only_the_newest_checkpoints_are_kept(archive):
    archive.begin(ROW, 0.0).result()
    for frame in range(9):
        archive.mark({"s1": {"frame": frame}}, 1.0).result()

    assert [state["frame"] for state in archive.take("s1").result().checkpoints] == [5, 6, 7, 8]


def test_what_sounded_is_kept_until_the_session_is_known_to_have_gone_on(archive):
    archive.begin(ROW, 0.0).result()
    archive.still("s1", {64: b"sound"}).result()
    archive.take("s1").result()

    assert archive.take("s1").result().stills == ((64, b"sound"),)
    archive.mark({"s1": {"frame": 64}}, 1.0).result()
    assert archive.take("s1").result().stills == ()


def test_what_sounded_is_given_as_near_as_can_be_before_where_it_shall_go_on(archive):
    archive.begin(ROW, 0.0).result()
    archive.still("s1", {960: b"before", 4_800: b"at the end"}).result()
    asked = (None, 5_000, 4_800, 4_799, 959)

    found = [archive.take("s1", frame).result().stills for frame in asked]
    both = ((4_800, b"at the end"), (960, b"before"))
    assert found == [both, both, both, both[1:], ()]


def test_who_stands_still_lives_and_keeps_what_is_known_of_them(archive):
    archive.begin(ROW, 0.0).result()
    archive.mark({"s1": {"frame": 64}}, 1.0).result()
    archive.still("s1", {64: b"sound"}).result()
    archive.mark({"s1": {}, "gone": {"frame": 1}}, 9.0).result()
    archive.expire(9.0).result()
    found = archive.take("s1").result()

    assert (found.checkpoints, found.stills) == (({"frame": 64},), ((64, b"sound"),))


def test_sessions_that_nobody_hears_of_are_forgotten_with_all_they_had(archive, database):
    archive.begin(ROW, 0.0).result()
    archive.append("s1", 0, [LogRow(64, "space", 0.1)], 64).result()
    archive.expire(1.0).result()
    rest = database.submit(lambda db: db.execute("SELECT count(*) FROM changes").fetchone())

    assert archive.take("s1").result() is None
    assert rest.result() == (0,)


def test_a_job_that_fails_harms_no_other(database):
    def wrong(db):
        db.execute("CREATE TABLE half (x)")
        raise KeyError("wrong")

    futures = [
        database.submit(lambda db: db.execute("CREATE TABLE one (x)") and None),
        database.submit(wrong),
        database.submit(lambda db: db.execute("CREATE TABLE two (x)") and None),
    ]
    with pytest.raises(KeyError):
        futures[1].result()
    tables = database.submit(
        lambda db: {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    ).result()

    assert {"one", "two"} <= tables
    assert "half" not in tables


def test_a_job_that_nobody_waits_for_any_more_stops_nothing(database):
    entered, go_on = threading.Event(), threading.Event()

    def slow(_db):
        entered.set()
        go_on.wait(10)

    running = database.submit(slow)
    entered.wait(10)
    waiting = database.submit(lambda _db: 1)

    assert not running.cancel()
    assert waiting.cancel()
    go_on.set()
    assert database.submit(lambda _db: 2).result(10) == 2


def test_a_wrong_statement_is_told_with_the_file(database, tmp_path):
    with pytest.raises(StorageError, match=r"cannot use .*kept\.db"):
        database.submit(lambda db: db.execute("SELECT * FROM nowhere")).result()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "kept.db"
    path.write_bytes(b"no database at all" * 100)

    with pytest.raises(StorageError, match="is the disk full, or the file damaged"):
        Database(path)


def test_a_file_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "kept.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 999")
    db.close()

    with pytest.raises(StorageError, match="written by a newer genmusic"):
        Database(path)


def test_only_the_owner_may_read_it(database, tmp_path):
    assert (tmp_path / "kept.db").stat().st_mode & 0o777 == 0o600


def test_nothing_is_taken_after_the_end(tmp_path):
    database = Database(tmp_path / "kept.db")
    last = database.submit(lambda db: db.execute("CREATE TABLE last (x)") and None)
    database.close()
    database.close()

    assert last.done()
    with pytest.raises(StorageError, match="is closed"):
        database.submit(lambda _db: None).result()


WRITER = """
import sys
import threading
from pathlib import Path
from genmusic.storage import Database, LogRow, SessionArchive, SessionRow
archive = SessionArchive(Database(Path(sys.argv[1])))
archive.begin(SessionRow("s1", "1", 1, {}, "opus"), 0.0).result()
waiting = []
for number in range(100_000):
    waiting.append((number, archive.append("s1", number, [LogRow(number, "space", 0.5)], number)))
    if len(waiting) == 8:
        for kept, future in waiting:
            future.result()
            print(kept, flush=True)
        waiting = []
"""


def test_whatever_was_acknowledged_survives_a_kill(tmp_path):
    path = tmp_path / "kept.db"
    for _ in range(3):
        path.unlink(missing_ok=True)
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        acknowledged = [int(child.stdout.readline()) for _ in range(60)]
        os.kill(child.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout.read().split()]
        child.wait()
        child.stdout.close()
        database = Database(path)
        found = SessionArchive(database).take("s1").result()
        database.close()

        assert len(found.log) >= len(acknowledged)
        assert [row.frame for row in found.log] == list(range(len(found.log)))
