"""Compilers: at a first start, processes that fill the cache with compiled kernels.

A process of its own for each processor that may be used, since a compiler in Python holds the
interpreter. What serves only loads what they made; so it stays small, and has time for its models
meanwhile.
This module imports next to nothing: the compilers begin before their parent has read its libraries.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from genmusic.synthesis.cache import compiled_share, is_compiled, kept_in

MOST_COMPILERS = 4  # what takes longest, the sampler, takes a third of all
MOST_TASKS = 255
LOOK_SECONDS = 0.5  # to look through the cache takes some milliseconds
PATIENCE_SECONDS = 300.0  # ten times what two slow processors need

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
    working: list[_Compiler] = []
    try:
        with suppress(OSError):
            working += _start(min(MOST_COMPILERS, len(os.sched_getaffinity(0))))
        yield lambda tell: _wait(working, tell)
    finally:
        for compiler in working:
            compiler.kill()
            compiler.wait()
            if compiler.stdin:
                compiler.stdin.close()


def _start(number: int) -> Sequence[_Compiler]:
    """Start compilers; a pipe is the list of tasks, of which each takes the next."""
    numbers, list_of_tasks = os.pipe()
    os.write(list_of_tasks, bytes(range(MOST_TASKS)))
    os.close(list_of_tasks)
    command = [sys.executable, "-m", "genmusic.session.warmup", str(numbers)]
    try:
        return [
            subprocess.Popen(  # noqa: S603 - ourselves
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, pass_fds=(numbers,),
            )
            for _ in range(number)
        ]  # fmt: skip
    finally:
        os.close(numbers)


def _wait(working: Sequence[_Compiler], tell: Told) -> None:
    for _ in range(round(PATIENCE_SECONDS / LOOK_SECONDS)):
        busy = [compiler for compiler in working if compiler.poll() is None]
        if not busy:
            return
        tell(compiled_share())
        with suppress(subprocess.TimeoutExpired):
            busy[0].wait(LOOK_SECONDS)
