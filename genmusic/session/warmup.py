"""Compile or load every kernel before the first listener; the first time of all on two cores.

``python -m genmusic.session.warmup`` is the helper: it is told by its standard input what to
compile into the cache, line by line, and repeats each line when that is done.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import numpy as np

from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.session.library import Library
from genmusic.session.rack import Rack
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import patches_of_kinds
from genmusic.synthesis.pools import is_compiled
from genmusic.units import QUANTUM

BARS = 8  # a phrase and the beginning of the next use all of the sampler
PATIENCE_SECONDS = 120.0
MIXER = "mixer"

Told = Callable[[float], None]
"""Called with the share that is done, 0..1."""


def compile_kernels(library: Library, tell: Told = lambda _share: None) -> None:
    """Make everything ready to play at once."""
    kinds = sorted(patches_of_kinds())
    if not is_compiled():
        with _undisturbed():
            _compile_together(library, kinds, tell)
    Rack().render(1)
    _compile_sampler(library)
    compile_instruments(kinds)


def compile_instruments(kinds: Iterable[str]) -> None:
    """Play a note of each kind."""
    orchestra, patches = Orchestra(1), patches_of_kinds()
    for kind in kinds:
        orchestra.play(0, PlayedNote(0, QUANTUM, 0, patches[kind], 60, 64, 0.0))
    orchestra.render(0, 1, np.full((1, 2), 0.5, np.float32))


def _compile_sampler(library: Library) -> None:
    style = next(iter(library.styles.values()))
    composer = Composer(0, style, library.models)
    for _ in range(BARS):
        composer.compose_bar(musical_parameters(defaults(), style), style)


def _compile_together(library: Library, kinds: list[str], tell: Told) -> None:
    """Compile the sampler, which only this process can, while the helper does the rest; then help.

    The mixer takes as long as the sampler and comes first there.
    """
    left = deque([*kinds, MIXER])
    whole = len(left) + 1
    done = iter(range(1, whole + 1))
    with _helper(left, lambda: tell(next(done) / whole)):
        _compile_sampler(library)
        tell(next(done) / whole)
        while left:
            with suppress(IndexError):  # the helper was quicker
                _compile(left.popleft())
                tell(next(done) / whole)


def _compile(name: str) -> None:
    """Compile the mixer, or a kind of instrument."""
    if name == MIXER:
        Rack().render(1)
    else:
        compile_instruments([name])


@contextmanager
def _helper(left: deque[str], done: Callable[[], None]) -> Iterator[None]:
    """Have another process take from the end of what is left; wait for its last."""
    command = [sys.executable, "-m", "genmusic.session.warmup"]
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        feeder = Thread(target=_feed, args=(child, left, done), daemon=True)
        feeder.start()
        try:
            yield
            feeder.join(PATIENCE_SECONDS)
        finally:
            child.kill()


def _feed(child: subprocess.Popen[str], left: deque[str], done: Callable[[], None]) -> None:
    """Give the helper work, until there is none, or it has died: the rest is compiled here."""
    if child.stdin is None or child.stdout is None:
        return
    with suppress(IndexError, OSError, ValueError):
        while True:
            child.stdin.write(left.pop() + "\n")
            child.stdin.flush()
            if not child.stdout.readline():
                return
            done()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Collect no garbage: a compiler makes much that lives, and a sixth of its time goes there."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _help() -> None:
    with _undisturbed():
        for line in sys.stdin:
            _compile(line.strip())
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    _help()
