"""Where compiled kernels are kept, and how they are compiled."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import kernels

INDEX = ".nbi"  # Numba writes one for each kernel, after what it compiled
PROCESSOR_FILE = Path("/proc/cpuinfo")
PROCESSOR_LINES = ("model name", "flags")
PROCESSOR_SETTINGS = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")


def kept_in() -> Path | None:
    """The folder, or None where each process must compile for itself."""
    folder = kernels.CACHE_FOLDER
    return None if folder.parent == Path(tempfile.gettempdir()) else folder


def is_compiled() -> bool:
    """Whether the cache holds every kernel, so that a start is a matter of loading."""
    return _mark().exists()


def mark_as_compiled() -> None:
    """Note that every kernel is in the cache."""
    _mark().touch()


def _mark() -> Path:
    """A file that is there when all is compiled: for these sources here, Numba and processor."""
    digest = hashlib.blake2b(digest_size=10)
    for word in (str(kernels.__file__), sys.version, version("numba"), *_processor()):
        digest.update(word.encode() + b"\0")
    return kernels.CACHE_FOLDER / f"{digest.hexdigest()}.whole"


def _processor() -> Iterator[str]:
    """What is known of the processor that is compiled for."""
    for name in PROCESSOR_SETTINGS:
        yield os.environ.get(name, "")
    lines = PROCESSOR_FILE.read_text().splitlines() if PROCESSOR_FILE.exists() else []
    yield from sorted({line for line in lines if line.startswith(PROCESSOR_LINES)})


def compiled_share() -> float:
    """How much of all kernels that are imported the cache holds, 0..1."""
    from kernels._jit import KERNELS  # late, with the compiler: a start begins without

    compiled = sum(1 for _ in kernels.CACHE_FOLDER.rglob(f"*{INDEX}"))
    return min(1.0, compiled / max(1, len(KERNELS)))


def why_slow() -> str:
    """Why a first start takes longer than it must, and the cure; empty if it does not."""
    from kernels._jit import SLOW

    return SLOW
