"""Compilers: at a first start, processes that fill the cache with compiled kernels.

A process of its own for each processor that may be used, since a compiler in Python holds the
interpreter. What serves only loads what they made; so it stays small, and has time for its models
meanwhile.
This module imports next to nothing: the compilers begin before their parent has read its libraries.
The first of them reads what all need, and divides into the others (`session.warmup`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from genmusic.synthesis.cache import compiled_share, is_compiled, kept_in

MOST_COMPILERS = 4  # what takes longest, the sampler, takes a third of all
LOOK_SECONDS = 0.5  # to look through the cache takes some milliseconds
PATIENCE_SECONDS = 300.0  # ten times what two slow processors need
NUMPY_WITHOUT, NUMPY_WITH = "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES"
SLOW_SORTS = "X86_V4 AVX512_SKX AVX512_ICL"
"""Sets of instructions that NumPy does without while models are counted, by all names they have had
since 2.2: to sort numbers with AVX-512 took a Zen 4 50 to 60 ns each, and 10 ns with AVX2. Names
that NumPy does not know it ignores."""

Told = Callable[[float], None]
"""Called with the share that is done, 0..1."""
Wait = Callable[[Told], None]

_Compiler = subprocess.Popen[bytes]


@contextmanager
def compilers() -> Iterator[Wait]:
    """Have every kernel compiled unless that has been done; yields what waits until it is.

    What they did not compile, because they could not be started or died, is compiled where it is
    first called.
    """
    if is_compiled() or kept_in() is None:
        yield lambda _tell: None
        return
    try:
        first = _start(min(MOST_COMPILERS, len(os.sched_getaffinity(0))))
    except OSError:
        yield lambda _tell: None
        return
    try:
        yield lambda tell: _wait(first, tell)
    finally:
        first.kill()
        first.communicate()  # closes its input, at which the others end


def compile_kernels() -> None:
    """Have every kernel compiled, and wait until it is."""
    with compilers() as wait:
        wait(lambda _share: None)


def _start(number: int) -> _Compiler:
    """Start so many compilers."""
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "genmusic.session.warmup", str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_surroundings(os.environ),
    )


def _surroundings(given: Mapping[str, str]) -> dict[str, str]:
    """What a compiler finds in its environment; what is said of NumPy there already is left."""
    own = {} if NUMPY_WITH in given else {NUMPY_WITHOUT: SLOW_SORTS}  # it takes one of them alone
    return own | dict(given) | {"OPENBLAS_NUM_THREADS": "1"}  # no threads where a process divides


def _wait(first: _Compiler, tell: Told) -> None:
    for _ in range(round(PATIENCE_SECONDS / LOOK_SECONDS)):
        with suppress(subprocess.TimeoutExpired):
            first.wait(LOOK_SECONDS)
            return
        tell(compiled_share())
