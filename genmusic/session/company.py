"""Sessions that share a rack: rendered together and encoded in one go, each as if alone."""

from __future__ import annotations

from genmusic.encoding import Block
from genmusic.mixing.console import blank_sound
from genmusic.session.engine import Ensemble
from genmusic.session.parcels import Step
from genmusic.session.rack import MOST_LISTENERS
from genmusic.session.session import Session
from genmusic.threads import OfThread

Outcome = Step | Exception


def _paper(frames: int) -> Block:
    """Where a block is written until it is encoded: for as many listeners as there can be."""
    return blank_sound(MOST_LISTENERS, frames)


_papers: OfThread[int, Block] = OfThread(_paper)  # by the length of a block


class Company:
    """Up to sixteen sessions; like a session, it is in one thread's hands at a time."""

    def __init__(self) -> None:
        self._ensemble = Ensemble()
        self.sessions: list[Session] = []

    def join(self, session: Session) -> None:
        """Give a session a place."""
        self._ensemble.join(session.engine.seat)
        self.sessions.append(session)

    def leave(self, session: Session) -> None:
        """Let a session go; it rests."""
        self._ensemble.leave(session.engine.seat)
        self.sessions.remove(session)

    def advance(self, frames: int) -> dict[Session, Outcome]:
        """Render and encode the next frames of everybody; what came of it for each."""
        block = _papers.of(frames)[: len(self.sessions)]
        self._ensemble.render(block)
        heard = zip(self.sessions, block, strict=True)
        return {session: self._absorb(session, sound) for session, sound in heard}

    def lift(self, session: Session, frames: int) -> Outcome:
        """Render and encode the next frames of one alone, who has less in hand than the others."""
        self.leave(session)
        try:
            return session.go_on(frames)
        except Exception as error:
            return error
        finally:
            self.join(session)

    def _absorb(self, session: Session, sound: Block) -> Outcome:
        """Have a session encode its sound; a fault is its own."""
        fault = self._ensemble.failures.get(session.engine.seat)
        if fault is not None:
            return fault
        try:
            return session.absorb(sound)
        except Exception as error:
            return error
