"""Sessions that share a rack: rendered together and encoded in one go, each as if alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from genmusic.encoding import Block, Parcel
from genmusic.session.engine import Ensemble
from genmusic.session.parcels import Step
from genmusic.session.rack import MOST_LISTENERS
from genmusic.session.session import Session
from genmusic.threads import OfThread

Outcome = Step | Exception
Given = TypeVar("Given")
Made = TypeVar("Made")


def _paper(frames: int) -> Block:
    """Where a block is written until it is encoded: for as many listeners as there can be."""
    return np.empty((MOST_LISTENERS, 2, frames), np.float32)


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
        """Render and encode the next frames of everybody; what came of it for each.

        First all is encoded, then all is taken down: what encoders read and write drives Python
        out of the processor's cache.
        """
        block = _papers.of(frames)[: len(self.sessions)]
        self._ensemble.render(block)
        sounds = [*map(self._encoded, self.sessions, block)]
        return {
            session: sound if isinstance(sound, Exception) else _tried(session.absorb, sound)
            for session, sound in zip(self.sessions, sounds, strict=True)
        }

    def _encoded(self, session: Session, block: Block) -> Parcel | Exception:
        fault = self._ensemble.failures.get(session.engine.seat)
        return _tried(session.encode, block) if fault is None else fault


def _tried(work: Callable[[Given], Made], given: Given) -> Made | Exception:
    """What comes of work for one session; a fault is its own."""
    try:
        return work(given)
    except Exception as error:
        return error
