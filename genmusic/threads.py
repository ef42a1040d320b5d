"""What each thread has of its own, such as working memory: no locks, and no more than is used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")


class OfThread(threading.local, Generic[Key, Made]):
    """One thing for each thread and each key, made when the thread first asks for it.

    Parameters
    ----------
    make : function of a key
        Makes the thing; called once in each thread that asks.
    """

    def __init__(self, make: Callable[[Key], Made]) -> None:
        self._make = make
        self._made: dict[Key, Made] = {}

    def of(self, key: Key) -> Made:
        """What this thread has for a key; always the same."""
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    @property
    def all(self) -> Iterable[Made]:
        """Everything that this thread has had made."""
        return self._made.values()
