"""What outlives the server: one SQLite file. Nobody else imports sqlite3."""

from genmusic.storage.database import Database
from genmusic.storage.sessions import LogRow, SessionArchive, SessionRow

__all__ = ["Database", "LogRow", "SessionArchive", "SessionRow"]
