"""Where compiled instruments are kept, and how they are compiled."""

from __future__ import annotations

import tempfile
from pathlib import Path

import kernels

INDEX = ".nbi"  # Numba writes one for each kernel, after what it compiled


def kept_in() -> Path | None:
    """The folder, or None where each process must compile for itself."""
    folder = kernels.CACHE_FOLDER
    return None if folder.parent == Path(tempfile.gettempdir()) else folder


def is_compiled() -> bool:
    """Whether the cache holds instruments, so that a start is a matter of loading."""
    return any(kernels.CACHE_FOLDER.rglob(f"*render_*{INDEX}"))


def compiled_share() -> float:
    """How much of all kernels that are imported the cache holds, 0..1."""
    from kernels._jit import KERNELS  # late, with the compiler: a start begins without

    compiled = sum(1 for _ in kernels.CACHE_FOLDER.rglob(f"*{INDEX}"))
    return min(1.0, compiled / max(1, len(KERNELS)))


def why_slow() -> str:
    """Why a first start takes longer than it must, and the cure; empty if it does not."""
    from kernels._jit import SLOW

    return SLOW
