"""Sessions that share a rack: rendered together and encoded in one go, each as if alone."""

from __future__ import annotations

import threading

import numpy as np

from genmusic.encoding import Block
from genmusic.session.engine import Ensemble
from genmusic.session.session import Session, Step

Outcome = Step | Exception

_threads = threading.local()


def _paper(listeners: int, frames: int) -> Block:
    """Where this thread writes what it renders until it is encoded: always the same memory."""
    if getattr(_threads, "paper", np.empty(0)).size < listeners * 2 * frames:
        _threads.paper = np.empty(listeners * 2 * frames, np.float32)
    block: Block = _threads.paper[: listeners * 2 * frames].reshape(listeners, 2, frames)
    return block


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
        block = _paper(len(self.sessions), frames)
        self._ensemble.render(block)
        heard = zip(self.sessions, block, strict=True)
        return {session: self._absorb(session, sound) for session, sound in heard}

    def _absorb(self, session: Session, sound: Block) -> Outcome:
        """Have a session encode its sound; a fault is its own."""
        fault = self._ensemble.failures.get(session.engine.seat)
        if fault is not None:
            return fault
        try:
            return session.absorb(sound)
        except Exception as error:
            return error
