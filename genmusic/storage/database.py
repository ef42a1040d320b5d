"""One SQLite file and the one thread that talks to it.

What is asked for while a commit is on its way to the disk shares the next one: a commit costs
milliseconds, and a hundred changes in it hardly more than one. Nobody is told that something is
kept before it is on the disk.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from genmusic.errors import StorageError
from genmusic.storage.migrations import MIGRATIONS

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Any]
_Job = tuple[Work, "Future[Any]"]

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
)
MOST_TOGETHER = 500  # jobs in a commit


class Database:
    """Work on a file, done in order by a thread of its own.

    Raises
    ------
    StorageError
        The file cannot be opened, is damaged, or was written by a newer genmusic.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="storage")
        self._thread.start()
        opened.result()

    def submit(self, work: Callable[[sqlite3.Connection], Result]) -> Future[Result]:
        """The result of work on the database, once it is on the disk."""
        future: Future[Result] = Future()
        if self._closed:
            future.set_exception(StorageError(f"{self._path} is closed"))
        else:
            self._jobs.put((work, future))
        return future

    def close(self) -> None:
        """Finish what was asked for, and let the file go."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self, opened: Future[None]) -> None:
        try:
            connection = _open(self._path)
        except (sqlite3.Error, StorageError) as error:
            opened.set_exception(_explained(self._path, error))
            return
        opened.set_result(None)
        while jobs := self._take():
            # From here on a job cannot be cancelled any more: it is done, and its future is ours.
            wanted = [job for job in jobs if job[1].set_running_or_notify_cancel()]
            _commit(connection, wanted, self._path)
        connection.close()

    def _take(self) -> list[_Job]:
        """Wait for a job; it and those that wait with it. None when it is over."""
        jobs: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == MOST_TOGETHER:
                return jobs
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs
        if jobs:
            self._jobs.put(None)  # once more, after these
        return jobs


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    path.chmod(0o600)  # it tells who heard what
    for pragma in PRAGMAS:
        connection.execute(pragma)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StorageError(f"{path} was written by a newer genmusic; install that, or move it away")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT")
    return connection


def _commit(connection: sqlite3.Connection, jobs: list[_Job], path: Path) -> None:
    """Do some jobs in one transaction; a job that fails leaves no trace and harms no other."""
    outcomes: list[tuple[Future[Any], Any, Exception | None]] = []
    try:
        connection.execute("BEGIN IMMEDIATE")
        for work, future in jobs:
            outcomes.append((future, *_attempt(connection, work)))
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for _, future in jobs:
            future.set_exception(_explained(path, error))
        return
    for future, result, fault in outcomes:
        if fault is None:
            future.set_result(result)
        else:
            future.set_exception(_explained(path, fault))


def _attempt(connection: sqlite3.Connection, work: Work) -> tuple[Any, Exception | None]:
    connection.execute("SAVEPOINT job")
    try:
        result = work(connection)
    except Exception as error:
        connection.execute("ROLLBACK TO job")
        return None, error
    else:
        return result, None
    finally:
        connection.execute("RELEASE job")


def _explained(path: Path, error: Exception) -> Exception:
    if isinstance(error, sqlite3.Error):
        return StorageError(f"cannot use {path} ({error}); is the disk full, or the file damaged?")
    return error
