"""Memory that two processes share: the maker keeps and removes it."""

from __future__ import annotations

from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory


def create_shared(size: int) -> SharedMemory:
    """New memory, all zero."""
    return SharedMemory(create=True, size=size)


def open_shared(name: str) -> SharedMemory:
    """The memory of another process, which keeps it and removes it."""
    memory = SharedMemory(name=name)
    resource_tracker.unregister(f"/{name}", "shared_memory")  # or it is removed when we end
    return memory
