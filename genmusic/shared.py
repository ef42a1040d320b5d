"""Memory that two processes share: the maker keeps and removes it."""

from __future__ import annotations

from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory

import numpy as np


class Shared:
    """A stretch of shared memory; who inherits sees it as arrays that are attributes."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory

    @property
    def name(self) -> str:
        """By which another process opens it."""
        return self._memory.name

    def close(self) -> None:
        """Give the memory back; it cannot be used any more."""
        for name in [name for name, value in vars(self).items() if isinstance(value, np.ndarray)]:
            delattr(self, name)
        self._memory.close()

    def remove(self) -> None:
        """Give the memory back for everybody: the maker's last word."""
        self.close()
        self._memory.unlink()


def create_shared(size: int) -> SharedMemory:
    """New memory, all zero."""
    return SharedMemory(create=True, size=size)


def open_shared(name: str) -> SharedMemory:
    """The memory of another process, which keeps it and removes it."""
    memory = SharedMemory(name=name)
    resource_tracker.unregister(f"/{name}", "shared_memory")  # or it is removed when we end
    return memory
