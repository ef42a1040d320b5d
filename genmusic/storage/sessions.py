"""Sessions on the disk: how each began, its control log, and places to go on from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import msgspec

from genmusic.storage.database import Database

CHECKPOINTS_KEPT = 4


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of a control log."""

    frame: int
    name: str
    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as it is kept: its receipt, and where it can go on."""

    id: str
    version: str
    seed: int
    controls: Mapping[str, Any]
    codec: str
    log: tuple[LogRow, ...] = ()
    checkpoints: tuple[Mapping[str, Any], ...] = ()  # the oldest first; each with its frame
    stills: tuple[tuple[int, bytes], ...] = ()  # what sounded at a frame; the newest two


class SessionArchive:
    """Keeps sessions; every answer is a future that is done when it is on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, row: SessionRow, now: float) -> Future[None]:
        """Keep a new session, with what its log holds already."""
        values = (row.id, row.version, str(row.seed), json.dumps(dict(row.controls)))

        def work(db: sqlite3.Connection) -> None:
            db.execute("INSERT INTO sessions VALUES (?,?,?,?,?,?)", (*values, row.codec, now))
            _insert(db, row.id, 0, row.log)

        return self._database.submit(work)

    def append(self, session: str, first: int, rows: Iterable[LogRow], frame: int) -> Future[None]:
        """Let the log go on with rows from number ``first`` on, the first of them at ``frame``.

        What the log held from there on is void, and so are checkpoints after the frame.
        """
        kept = tuple(rows)

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM changes WHERE session=? AND number>=?", (session, first))
            db.execute("DELETE FROM checkpoints WHERE session=? AND frame>?", (session, frame))
            _insert(db, session, first, kept)

        return self._database.submit(work)

    def mark(self, checkpoints: Mapping[str, Mapping[str, Any]], now: float) -> Future[None]:
        """Keep that some sessions live, and the newest checkpoint of each that has gone on.

        Who has none (an empty one) stands where they stood. Who has gone on is beyond what sounded
        when the server was stopped, and keeps it anew at the next stop.
        """
        names = [(now, name) for name in checkpoints]
        rows = [(state["frame"], msgspec.json.encode(state).decode(), name)
                for name, state in checkpoints.items() if state]  # fmt: skip

        def work(db: sqlite3.Connection) -> None:
            db.executemany("UPDATE sessions SET seen=? WHERE id=?", names)
            for frame, state, name in rows:
                if db.execute(_KEEP, (frame, state, name)).rowcount:
                    db.execute(_THIN_OUT, (name, name, CHECKPOINTS_KEPT))
                    db.execute("DELETE FROM stills WHERE session=?", (name,))

        return self._database.submit(work)

    def still(self, session: str, stills: Mapping[int, bytes]) -> Future[None]:
        """Keep all that sounds in a session at some frames, for a server that is about to stop."""
        rows = [(session, frame, data) for frame, data in stills.items()]
        statement = "REPLACE INTO stills VALUES (?,?,?)"

        def work(db: sqlite3.Connection) -> None:
            db.executemany(statement, rows)

        return self._database.submit(work)

    def take(self, session: str, frame: int | None = None) -> Future[SessionRow | None]:
        """The session of that name, with the newest stills of it, or the newest before a frame."""
        return self._database.submit(lambda db: _take(db, session, frame))

    def remove(self, session: str) -> Future[None]:
        """Forget a session."""
        return self._database.submit(lambda db: _do(db, "DELETE FROM sessions WHERE id=?", session))

    def expire(self, before: float) -> Future[None]:
        """Forget the sessions that were not heard of since a time."""
        return self._database.submit(
            lambda db: _do(db, "DELETE FROM sessions WHERE seen<?", before)
        )


_KEEP = "REPLACE INTO checkpoints SELECT id, ?, ? FROM sessions WHERE id=?"
_THIN_OUT = """
    DELETE FROM checkpoints WHERE session=? AND frame NOT IN
    (SELECT frame FROM checkpoints WHERE session=? ORDER BY frame DESC LIMIT ?)
"""

_STILLS = "SELECT frame, data FROM stills WHERE session=? AND frame<=? ORDER BY frame DESC LIMIT 2"
_NO_FRAME = 2**63 - 1  # is later


def _do(db: sqlite3.Connection, statement: str, *values: object) -> None:
    db.execute(statement, values)


def _insert(db: sqlite3.Connection, session: str, first: int, rows: tuple[LogRow, ...]) -> None:
    db.executemany(
        "INSERT INTO changes VALUES (?,?,?,?,?)",
        [
            (session, number, row.frame, row.name, json.dumps(row.value))
            for number, row in enumerate(rows, first)
        ],
    )


def _take(db: sqlite3.Connection, session: str, frame: int | None) -> SessionRow | None:
    query = "SELECT version, seed, controls, codec FROM sessions WHERE id=?"
    found = db.execute(query, (session,)).fetchone()
    if found is None:
        return None
    version, seed, controls, codec = found
    changes = db.execute(
        "SELECT frame, name, value FROM changes WHERE session=? ORDER BY number", (session,)
    )
    log = tuple(LogRow(frame, name, json.loads(value)) for frame, name, value in changes)
    states = db.execute("SELECT state FROM checkpoints WHERE session=? ORDER BY frame", (session,))
    checkpoints = tuple(json.loads(state) for (state,) in states)
    latest = _NO_FRAME if frame is None else frame
    stills = tuple(db.execute(_STILLS, (session, latest)))
    return SessionRow(
        session, version, int(seed), json.loads(controls), codec, log, checkpoints, stills
    )
