"""All sessions of this server: who plays, who may come back, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from genmusic.config import Settings
from genmusic.errors import ProtocolError
from genmusic.session.session import Session
from genmusic.session.tokens import Purpose, TokenMint

FULL_RETRY_SECONDS = 10.0


class Registry:
    """Sessions by id; one that loses its connection is kept for ``keep_seconds``."""

    def __init__(self, settings: Settings, mint: TokenMint | None = None) -> None:
        self._settings = settings
        self._mint = mint or TokenMint()
        self._sessions: dict[str, Session] = {}
        self._left_at: dict[str, float] = {}  # of sessions without a connection, oldest first

    def __len__(self) -> int:
        return len(self._sessions)

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._sessions

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._sessions.values()))

    @property
    def listeners(self) -> int:
        """Sessions that are connected."""
        return len(self._sessions) - len(self._left_at)

    @property
    def full(self) -> bool:
        """Whether there is no room, and nobody has left whose room could be taken."""
        return len(self._sessions) >= self._settings.max_sessions and not self._left_at

    def make_room(self) -> None:
        """Give up the session that was left longest ago, if there is no room for another.

        Raises
        ------
        ProtocolError
            Everyone is still listening.
        """
        if self.full:
            raise ProtocolError(
                "the server is full; try again soon", "full", retry_after=FULL_RETRY_SECONDS
            )
        if len(self._sessions) >= self._settings.max_sessions:
            self.remove(self._sessions[next(iter(self._left_at))])

    def add(self, session: Session) -> None:
        """A new session, connected."""
        self.make_room()
        self._sessions[session.id] = session

    def accepts(self, session_id: str, token: str, purpose: Purpose) -> bool:
        """Whether a token is of that session, be it here or not."""
        try:
            self._mint.check(purpose, session_id, token)
        except ProtocolError:
            return False
        return True

    def find(self, session_id: str, token: str, purpose: Purpose = Purpose.SESSION) -> Session:
        """The session, for whoever has a token of it.

        Raises
        ------
        ProtocolError
            There is no such session, or the token is not its own or has expired.
        """
        session = self._sessions.get(session_id)
        if session is None:
            raise ProtocolError("there is no such session; begin a new one", "no_session")
        self._mint.check(purpose, session_id, token)
        return session

    def token(self, session: Session) -> str:
        """A fresh token of the session."""
        return self._mint.issue(Purpose.SESSION, session.id, self._settings.token_seconds)

    def ticket(self, session: Session) -> str:
        """A fresh token for a player, which may listen and nothing else."""
        return self._mint.issue(Purpose.LISTEN, session.id, self._settings.ticket_seconds)

    def connected(self, session: Session) -> bool:
        """Whether somebody plays the session."""
        return session.id in self._sessions and session.id not in self._left_at

    def enter(self, session: Session) -> None:
        """The session is connected again."""
        self._left_at.pop(session.id, None)

    def leave(self, session: Session, now: float) -> None:
        """The session lost its connection and waits to be resumed."""
        if session.id in self._sessions:
            self._left_at[session.id] = now

    def remove(self, session: Session) -> None:
        """Forget the session."""
        self._sessions.pop(session.id, None)
        self._left_at.pop(session.id, None)

    def expire(self, now: float) -> list[Session]:
        """Forget the sessions that nobody came back to."""
        limit = now - self._settings.keep_seconds
        gone = [self._sessions[key] for key, left in self._left_at.items() if left <= limit]
        for session in gone:
            self.remove(session)
        return gone
