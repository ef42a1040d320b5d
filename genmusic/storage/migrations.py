"""The schema, as the steps that led to it. Steps are added at the end and never changed."""

MIGRATIONS = (
    """
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        version TEXT NOT NULL,   -- of genmusic, which decides how it sounds
        seed TEXT NOT NULL,      -- 64 bits do not fit a signed integer
        controls TEXT NOT NULL,  -- JSON: what it began with
        codec TEXT NOT NULL,
        seen REAL NOT NULL       -- seconds since 1970
    );
    CREATE TABLE changes (
        session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
        number INTEGER NOT NULL,
        frame INTEGER NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,     -- JSON
        PRIMARY KEY (session, number)
    ) WITHOUT ROWID;
    CREATE TABLE checkpoints (
        session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
        frame INTEGER NOT NULL,
        state TEXT NOT NULL,     -- JSON: the composer at a bar line
        PRIMARY KEY (session, frame)
    ) WITHOUT ROWID;
    CREATE TABLE stills (
        session TEXT PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
        data BLOB NOT NULL       -- all that sounded when the server was stopped
    );
    """,
    """
    DROP TABLE stills;
    CREATE TABLE stills (
        session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
        frame INTEGER NOT NULL,
        data BLOB NOT NULL,      -- all that sounded there, of a server that was stopped
        PRIMARY KEY (session, frame)
    );
    """,
)
